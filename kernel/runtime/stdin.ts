/** Questions of cells to the user, one at a time for each cell: a front end shows one field. */
export type Stdin = {
  ask(question: Question): Promise<string>;
  /** The same for code that cannot wait, e.g. prompt(): it blocks the thread. @throws when the cell is interrupted */
  askNow(question: Question, signal: AbortSignal): string;
  answer(id: string, value: string): void;
  /** The cell is over: nobody waits for its answer any more. */
  cancel(id: string): void;
};

export type Question = {
  /** The cell's. */
  id: string;
  prompt: string;
  password: boolean;
  /** Whether its front end can ask at all. */
  allowed: boolean;
};

type Waiting = { resolve: (value: string) => void; send: () => void };

/**
 * @param send puts the question to the front end
 * @param pump handles one message that has come for this thread; false when there was none
 */
export function createStdin(send: (question: Question) => void, pump?: () => boolean): Stdin {
  const queues = new Map<string, Waiting[]>();
  let pressing: { id: string; value?: string } | undefined;
  return {
    async ask(question) {
      refuse(question);
      const { id } = question;
      return new Promise((resolve) => {
        const queue = queues.get(id) ?? [];
        queues.set(id, queue);
        queue.push({ resolve, send: () => send(question) });
        if (queue.length === 1) queue[0]!.send();
      });
    },
    askNow(question, signal) {
      refuse(question);
      const { id } = question;
      if (!pump || pressing || queues.get(id)?.length)
        throw new Error('a question is already open; ask one after the other: await input() before the next');
      const mine: { id: string; value?: string } = { id };
      pressing = mine;
      try {
        send(question);
        while (mine.value === undefined) {
          signal.throwIfAborted();
          if (!pump()) nap();
        }
        return mine.value;
      } finally {
        pressing = undefined;
      }
    },
    answer(id, value) {
      if (pressing?.id === id) {
        pressing.value = value;
        return;
      }
      const queue = queues.get(id);
      queue?.shift()?.resolve(value);
      queue?.[0]?.send();
    },
    cancel: (id) => void queues.delete(id),
  };
}

function refuse({ allowed }: Question): void {
  if (allowed) return;
  const error = new Error('this front end cannot ask the user for input (allow_stdin is false)');
  error.name = 'StdinNotImplementedError';
  throw error;
}

const never = new Int32Array(new SharedArrayBuffer(4));

/** Shorter than what the interrupter waits before it takes the thread for stuck. */
function nap(): void {
  Atomics.wait(never, 0, 0, 5);
}
