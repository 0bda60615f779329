import { AsyncLocalStorage } from 'node:async_hooks';
import type { Output } from './output.ts';
import type { CellEvent } from './run.ts';

/** A cell that was started: whatever it leaves behind (timers, promises, child processes) still writes to it. */
export type Cell = {
  /** The msg_id of its execute_request. */
  id: string;
  /** The n of `In [n]`. */
  number: number;
  /** The msg_id of the comm message that its code, called back, is dealing with. */
  answering?: string;
  /** Aborted when the user interrupts it. */
  signal: AbortSignal;
  /** Text for its stdout or stderr; short pieces are joined. */
  write(name: 'stdout' | 'stderr', text: string): void;
  /** Anything else, after the text written before it. */
  emit(event: CellEvent): void;
  /** Output goes to `take`, and nowhere else but where that says false, until the returned function is called. */
  divert(take: Take): () => void;
  /** Work that has to end before the cell does, e.g. a display whose value is a promise. */
  waitFor(work: Promise<unknown>): void;
  /** Asks the user for a line. */
  ask(prompt: string, password: boolean): Promise<string>;
  /** The same for code that cannot wait: nothing else happens on this thread before the answer. */
  askNow(prompt: string): string;
  /** Something for the front end that comes with the reply, e.g. text for the next cell. */
  payload(entry: Record<string, unknown>): void;
};

export type Take = (event: CellEvent) => boolean;

const storage = new AsyncLocalStorage<Cell>();
let last: Cell | undefined;

/** Runs `body` so that everything it starts, now or later, belongs to `cell`. */
export function inCell<T>(cell: Cell, body: () => T): T {
  last = cell;
  return storage.run(cell, body);
}

/** The cell whose code is running; code of no cell counts for the last one that was started. */
export function currentCell(): Cell | undefined {
  return storage.getStore() ?? last;
}

/** Only a cell whose code is really running. */
export function cellOfThisCode(): Cell | undefined {
  return storage.getStore();
}

export function forget(cell: Cell | undefined): void {
  if (last === cell) last = undefined;
}

export type CellOptions = Pick<Cell, 'id' | 'number' | 'signal' | 'waitFor' | 'ask' | 'askNow' | 'payload'> & {
  output: Output;
  /** Text with stacks as the user shall read them. */
  readable: (text: string) => string;
};

export function createCell({ output, readable, ask, askNow, ...options }: CellOptions): Cell {
  const { id } = options;
  const diversions: Take[] = [];
  const isTaken = (event: CellEvent) => diversions.some((take) => take(event));
  return {
    ...options,
    write: (name, written) => {
      const text = readable(written);
      if (diversions.length === 0 || !isTaken({ kind: 'stream', name, text })) output.write(id, name, text);
    },
    emit: (event) => {
      if ('data' in event && typeof event.data['text/plain'] === 'string')
        event.data['text/plain'] = readable(event.data['text/plain']);
      const inside = event.kind !== 'error' && event.kind !== 'result';
      if (!inside || !isTaken(event)) output.emit(id, event);
    },
    divert: (take) => {
      diversions.unshift(take);
      return () => void diversions.splice(diversions.indexOf(take), 1);
    },
    ask: (prompt, password) => {
      // The question comes after what was printed before it.
      output.flush();
      return ask(prompt, password);
    },
    askNow: (prompt) => {
      output.flush();
      return askNow(prompt);
    },
  };
}
