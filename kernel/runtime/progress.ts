import { randomUUID } from 'node:crypto';
import { escapeHtml } from '../display/escape.ts';
import { type Cell, currentCell } from './current.ts';

export type ProgressOptions = {
  /** Before the bar. */
  label?: string;
  /** How many steps there are, where what is gone through does not say. */
  total?: number;
};

export type Progress = {
  /** So many steps are done now; one more unless told. @param note stands after the bar */
  step(done?: number, note?: string): void;
  /** Shows the last state, as it is. */
  close(): void;
};

/** A front end repaints for each; the eye sees no more. */
const pause = 100;
const width = 24;
const style = 'margin:0;padding:0;background:none;color:inherit;line-height:1.35;white-space:pre-wrap';

/** A bar that is moved by hand. @example const bar = startProgress(10, { label: 'folds' }); bar.step(); bar.close() */
export function startProgress(
  total: number | undefined,
  { label = '' }: ProgressOptions = {},
  { now = () => performance.now(), show = shower(currentCell()) }: { now?: () => number; show?: Show } = {},
): Progress {
  const begun = now();
  let state = { done: 0, note: '' };
  let shown: string | undefined;
  let time = Number.NEGATIVE_INFINITY;
  const draw = (last: boolean) => {
    const text = line(label, state.done, total, now() - begun, state.note, last);
    if (text === shown) return;
    shown = text;
    time = now();
    show(text, last);
  };
  draw(false);
  return {
    step(done = state.done + 1, note = state.note) {
      state = { done, note };
      if (now() - time >= pause) draw(false);
    },
    close: () => draw(true),
  };
}

/**
 * Goes through something and shows how far it is; a number counts up to it. The bar stays, with its last state, when the loop ends, also early.
 * @example for (const image of progress(images, { label: 'images' })) classify(image)
 */
export function progress(items: number, options?: ProgressOptions): Iterable<number>;
export function progress<T>(items: Iterable<T>, options?: ProgressOptions): Iterable<T>;
export function progress<T>(items: AsyncIterable<T>, options?: ProgressOptions): AsyncIterable<T>;
export function progress<T>(
  items: number | Iterable<T> | AsyncIterable<T>,
  options: ProgressOptions = {},
): Iterable<T | number> | AsyncIterable<T> {
  if (typeof items === 'number') return through(Array(items).keys(), items, options);
  const { length, size } = items as { length?: number; size?: number };
  const total = options.total ?? length ?? size;
  return Symbol.asyncIterator in items ? throughAsync(items, total, options) : through(items, total, options);
}

function* through<T>(items: Iterable<T>, total: number | undefined, options: ProgressOptions): Generator<T> {
  const bar = startProgress(total, options);
  try {
    for (const item of items) {
      yield item;
      bar.step();
    }
  } finally {
    bar.close();
  }
}

async function* throughAsync<T>(
  items: AsyncIterable<T>,
  total: number | undefined,
  options: ProgressOptions,
): AsyncGenerator<T> {
  const bar = startProgress(total, options);
  try {
    for await (const item of items) {
      yield item;
      bar.step();
    }
  } finally {
    bar.close();
  }
}

type Show = (text: string, last: boolean) => void;

/** In a notebook one display that is replaced; on a terminal one line; in a log file the last state alone. */
function shower(cell: Cell | undefined, terminal = process.stdout): Show {
  if (!cell) {
    return (text, last) => {
      if (terminal.isTTY) terminal.write(`\r\x1b[K${text}${last ? '\n' : ''}`);
      else if (last) terminal.write(`${text}\n`);
    };
  }
  const displayId = randomUUID();
  let update = false;
  return (text) => {
    const data = { 'text/plain': text, 'text/html': `<pre style="${style}">${escapeHtml(text)}</pre>` };
    cell.emit({ kind: update ? 'update' : 'display', displayId, data, metadata: {} });
    update = true;
  };
}

/** `images ━━━━━━━━──── 120/400 30% 2.1s left` */
function line(
  label: string,
  done: number,
  total: number | undefined,
  elapsed: number,
  note: string,
  last: boolean,
): string {
  const rate = done > 0 && elapsed >= 1000 && !last ? ` ${(done / (elapsed / 1000)).toPrecision(3)}/s` : '';
  const parts = total
    ? [
        `${'━'.repeat(filled(done, total))}${'─'.repeat(width - filled(done, total))}`,
        `${String(done).padStart(String(total).length)}/${total}`,
        done < total && done > 0 && !last ? `${seconds((elapsed / done) * (total - done))} left` : seconds(elapsed),
      ]
    : [`${done}${rate}`, seconds(elapsed)];
  return [label, ...parts, note].filter(Boolean).join(' ');
}

function filled(done: number, total: number): number {
  return Math.min(width, Math.floor((done / total) * width));
}

function seconds(milliseconds: number): string {
  const whole = milliseconds / 1000;
  return whole < 10
    ? `${whole.toFixed(1)}s`
    : `${Math.floor(whole / 60) ? `${Math.floor(whole / 60)}m` : ''}${Math.round(whole % 60)}s`;
}
