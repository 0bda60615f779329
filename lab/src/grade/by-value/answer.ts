/**
 * In the submission's process: answers what the tests, in a process of their own, ask of the student's names. Nothing here
 * is to be trusted, since the student's code can change it; it can only change what the student's code answers.
 */
import { createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { types } from 'node:util';
import { decode, encode, isThenable, type Side, type Wire } from './values.ts';

export type Request = { id: number } & (
  | { op: 'has'; name: string }
  | { op: 'take'; name: string }
  | { op: 'settle'; promise: number }
  | { op: 'get'; of: Wire; key: Wire }
  | { op: 'set'; of: Wire; key: Wire; value: Wire }
  | { op: 'in'; of: Wire; key: Wire }
  | { op: 'keys'; of: Wire }
  | { op: 'call'; of: Wire; self: Wire; args: Wire[] }
  | { op: 'new'; of: Wire; args: Wire[] }
);
export type Reply = { id: number; value?: Wire; thrown?: Wire };

const published = new Map<string, () => unknown>();
const kept: object[] = [];
const numbers = new Map<object, number>();

/** The student's names, each as a function that gives its value now. */
export function publish(names: Record<string, () => unknown>): void {
  for (const [name, value] of Object.entries(names)) published.set(name, value);
}

/** @returns the port */
export async function serve(): Promise<number> {
  const server = createServer((socket) => {
    createInterface({ input: socket }).on('line', (line) => void answer(JSON.parse(line), socket));
    socket.on('error', () => {});
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return (server.address() as { port: number }).port;
}

async function answer(request: Request, socket: Socket): Promise<void> {
  let reply: Reply;
  try {
    // Only where one comes: a kernel that needs no tensors need not load an engine.
    if (JSON.stringify(request).includes('["tensor"')) side.tf ??= (await import('../../../../lib/index.ts')).tf;
    const value = request.op === 'settle' ? await (kept[request.promise] as Promise<unknown>) : act(request);
    reply = { id: request.id, value: encode(value, side) };
  } catch (thrown) {
    reply = { id: request.id, thrown: encode(thrown, side) };
  }
  socket.write(`${JSON.stringify(reply)}\n`);
}

type Callable = new (...args: unknown[]) => unknown;

function act(request: Exclude<Request, { op: 'settle' }>): unknown {
  const read = (wire: Wire) => decode(wire, side) as Record<PropertyKey, unknown> & Callable;
  switch (request.op) {
    case 'has':
      return published.get(request.name)?.() !== undefined;
    case 'take':
      return published.get(request.name)?.();
    case 'get':
      return read(request.of)[keyOf(request.key)];
    case 'set':
      read(request.of)[keyOf(request.key)] = read(request.value);
      return undefined;
    case 'in':
      return keyOf(request.key) in read(request.of);
    case 'keys':
      return Object.keys(read(request.of));
    case 'call':
      return Reflect.apply(read(request.of) as unknown as () => unknown, read(request.self), request.args.map(read));
    case 'new':
      return Reflect.construct(read(request.of), request.args.map(read));
  }
}

function keyOf(wire: Wire): PropertyKey {
  return Array.isArray(wire) ? (Symbol as unknown as Record<string, symbol>)[wire[1] as string]! : String(wire);
}

const side: Side = {
  keep(value) {
    const known = numbers.get(value);
    const number = known ?? kept.push(value) - 1;
    if (known === undefined) numbers.set(value, number);
    // A Proxy's traps are the student's code: it is a promise only where it is one at once.
    if (value instanceof Promise || (!types.isProxy(value) && isThenable(value))) return ['promise', number];
    return ['kept', number, typeof value, classesOf(value)];
  },
  find: ([, number]) => kept[number as number],
  classesOf,
};

function classesOf(value: object): number[] {
  const classes: number[] = [];
  for (let at = Object.getPrototypeOf(value); at; at = Object.getPrototypeOf(at)) {
    const made = at.constructor;
    if (typeof made !== 'function' || /\[native code\]/.test(Function.prototype.toString.call(made))) continue;
    side.keep(made);
    classes.push(numbers.get(made)!);
  }
  return classes;
}
