/** The user's end of Jupyter's comms: an open line to something in the front end, e.g. a widget. */
import { randomUUID } from 'node:crypto';
import type { CommMessage, FromRuntime, ToRuntime } from '../border.ts';
import { type Cell, currentCell, inCell } from './current.ts';

/** Whatever the other end and this one have agreed on. */
// biome-ignore lint/suspicious/noExplicitAny: a listener would have to cast each field
export type CommData = Record<string, any>;

export type CommEvent = {
  data: CommData;
  metadata: CommData;
  buffers: Uint8Array[];
};

export type CommOptions = { metadata?: CommData; buffers?: Uint8Array[] };

export type CommListener = (event: CommEvent) => unknown;

export type Comm = {
  readonly id: string;
  readonly target: string;
  send(data: CommData, options?: CommOptions): void;
  close(data?: CommData, options?: CommOptions): void;
  /** A listener's output goes to the cell that added it. */
  onMessage(listener: CommListener): void;
  onClose(listener: CommListener): void;
};

/** Called with each comm that a front end opens for the target, and what came along. */
export type CommTarget = (comm: Comm, event: CommEvent) => unknown;

type Bound<A extends unknown[]> = (request: string, ...args: A) => Promise<void>;
type Line = { comm: Comm; messages: Bound<[CommEvent]>[]; closes: Bound<[CommEvent]>[] };

const lines = new Map<string, Line>();
const targets = new Map<string, Bound<[Comm, CommEvent]>>();
let emit: ((message: FromRuntime) => void) | undefined;

export function registerCommTarget(name: string, target: CommTarget): void {
  targets.set(name, bind(target));
}

export function unregisterCommTarget(name: string): void {
  targets.delete(name);
}

/** @throws outside a notebook, where nobody is at the other end */
export function openComm(target: string, data: CommData = {}, options: CommOptions = {}): Comm {
  if (!emit) throw new Error('openComm() works in a notebook only');
  const { comm } = line(randomUUID(), target);
  post({ type: 'open', comm: comm.id, target, ...plain(data, options) });
  return comm;
}

/** The kernel's side: what comes from front ends, and `send` for what goes there. */
export function connectComms(send: (message: FromRuntime) => void) {
  emit = send;
  return async ({ request, message }: Extract<ToRuntime, { kind: 'comm' }>): Promise<void> => {
    try {
      await receive(request, message);
    } finally {
      send({ kind: 'comm-handled', request });
    }
  };
}

async function receive(request: string, message: CommMessage): Promise<void> {
  const { comm: id, type, data, metadata, buffers } = message;
  const event = { data, metadata, buffers };
  if (type === 'open') {
    const target = targets.get(message.target);
    // The protocol's answer to a target that nobody has registered.
    if (!target) return post({ type: 'close', comm: id, ...plain({}, {}) }, request);
    await target(request, line(id, message.target).comm, event);
    return;
  }
  const known = lines.get(id);
  if (type === 'close') lines.delete(id);
  await Promise.all(
    (type === 'close' ? known?.closes : known?.messages)?.map((listener) => listener(request, event)) ?? [],
  );
}

function line(id: string, target: string): Line {
  const messages: Bound<[CommEvent]>[] = [];
  const closes: Bound<[CommEvent]>[] = [];
  const comm: Comm = {
    id,
    target,
    send(data, options = {}) {
      if (!lines.has(id)) throw new Error(`the comm ${id} (${target}) is closed`);
      post({ type: 'msg', comm: id, ...plain(data, options) });
    },
    close(data = {}, options = {}) {
      if (lines.delete(id)) post({ type: 'close', comm: id, ...plain(data, options) });
    },
    onMessage: (listener) => void messages.push(bind(listener)),
    onClose: (listener) => void closes.push(bind(listener)),
  };
  const made = { comm, messages, closes };
  lines.set(id, made);
  return made;
}

/** What it prints belongs to the cell that gave it, even where that cell was interrupted since; so do its errors. What it sends answers the request. */
function bind<A extends unknown[]>(listener: (...args: A) => unknown): Bound<A> {
  const cell = currentCell();
  return async (request, ...args) => {
    if (!cell) return void (await listener(...args));
    const alive: Cell = { ...cell, answering: request, signal: new AbortController().signal };
    await inCell(alive, async () => {
      try {
        await listener(...args);
      } catch (error) {
        void Promise.reject(error); // Told as every late error of that cell.
      }
    });
  };
}

function post(message: CommMessage, parent = parentOf(currentCell())): void {
  emit!({ kind: 'comm', parent, message });
}

function parentOf(cell: Cell | undefined): string {
  return cell?.answering ?? cell?.id ?? '';
}

/** Other than JSON cannot travel, and what is changed later must not change what was sent. */
function plain(data: CommData, { metadata = {}, buffers = [] }: CommOptions): Omit<CommMessage, 'type' | 'comm'> {
  return { data: JSON.parse(JSON.stringify(data)), metadata: JSON.parse(JSON.stringify(metadata)), buffers };
}
