/**
 * JSON-RPC with the TypeScript process, in place of its package's own: that one takes several turns of the event loop for
 * each message and two writes, which is a third of what the check of a small cell costs.
 */
import type { Readable, Writable } from 'node:stream';

/** What TypeScript's client calls on its connection. */
export type Link = {
  sendRequest(type: { method: string }, params: unknown): Promise<unknown>;
  dispose(): void;
};

type Id = number | string;
type Incoming = { id?: Id; method?: string; params?: unknown; result?: unknown; error?: { message: string } };

/** @param answer what TypeScript asks of us, by the method's name; undefined: it reads the disk itself */
export function createLink(
  { stdin, stdout }: { stdin: Writable; stdout: Readable },
  answer: (method: string, params: unknown) => unknown,
): Link {
  const waiting = new Map<Id, PromiseWithResolvers<unknown>>();
  let last = 0;
  let disposed = false;

  function send(message: object): void {
    const body = JSON.stringify({ jsonrpc: '2.0', ...message });
    // A pipe that broke is told by the process's end.
    if (!disposed) stdin.write(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, () => {});
  }

  function receive({ id, method, params, result, error }: Incoming): void {
    if (method !== undefined) {
      if (id !== undefined) send({ id, result: answer(method, params) ?? null });
      return;
    }
    const asked = waiting.get(id!);
    waiting.delete(id!);
    if (error) asked?.reject(new Error(error.message));
    else asked?.resolve(result);
  }

  const frames = createFrames((body) => receive(JSON.parse(body) as Incoming));
  stdout.on('data', frames);
  stdout.resume();

  return {
    sendRequest({ method }, params) {
      const asked = Promise.withResolvers<unknown>();
      waiting.set(++last, asked);
      send({ id: last, method, params });
      return asked.promise;
    },
    dispose() {
      disposed = true;
      stdout.off('data', frames);
    },
  };
}

const END_OF_HEAD = '\r\n\r\n';

/** Bytes as they come → whole messages. */
export function createFrames(handle: (body: string) => void): (chunk: Buffer) => void {
  let chunks: Buffer[] = [];
  let size = 0;
  /** Until as much is here there is nothing to look for; an answer of megabytes comes in many chunks. */
  let needed = 0;
  return (chunk) => {
    chunks.push(chunk);
    size += chunk.length;
    if (size < needed) return;
    let all = chunks.length === 1 ? chunk : Buffer.concat(chunks);
    for (;;) {
      const head = all.indexOf(END_OF_HEAD);
      needed = 0;
      if (head < 0) break;
      const start = head + END_OF_HEAD.length;
      needed = start + Number(/Content-Length: *(\d+)/i.exec(all.toString('latin1', 0, head))?.[1] ?? 0);
      if (all.length < needed) break;
      const body = all.toString('utf8', start, needed);
      all = all.subarray(needed);
      if (body) handle(body);
    }
    chunks = [all];
    size = all.length;
  };
}
