export type Stdin = {
  ask(id: string, prompt: string, password: boolean, allowed: boolean): Promise<string>;
  answer(id: string, value: string): void;
  /** The cell is over: nobody waits for its answer any more. */
  cancel(id: string): void;
};

type Waiting = { resolve: (value: string) => void; send: () => void };

/** Questions to the user, one at a time for each cell: a front end shows one field. */
export function createStdin(send: (id: string, prompt: string, password: boolean) => void): Stdin {
  const queues = new Map<string, Waiting[]>();
  return {
    ask: (id, prompt, password, allowed) => {
      if (!allowed) {
        const error = new Error('this front end cannot ask the user for input (allow_stdin is false)');
        error.name = 'StdinNotImplementedError';
        return Promise.reject(error);
      }
      return new Promise((resolve) => {
        const queue = queues.get(id) ?? [];
        queues.set(id, queue);
        queue.push({ resolve, send: () => send(id, prompt, password) });
        if (queue.length === 1) queue[0]!.send();
      });
    },
    answer: (id, value) => {
      const queue = queues.get(id);
      queue?.shift()?.resolve(value);
      queue?.[0]?.send();
    },
    cancel: (id) => void queues.delete(id),
  };
}
