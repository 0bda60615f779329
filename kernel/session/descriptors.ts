/** Reads what native code, WebAssembly and the programs they start write to descriptors 1 and 2, which are pipes to here. */
import { readSync } from 'node:fs';
import { Socket } from 'node:net';
import { StringDecoder } from 'node:string_decoder';

export type Descriptors = {
  /** Tells what was written before the main thread left that mark, then calls `body`, then tells what came after. */
  upTo(mark: number, body: () => void): void;
};

type Name = 'stdout' | 'stderr';
export type DescriptorsOptions = {
  /** The pipes' reading ends, by the descriptor that leads there. */
  ends: Record<1 | 2, number>;
  /** What a mark begins with. */
  sign: string;
};

/**
 * Marks (`\0SIGN:7\n`) stand in the pipes where the main thread sent its messages, so that console.log and native output
 * keep their order: what stands behind a mark waits for that message.
 */
export function readDescriptors(
  { ends, sign }: DescriptorsOptions,
  tell: (name: Name, text: string) => void,
): Descriptors {
  const pipes = [createPipe(ends[1], 'stdout', sign, tell), createPipe(ends[2], 'stderr', sign, tell)];
  return {
    upTo(mark, body) {
      for (const pipe of pipes) pipe.upTo(mark);
      body();
      for (const pipe of pipes) pipe.passed(mark);
    },
  };
}

type Pipe = { upTo(mark: number): void; passed(mark: number): void };

function createPipe(end: number, name: Name, sign: string, tell: (name: Name, text: string) => void): Pipe {
  const start = Buffer.from(`\0${sign}:`);
  const decoder = new StringDecoder('utf8');
  const space = Buffer.allocUnsafe(1 << 16);
  let waiting = Buffer.alloc(0);
  /** The last mark that was read, and the last whose message has been dealt with. */
  let read = 0;
  let done = 0;

  // The socket tells when there is something, also while the main thread is in a long call. It does not keep the thread.
  new Socket({ fd: end, readable: true, writable: false })
    .on('data', (bytes) => {
      waiting = Buffer.concat([waiting, bytes]);
      advance();
    })
    .on('error', () => {})
    .unref();

  /** Tells what waits, as far as its marks allow. */
  function advance(limit = done): void {
    for (;;) {
      const at = waiting.indexOf(start);
      say(at < 0 ? waiting.length - begun() : at);
      if (at < 0) return;
      const close = waiting.indexOf(10);
      if (close < 0) return;
      read = Number(waiting.subarray(start.length, close));
      if (read > limit) return;
      waiting = waiting.subarray(close + 1);
    }
  }

  /** How many bytes at the end may be the beginning of a mark. */
  function begun(): number {
    const at = waiting.lastIndexOf(0);
    const tail = waiting.length - at;
    return at >= 0 && tail < start.length && start.subarray(0, tail).equals(waiting.subarray(at)) ? tail : 0;
  }

  function say(length: number): void {
    const text = decoder.write(waiting.subarray(0, length));
    waiting = waiting.subarray(length);
    if (text) tell(name, text);
  }

  return {
    upTo(mark) {
      advance(mark - 1);
      while (read < mark) {
        const count = readNow(end, space);
        if (count === 0) break;
        waiting = Buffer.concat([waiting, space.subarray(0, count)]);
        advance(mark - 1);
      }
    },
    passed(mark) {
      done = mark;
      advance();
    },
  };
}

/** 0 where nothing is there: a mark may be missing where the main thread was stopped, or has lost its descriptor. */
function readNow(end: number, space: Buffer): number {
  try {
    return readSync(end, space);
  } catch {
    return 0;
  }
}
