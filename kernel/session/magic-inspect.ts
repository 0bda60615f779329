import type { KnownMagic } from '../border.ts';

/** What a magic does; undefined where the cursor is on no magic's name. */
export function inspectMagic(
  source: string,
  cursor: number,
  magics: readonly KnownMagic[],
): { data?: { 'text/plain': string; 'text/markdown': string } } | undefined {
  const lineStart = source.lastIndexOf('\n', cursor - 1) + 1;
  const line = source.slice(lineStart).split('\n', 1)[0]!;
  const [, before, name] = /^(\s*(?:(?:const|let|var)\s+)?(?:[\w$]+\s*=\s*)?)(%{1,2}\w+)/.exec(line) ?? [];
  const start = lineStart + (before?.length ?? 0);
  if (!name || cursor < start || cursor > start + name.length) return undefined;
  const magic = magics.find((one) => one.name === name);
  if (!magic) return {};
  const { usage, help } = magic;
  return { data: { 'text/plain': `${usage}\n\n${help}`, 'text/markdown': `\`${usage}\`\n\n${help}` } };
}
