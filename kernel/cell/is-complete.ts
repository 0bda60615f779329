import { type Bracket, lex, type Token } from './lex.ts';
import { closing, placeholder } from './mend.ts';
import { parse } from './parse.ts';
import { split } from './split.ts';

export type Completeness = {
  status: 'complete' | 'incomplete' | 'invalid' | 'unknown';
  /** What the next line should begin with, where more is expected. */
  indent?: string;
};

/** Whether a cell typed so far is a whole one. It is incomplete only where more text can mend it. */
export function isComplete(source: string, inJavaScript = false): Completeness {
  if (source.trim() === '') return { status: 'complete' };
  // A cell magic's body ends with an empty line, as in IPython.
  if (/^\s*%%/.test(source)) return /\n\s*\n?$/.test(source) ? { status: 'complete' } : incomplete('');
  if (/(?:^|\n)[ \t]*[!%][^\n]*\\$/.test(source)) return incomplete('');
  const cell = split(source, () => false);
  const errorsOf = (text: string) => parse(text, inJavaScript ? 'js' : 'ts', cell.context).errors;
  const errors = errorsOf(cell.text);
  if (errors.length === 0) return { status: 'complete' };
  const { open, stray, unfinished, tokens } = lex(cell.text);
  if (stray) return { status: 'invalid' };
  // A template's own text is taken as it is; in its `${` an indent means nothing.
  if (open.at(-1)?.text === '`') return incomplete('');
  if (open.some(({ text }) => text === '`')) return incomplete(within(source, open.at(-1)!));
  if (unfinished === 'comment') return incomplete(lineIndent(source, source.length));
  if (unfinished) return { status: 'invalid' };
  const last = tokens.at(-1);
  const end = last?.end ?? 0;
  const wantsMore =
    errors.every(({ message, start }) => start >= end || /`EOF`|end of file/i.test(message)) ||
    // `<T>(a: T) =>` is an error in its middle, until an expression follows.
    errorsOf(`${cell.text} ${placeholder}${closing(open)}`).length === 0;
  const opensBlock = last?.text === ')' || last?.text === 'else';
  if (!wantsMore && !(opensBlock && open.length === 0 && errors[0]!.start >= (last?.start ?? 0)))
    return { status: 'invalid' };
  const innermost = open.at(-1);
  if (innermost) return incomplete(within(cell.text, innermost));
  // A list of type arguments is a bracket too.
  const list = typeList(tokens);
  if (list !== undefined) return incomplete(deeper(lineIndent(cell.text, list)));
  const indent = lineIndent(cell.text, end);
  return incomplete(opensBlock ? deeper(indent) : indent);
}

/** Where the `<` of type arguments begins that the text ends in: `Array<`, `Map<string, `. */
function typeList(tokens: Token[]): number | undefined {
  let depth = 0;
  for (let i = tokens.length - 1; i >= 0; i--) {
    const { text, kind, start } = tokens[i]!;
    if (/^>+$/.test(text)) depth += text.length;
    else if (text === '<' && depth-- === 0) return tokens[i - 1]?.end === start ? start : undefined;
    else if (kind === 'punctuation' && !/^(?:[,.|&[\]{}:?]|=>)$/.test(text)) return undefined;
  }
  return undefined;
}

const incomplete = (indent: string): Completeness => ({ status: 'incomplete', indent });

/** As deep as the first line behind the bracket, where there is one: four spaces, a tab, or below the first argument. */
function within(text: string, bracket: Bracket): string {
  const outer = lineIndent(text, bracket.start);
  const inner = /\n([ \t]*)(?=[^\s)\]}])/.exec(text.slice(bracket.start))?.[1] ?? '';
  return inner.length > outer.length ? inner : deeper(outer);
}

const deeper = (indent: string) => indent + (indent.includes('\t') ? '\t' : '  ');

function lineIndent(text: string, offset: number): string {
  const start = text.lastIndexOf('\n', Math.max(0, offset - 1)) + 1;
  return /^[ \t]*/.exec(text.slice(start))![0];
}
