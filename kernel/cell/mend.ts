import { type Bracket, lex } from './lex.ts';
import type { Split } from './split.ts';

const closers: Record<string, string> = { '(': ')', '[': ']', '{': '}', '${': '}', '`': '`' };

/**
 * A cell that is being typed, completed so that it may parse: a name after a lone dot, and what is open at the cursor closed
 * at the end of its line. Nothing before the cursor moves. What was meant by `f({a: 1, ▮` is a key, not a statement.
 * The second try is for a line above others: a bracket of those may seem to close what was opened in this one.
 */
export function mend(source: string, cursor: number, { text, toText }: Split): [string, string] {
  const before = source.slice(0, cursor);
  const at = toText(cursor);
  const lineStart = toText(before.lastIndexOf('\n') + 1);
  const { tokens, open } = lex(text);
  const string = tokens.find(({ kind, start, end }) => kind === 'string' && start < at && at <= end);
  const quote = string && (string.text.length === 1 || string.text.at(-1) !== string.text[0]) ? string.text[0]! : '';
  const lacksName = /(?:^|[^.])\??\.\s*$/.test(before) && !/^[\p{ID_Continue}$]/u.test(source.slice(cursor));
  const name = !string && lacksName ? placeholder : '';
  const lineEnd = source.indexOf('\n', cursor);
  const end = lineEnd < 0 ? source.length : lineEnd;
  const closed = (brackets: Bracket[]) =>
    `${before}${name}${source.slice(cursor, end)}${quote}${closing(brackets)}${source.slice(end)}`;
  const opened = lex(text.slice(0, toText(end))).open;
  return [closed(open.filter(({ start }) => start < at)), closed(opened.filter(({ start }) => start >= lineStart))];
}

/** What closes brackets that are open, outermost first. */
export function closing(open: Bracket[]): string {
  return open
    .map(({ text }) => closers[text] ?? '')
    .reverse()
    .join('');
}

/** Never offered: a name of the compiler's own. */
export const placeholder = '$q';
