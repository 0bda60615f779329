import type MagicString from 'magic-string';
import { decodeMappings, encodeMappings, linesOf, originalOf } from './positions.ts';
import type { Split } from './split.ts';

/** code → JavaScript (magic-string) → text (oxc) → source (split), as one map. */
export function compiledMappings(code: MagicString, mappings: string, split: Split, source: string): string {
  const toText = decodeMappings(mappings);
  const textLines = linesOf(split.text);
  const sourceLines = linesOf(source);
  const lines = code.generateDecodedMap({ hires: 'boundary' }).mappings.map((line) => {
    const segments: number[][] = [];
    for (const segment of line) {
      if (segment.length < 4) continue;
      const inText = originalOf(toText, { line: segment[2]!, column: segment[3]! });
      if (!inText) continue;
      const { line: at, column } = sourceLines.at(split.toSource(textLines.offset(inText)));
      const last = segments.at(-1);
      if (last && last[2] === at && last[3] === column) continue;
      segments.push([segment[0]!, 0, at, column]);
    }
    // What was written before a line's first own code, `return { ['value']: await (`, is that code's line, not the one before.
    const [first] = segments;
    return first && first[0]! > 0 ? [[0, ...first.slice(1)], ...segments] : segments;
  });
  return encodeMappings(lines);
}
