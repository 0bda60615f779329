/** A run that ended before its cells did: by a time limit or by the user. */
export class TimeLimit extends Error {
  override name = 'TimeLimit';
  readonly status: 'timeout' | 'interrupted';

  constructor(message: string, status: 'timeout' | 'interrupted' = 'timeout') {
    super(message);
    this.status = status;
  }
}

/** A number of seconds that something may take. `passed` rejects with a TimeLimit when they are over, or when `signal` aborts. */
export class Deadline {
  readonly passed: Promise<never>;
  #timer: NodeJS.Timeout | undefined;

  constructor(seconds: number | undefined, what: string, option: string, signal?: AbortSignal) {
    const { promise, reject } = Promise.withResolvers<never>();
    this.passed = promise;
    promise.catch(() => {}); // It may pass while nobody is waiting.
    if (seconds !== undefined)
      this.#timer = setTimeout(
        () => reject(new TimeLimit(`${what} took longer than ${seconds} s; ${option} sets another limit`)),
        seconds * 1000,
      );
    const abort = () => reject(new TimeLimit('the run was interrupted', 'interrupted'));
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  }

  clear(): void {
    clearTimeout(this.#timer);
  }
}
