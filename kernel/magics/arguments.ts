import { UsageError } from './magic.ts';

export type Options = Record<string, string | true>;

/** `a "b c" d\ e` → a, b c, d e: a shell's words without a shell's expansions. */
export function words(text: string): string[] {
  const found: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < text.length; i += 1) {
    const char = text[i]!;
    if (quote) {
      if (char === quote) quote = '';
      else if (char === '\\' && quote === '"' && /["\\]/.test(text[i + 1] ?? '')) word += text[++i]!;
      else word += char;
    } else if (char === '"' || char === "'") {
      quote = char;
      word ??= '';
    } else if (char === '\\' && i + 1 < text.length) word = (word ?? '') + text[++i]!;
    else if (/\s/.test(char)) {
      if (word !== undefined) found.push(word);
      word = undefined;
    } else word = (word ?? '') + char;
  }
  if (quote) throw new UsageError(`unbalanced ${quote} in: ${text.trim()}`);
  if (word !== undefined) found.push(word);
  return found;
}

/**
 * Options first, then the rest: `--bg --proc p python3 -u` with bg: false, proc: true → options {bg, proc}, rest [python3, -u].
 * `takes` says for each option whether a value follows.
 */
export function parseOptions(text: string, takes: Record<string, boolean>): { options: Options; rest: string[] } {
  const rest = words(text);
  const options: Options = {};
  while (rest[0]?.startsWith('-') && rest[0] !== '-') {
    const [name, attached] = unbundled(rest.shift()!, takes, rest);
    if (name === '') break;
    if (!(name in takes))
      throw new UsageError(
        `unknown option ${name.length > 1 ? '--' : '-'}${name}; known: ${Object.keys(takes).map(dashed).join(' ')}`,
      );
    if (!takes[name]) options[name] = true;
    else {
      const value = attached ?? rest.shift();
      if (value === undefined) throw new UsageError(`option ${dashed(name)} needs a value`);
      options[name] = value;
    }
  }
  return { options, rest };
}

/** `-n3` is `-n 3`, and `-qo` is `-q -o`, as getopt reads them. */
function unbundled(word: string, takes: Record<string, boolean>, rest: string[]): [string, string?] {
  const name = word.replace(/^--?/, '');
  const first = name[0] ?? '';
  if (/^-\w[^=]/.test(word) && first in takes && !(name in takes)) {
    if (takes[first]) return [first, name.slice(1)];
    rest.unshift(`-${name.slice(1)}`);
    return [first];
  }
  return name.split(/=(.*)/s) as [string, string?];
}

function dashed(name: string): string {
  return name.length > 1 ? `--${name}` : `-${name}`;
}
