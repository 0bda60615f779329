import { stripVTControlCharacters } from 'node:util';

/** One place on the way to an error, outermost first. */
export type Frame = {
  /** `Cell In[3]` or `File ./digits.ts`. */
  place: string;
  /** 1-based. */
  line: number;
  column: number;
  /** The function's name, where it has one. */
  callee?: string | undefined;
  /** The whole text of the cell or file, where it can be had. */
  source?: string | undefined;
};

/** Frames that are not shown: a recursion that overflowed has thousands of equal ones. */
export type Gap = { omitted: number };

/** An error with nothing live in it: what was thrown, where, and why. */
export type Failure = {
  ename: string;
  evalue: string;
  frames: (Frame | Gap)[];
  /** Its own properties, such as `code`, as text. */
  properties?: string;
  /** What the error wraps: its `cause`, or an AggregateError's `errors`. */
  inner: { title: string; failure: Failure }[];
};

const around = 2;
// ipykernel's colours. Not in bold: front ends show bold red as a darker one, which nobody can read on the dark theme's red.
const red = (text: string) => `\x1b[31m${text}\x1b[0m`;
const green = (text: string) => `\x1b[32m${text}\x1b[0m`;
const bold = (text: string) => `\x1b[1m${text}\x1b[0m`;

/** IPython's layout: places outermost first, the error last, so that the message is what one reads at the cell's end. */
export function traceback(failure: Failure): string[] {
  if (failure.frames.length === 0) return body(failure);
  const rule = red('-'.repeat(75));
  const title = `${red(failure.ename)}${'Traceback (most recent call last)'.padStart(Math.max(34, 75 - failure.ename.length))}`;
  return [rule, title, ...body(failure)];
}

/** Of an error that comes when its cell has ended, and so in the midst of other output: what it is comes first. */
export function lateTraceback(failure: Failure, how: string): string {
  const lines = [`${how}: ${headOf(failure)}`, ...placesOf(failure), ...propertiesOf(failure), ...innerOf(failure)];
  return `${stripVTControlCharacters(lines.join('\n'))}\n`;
}

function body(failure: Failure): string[] {
  const [first = '', ...rest] = headOf(failure).split('\n');
  const head = first.replace(failure.ename, red(failure.ename));
  return [...placesOf(failure), [head, ...rest].join('\n'), ...propertiesOf(failure), ...innerOf(failure)];
}

const headOf = ({ ename, evalue }: Failure) => `${ename}${evalue ? `: ${evalue}` : ''}`;

const placesOf = ({ frames }: Failure) => frames.map((frame) => ('omitted' in frame ? gap(frame) : excerpt(frame)));

const propertiesOf = ({ properties }: Failure) => (properties ? [properties.replace(/^/gm, '  ')] : []);

const innerOf = ({ inner }: Failure) => inner.flatMap(({ title, failure }) => ['', bold(title), ...body(failure)]);

const gap = ({ omitted }: Gap) => `      … ${omitted.toLocaleString('en')} more frames`;

function excerpt({ place, line, column, callee, source }: Frame): string {
  const head = `${green(`${place}, line ${line}:${column}`)}${callee ? `, in ${callee}` : ''}`;
  if (source === undefined) return head;
  // The line break that ends a file begins no line.
  const lines = source.replace(/\r?\n$/, '').split(/\r?\n/);
  const from = Math.max(1, line - around);
  const to = Math.min(lines.length, line + around);
  const shown = [head];
  for (let n = from; n <= to; n += 1) {
    const text = (lines[n - 1] ?? '').slice(0, 200);
    shown.push(
      n === line
        ? `${green(`${'-'.repeat(Math.max(1, 5 - String(n).length))}> ${n}`)} ${text}`
        : `${String(n).padStart(7)} ${text}`,
    );
  }
  return shown.join('\n');
}
