import { linesOf, type Position } from './positions.ts';

/** Why a cell does not run. ANSI colours only in the traceback. */
export type CellFailure = { ename: string; evalue: string; traceback: string[] };

/** One complaint about a stretch of the cell. */
export type Problem = { message: string; start: number; end: number; notes?: string[] };

const shown = 5;
// As in display/error.ts: bold red is unreadable in a dark theme.
const red = (text: string) => `\x1b[31m${text}\x1b[0m`;
const green = (text: string) => `\x1b[32m${text}\x1b[0m`;

/** IPython's layout for a cell that was not run: place, source with a mark under what is meant, the message. */
export function failure(ename: string, problems: Problem[], source: string, number: number): CellFailure {
  const evalue = problems[0]!.message;
  const traceback = problems
    .slice(0, shown)
    .flatMap((problem) => [
      excerpt(problem, source, number),
      [`${red(ename)}: ${problem.message}`, ...(problem.notes ?? []).map((note) => `  ${note}`)].join('\n'),
    ]);
  if (problems.length > shown) traceback.push(`… and ${problems.length - shown} more`);
  return { ename, evalue, traceback };
}

export const placeInCell = (number: number, { line, column }: Position): string =>
  `Cell In[${number}], line ${line + 1}:${column + 1}`;

function excerpt({ start, end }: Problem, source: string, number: number): string {
  const index = linesOf(source);
  const from = index.at(Math.min(start, source.length));
  const to = index.at(Math.max(start, Math.min(end, source.length)));
  const lines = source.split('\n');
  const text = [green(placeInCell(number, from))];
  for (let n = Math.max(0, from.line - 2); n <= Math.min(lines.length - 1, from.line + 2); n++) {
    const line = lines[n]!.replace(/\r$/, '');
    if (n !== from.line) {
      text.push(`${String(n + 1).padStart(7)} ${line}`);
      continue;
    }
    text.push(`${green(`${'-'.repeat(Math.max(1, 5 - String(n + 1).length))}> ${n + 1}`)} ${line}`);
    const last = to.line === from.line ? to.column : line.length;
    // Tabs stay tabs, so that the mark stands under its word in every front end.
    const indent = line.slice(0, from.column).replace(/[^\t]/g, ' ');
    text.push(`${' '.repeat(8)}${indent}${red('^'.repeat(Math.max(1, last - from.column)))}`);
  }
  return text.join('\n');
}
