/** What a tslab notebook's cell says of itself in its first JSDoc comments: `@module digits`. */
export type Directives = {
  /** The cell is not run: it is a module of the notebook's folder, to be imported as `./digits`. */
  module?: string;
  /** The module holds JSX. */
  jsx: boolean;
  /** The cell is for a page, not for the kernel. */
  browser: boolean;
};

export function directivesOf(source: string): Directives | undefined {
  if (!/@(?:module|browser)\b/.test(source)) return undefined;
  const leading = /^(?:\s+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/.exec(source)![0];
  const comments = leading.match(/\/\*\*[\s\S]*?\*\//g) ?? [];
  const tags = comments.flatMap((text) => [...text.slice(3, -2).matchAll(/(?<=^|[\s*])@(\w+)[ \t]*([^\n@]*)/g)]);
  const value = (name: string) => tags.findLast(([, tag]) => tag === name)?.[2]?.trim();
  const name = tags.findLast(([, tag, text]) => tag === 'module' && /^\w+$/.test(text!.trim()))?.[2]?.trim();
  const last = tags.findLast(([, tag]) => tag === 'browser' || tag === 'node')?.[1];
  const browser = last === 'browser';
  if (name === undefined && !browser) return undefined;
  return { ...(name === undefined ? {} : { module: name }), jsx: value('jsx') !== undefined, browser };
}
