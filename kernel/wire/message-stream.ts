import type { Message } from './protocol.ts';

export type MessageStream = AsyncIterable<Message> & {
  push(message: Message): void;
  /** What was pushed is still read; then the reader ends, or fails with `reason`. */
  end(reason?: Error): void;
};

/** A queue that is filled from one side and read with `for await` from the other. */
export function createStream(): MessageStream {
  const queue: Message[] = [];
  let ended: { reason?: Error } | undefined;
  let wake = () => {};
  return {
    push(message) {
      queue.push(message);
      wake();
    },
    end(reason) {
      ended ??= { reason };
      wake();
    },
    async *[Symbol.asyncIterator]() {
      for (;;) {
        while (queue.length) yield queue.shift()!;
        if (ended?.reason) throw ended.reason;
        if (ended) return;
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
  };
}
