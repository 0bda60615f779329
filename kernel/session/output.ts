/** What cells show → messages on iopub, each with the header of the request that caused it. */
import type { CellEvent } from '../runtime/run.ts';
import { ReadyJson } from '../wire/message.ts';
import type { ErrorContent, Header } from '../wire/protocol.ts';
import type { Sockets } from '../wire/sockets.ts';

export type Output = {
  /** From now on events of `parent.msg_id` are published; of a silent request, none is. */
  open(parent: Header, executionCount: number, silent: boolean): void;
  /** @param long of the event's data, what comes as JSON already */
  emit(id: string, event: CellEvent, long?: Record<string, Uint8Array>): void;
  /** Native code's text, which is the last cell's that was opened. @returns false before the first */
  native(name: 'stdout' | 'stderr', text: string): boolean;
  /** A cell's error, unless the runtime has told it already: front ends want exactly one. */
  fail(id: string, error: ErrorContent): void;
  /** Sends what waits, so that it arrives before the reply. */
  flush(): void;
};

type Cell = { parent: Header; executionCount: number; silent: boolean; failed: boolean };

/** Text waits this many milliseconds for more: a message a line would drown the front end. */
const WAIT = 4;
/** Timers of old cells still write; of this many cells the header is remembered. */
const REMEMBERED = 5000;

export function createOutput(publish: Sockets['publish']): Output {
  const cells = new Map<string, Cell>();
  let latest: Cell | undefined;
  let pending: { cell: Cell; name: string; text: string[] } | undefined;
  let timer: NodeJS.Timeout | undefined;

  function flush(): void {
    clearTimeout(timer);
    timer = undefined;
    if (!pending) return;
    const { cell, name, text } = pending;
    pending = undefined;
    publish('stream', cell.parent, { name, text: text.join('') });
  }

  function write(cell: Cell, name: string, text: string): void {
    if (pending && (pending.cell !== cell || pending.name !== name)) flush();
    pending ??= { cell, name, text: [] };
    pending.text.push(text);
    timer ??= setTimeout(flush, WAIT);
  }

  function emit(id: string, event: CellEvent, long?: Record<string, Uint8Array>): void {
    const cell = cells.get(id);
    if (!cell) return;
    if (event.kind === 'error') cell.failed = true;
    if (cell.silent) return;
    if (event.kind === 'stream') {
      write(cell, event.name, event.text);
      return;
    }
    flush();
    const [type, content] = messageOf(long ? withLong(event, long) : event, cell.executionCount);
    publish(type, cell.parent, content);
  }

  return {
    open(parent, executionCount, silent) {
      latest = { parent, executionCount, silent, failed: false };
      cells.set(parent.msg_id, latest);
      if (cells.size > REMEMBERED) cells.delete(cells.keys().next().value!);
    },
    emit,
    native(name, text) {
      if (text !== '' && latest && !latest.silent) write(latest, name, text);
      return latest !== undefined;
    },
    fail(id, error) {
      if (!cells.get(id)?.failed) emit(id, { kind: 'error', ...error });
    },
    flush,
  };
}

function withLong(event: CellEvent & { kind: Exclude<CellEvent['kind'], 'stream'> }, long: Record<string, Uint8Array>) {
  if (!('data' in event)) return event;
  const ready = Object.entries(long).map(([type, bytes]) => [type, new ReadyJson(bytes)]);
  return { ...event, data: { ...event.data, ...Object.fromEntries(ready) } };
}

function messageOf(
  event: Exclude<CellEvent, { kind: 'stream' }>,
  execution_count: number,
): [string, Record<string, unknown>] {
  switch (event.kind) {
    case 'display': {
      const transient = event.displayId === undefined ? {} : { display_id: event.displayId };
      return ['display_data', { data: event.data, metadata: event.metadata, transient }];
    }
    case 'update': {
      const transient = { display_id: event.displayId };
      return ['update_display_data', { data: event.data, metadata: event.metadata, transient }];
    }
    case 'result':
      return ['execute_result', { data: event.data, metadata: event.metadata, execution_count }];
    case 'error':
      return ['error', { ename: event.ename, evalue: event.evalue, traceback: event.traceback }];
    case 'clear':
      return ['clear_output', { wait: event.wait }];
  }
}
