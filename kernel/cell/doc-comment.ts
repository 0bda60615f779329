import { lex } from './lex.ts';
import { type Node, patternNames } from './node.ts';
import { parse } from './parse.ts';

/** Up to the parameters of a function, method or arrow function. */
const head =
  /^\s*(?:(?:export|default|async|static|public|private|protected|override|declare|abstract)\s+)*(?:function\s*\*?\s*[\w$]*|(?:const|let|var)\s+[\w$]+[^=\n]*=\s*(?:async\s*)?|[\w$#]+)\s*(?:<[^>\n]*>)?\s*(?=\()/;

/** After `/**`: a comment for the function that follows, with its parameters. */
export function docComment(source: string, cursor: number): { start: number; end: number; text: string } | undefined {
  const opened = /\/\*\*[ \t]*$/.exec(source.slice(0, cursor));
  if (!opened) return undefined;
  const end = cursor + (/^[ \t]*\*\//.exec(source.slice(cursor))?.[0].length ?? 0);
  const found = functionAt(source.slice(end));
  if (!found) return undefined;
  const indent = /[ \t]*$/.exec(source.slice(0, opened.index))![0];
  const lines = [
    '/**',
    ' * ',
    ...found.parameters.map((name) => ` * @param ${name} `),
    ...(found.returns ? [' * @returns '] : []),
    ' */',
  ];
  return { start: opened.index, end, text: lines.join(`\n${indent}`) };
}

function functionAt(text: string): { parameters: string[]; returns: boolean } | undefined {
  const start = head.exec(text)?.[0].length;
  if (start === undefined) return undefined;
  const length = closing(text.slice(start));
  const after = text.slice(start + length);
  if (!/^\s*(?:=>|:|\{)/.test(after)) return undefined;
  const [node] = parse(`function $q${text.slice(start, start + length)} {}`, 'ts').program.body;
  if (!node) return undefined;
  const parameters = (node.params as Node[]).map((one, index) => {
    const [name] = patternNames(one);
    const target = (one.type === 'AssignmentPattern' ? one.left : one) as Node;
    return name && !/^(?:Object|Array)Pattern$/.test(target.type) ? (name.name as string) : `param${index}`;
  });
  const block = after.indexOf('{');
  const isShort = /^[^{]*=>\s*[^{\s]/.test(after);
  const body = block < 0 ? '' : after.slice(block, block + closing(after.slice(block)));
  return { parameters, returns: isShort || /\breturn\s+[^;\s}]/.test(body) };
}

/** The length of the bracket that the text begins with. */
function closing(text: string): number {
  let depth = 0;
  for (const { kind, text: token, end } of lex(text).tokens) {
    if (kind !== 'punctuation') continue;
    if (/^[([{]$/.test(token)) depth++;
    else if (/^[)\]}]$/.test(token) && --depth === 0) return end;
  }
  return text.length;
}
