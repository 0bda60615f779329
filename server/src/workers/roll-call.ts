/** Asks several workers at once: what they answer, without those that end before they do. */
export class RollCall<T> {
  #calls = new Map<number, { left: Set<number>; answers: T[]; done(): void }>();
  #count = 0;

  ask(workers: Iterable<number>, send: (worker: number, call: number) => void): Promise<T[]> {
    const call = this.#count++;
    return new Promise((resolve) => {
      const left = new Set(workers);
      const answers: T[] = [];
      const done = (): void => {
        this.#calls.delete(call);
        resolve(answers);
      };
      if (left.size === 0) return done();
      this.#calls.set(call, { left, answers, done });
      for (const worker of left) send(worker, call);
    });
  }

  answer(worker: number, call: number, answer: T): void {
    const open = this.#calls.get(call);
    if (!open?.left.delete(worker)) return;
    open.answers.push(answer);
    if (open.left.size === 0) open.done();
  }

  leave(worker: number): void {
    for (const { left, done } of [...this.#calls.values()]) if (left.delete(worker) && left.size === 0) done();
  }
}
