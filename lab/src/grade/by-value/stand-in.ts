/**
 * In the tests' process: stand-ins for what the student's cells have declared. A call goes to the submission's process and
 * its answer comes back as a value, so that whatever the student's code does to its own process, here it is data to be judged.
 */
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { Reply, Request } from './answer.ts';
import { decode, ENDED, encode, type Side, type Wire } from './values.ts';

type Asked = Request extends infer One ? (One extends unknown ? Omit<One, 'id'> : never) : never;
type Waiting = { resolve: (value: unknown) => void; reject: (error: unknown) => void };

const bell = new Int32Array(new SharedArrayBuffer(4));
const { port1: port, port2 } = new MessageChannel();
const waiting = new Map<number, Waiting>();
let open = false;
let last = 0;

/** @param at the port of answer.ts */
export async function connect(at: number, tensors: boolean): Promise<void> {
  if (tensors) side.tf = (await import('../../../../lib/index.ts')).tf;
  const line = new URL('./line.ts', import.meta.url);
  const worker = new Worker(line, { workerData: { at, port: port2, bell }, transferList: [port2] });
  worker.unref();
  open = true;
  port.on('message', receive);
  port.unref();
}

/** Those of `names` that the student's cells have declared. */
export function declared(names: string[]): string[] {
  return names.filter((name) => askNow({ op: 'has', name }) === true);
}

export function take(name: string): unknown {
  return askNow({ op: 'take', name });
}

/** Blocks this thread: a test may call a student's function where it cannot await. */
function askNow(asked: Asked): unknown {
  let end: { value: unknown } | { error: unknown } | undefined;
  send(asked, { resolve: (value) => (end = { value }), reject: (error) => (end = { error }) });
  while (!end) {
    const seen = Atomics.load(bell, 0);
    const came = receiveMessageOnPort(port);
    if (came) receive(came.message);
    else Atomics.wait(bell, 0, seen);
  }
  if ('error' in end) throw end.error;
  return end.value;
}

function send(asked: Asked, by: Waiting): void {
  if (!open) {
    by.reject(new Error(ENDED));
    return;
  }
  last += 1;
  waiting.set(last, by);
  port.postMessage(JSON.stringify({ id: last, ...asked }));
}

function receive(line: string | null): void {
  if (line === null) {
    open = false;
    for (const { reject } of waiting.values()) reject(new Error(ENDED));
    waiting.clear();
    return;
  }
  let by: Waiting | undefined;
  try {
    const { id, value, thrown } = JSON.parse(line) as Reply;
    by = waiting.get(id);
    waiting.delete(id);
    if (thrown !== undefined) by?.reject(decode(thrown, side));
    else by?.resolve(decode(value!, side));
  } catch (error) {
    by?.reject(new Error(`the submission's answer cannot be read (${(error as Error).message})`));
  }
}

const standIns = new Map<number, object>();
const numbers = new WeakMap<object, number>();
const classes = new WeakMap<object, number[]>();

const side: Side = {
  keep(value) {
    const number = numbers.get(value);
    if (number !== undefined) return ['kept', number];
    throw new TypeError(
      'a test can hand values to the student’s code, but no functions or objects with behaviour of its own',
    );
  },
  find([kind, number, type, of = []]) {
    if (kind === 'promise')
      return new Promise((resolve, reject) => send({ op: 'settle', promise: number }, { resolve, reject }));
    if (kind !== 'kept') throw new TypeError(`a value of the unknown kind ${kind}`);
    const known = standIns.get(number);
    if (known) return known;
    const made = standInFor(number, type === 'function');
    standIns.set(number, made);
    numbers.set(made, number);
    classes.set(made, of);
    return made;
  },
  mark: (value, of) => void classes.set(value, of),
};

/** Each use of it is a question to the submission's process. */
function standInFor(number: number, callable: boolean): object {
  const of: Wire = ['kept', number];
  const wire = (value: unknown) => encode(value, side);
  // biome-ignore lint/complexity/useArrowFunction: `new` needs a function that can be constructed.
  const target = callable ? function () {} : {};
  return new Proxy(target, {
    get(_, key) {
      if (key === Symbol.hasInstance) return (value: object) => classes.get(value)?.includes(number) ?? false;
      return askNow({ op: 'get', of, key: keyOf(key) });
    },
    set(_, key, value) {
      askNow({ op: 'set', of, key: keyOf(key), value: wire(value) });
      return true;
    },
    has: (_, key) => askNow({ op: 'in', of, key: keyOf(key) }) === true,
    apply: (_, self, args) => askNow({ op: 'call', of, self: wire(self), args: args.map(wire) }),
    construct: (_, args) => askNow({ op: 'new', of, args: args.map(wire) }) as object,
    ownKeys: (target) => (callable ? Reflect.ownKeys(target) : (askNow({ op: 'keys', of }) as string[])),
    getOwnPropertyDescriptor: (target, key) =>
      callable
        ? Reflect.getOwnPropertyDescriptor(target, key)
        : { value: askNow({ op: 'get', of, key: keyOf(key) }), enumerable: true, configurable: true, writable: true },
    getPrototypeOf: () => (callable ? Function.prototype : Object.prototype),
  });
}

/** Of symbols only JavaScript's own mean the same on both sides. */
function keyOf(key: string | symbol): Wire {
  return typeof key === 'string' ? key : ['symbol', key.description?.replace(/^Symbol\./, '') ?? ''];
}
