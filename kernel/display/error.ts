/** One place on the way to an error, outermost first. */
export type Frame = {
  /** `Cell In[3]` or `File ./digits.ts`. */
  place: string;
  /** 1-based. */
  line: number;
  /** The function's name, where it has one. */
  callee?: string | undefined;
  /** The whole text of the cell or file, where it can be had. */
  source?: string | undefined;
};

/** An error with nothing live in it: what was thrown, where, and why. */
export type Failure = {
  ename: string;
  evalue: string;
  frames: Frame[];
  /** What the error wraps: its `cause`, or an AggregateError's `errors`. */
  inner: { title: string; failure: Failure }[];
};

const around = 2;
const red = (text: string) => `\x1b[1;31m${text}\x1b[0m`;
const green = (text: string) => `\x1b[32m${text}\x1b[0m`;
const bold = (text: string) => `\x1b[1m${text}\x1b[0m`;

/** IPython's layout: places outermost first, the error last, so that the message is what one reads at the cell's end. */
export function traceback(failure: Failure): string[] {
  const rule = red('-'.repeat(75));
  const title = `${red(failure.ename)}${'Traceback (most recent call last)'.padStart(Math.max(34, 75 - failure.ename.length))}`;
  return [rule, title, ...body(failure)];
}

function body({ ename, evalue, frames, inner }: Failure): string[] {
  const [first, ...rest] = evalue.split('\n');
  return [
    ...frames.map(excerpt),
    [`${red(ename)}${first ? `: ${first}` : ''}`, ...rest].join('\n'),
    ...inner.flatMap(({ title, failure }) => ['', bold(title), ...body(failure)]),
  ];
}

function excerpt({ place, line, callee, source }: Frame): string {
  const head = `${green(`${place}, line ${line}`)}${callee ? `, in ${callee}` : ''}`;
  if (source === undefined) return head;
  const lines = source.split('\n');
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

/** The same without colours, for a log or a stream. */
export function plain(lines: string[]): string {
  return lines.join('\n').replace(/\x1b\[[\d;]*m/g, '');
}
