/**
 * Stops user code. A main thread that answers is asked to; one that does not is in a loop, which the inspector terminates:
 * V8 unwinds it without running a catch, and every variable keeps its value. Then it is asked again.
 *
 * Where the thread was only slow to answer, the termination ends whatever it runs next. That must be one of our own
 * questions and not, say, the start of the next cell: so questions go on until one is answered with no termination
 * under way, and nothing else is sent before that (`settled`).
 */
import { Session } from 'node:inspector';
import type { ToRuntime } from '../border.ts';

export type Interrupter = {
  /** @param id the run that is to end, or '' for a loop that a finished cell left in a timer */
  interrupt(id: string): Promise<void>;
  /** The main thread has read the interrupt with that number. */
  heard(attempt: number): void;
  /** Resolves when no interrupt is under way. */
  settled(): Promise<void>;
  /** Whether one is under way. */
  readonly busy: boolean;
  close(): void;
};

/** An answer takes under a millisecond when nothing blocks the thread, and some more on a busy machine. */
const PATIENCE = 6;
const RETRY = 100;

/** Milliseconds. What must not be divided takes a few; it may hang, on a disk that does not answer. */
const LONGEST = 2000;

/**
 * @param gate see magics/undivided.ts
 * @param stop ends what the main thread runs, then calls back; tests give their own
 */
export function createInterrupter(
  post: (message: ToRuntime) => void,
  gate: () => Int32Array,
  stop: typeof terminate = terminate,
): Interrupter {
  let attempt = 0;
  let asked = '';
  let patientUntil = 0;
  let timer: NodeJS.Timeout | undefined;
  let stopping: (() => void) | undefined;
  let pending: PromiseWithResolvers<void> | undefined;

  function ask(): void {
    clearTimeout(timer);
    attempt++;
    post({ kind: 'interrupt', id: asked, attempt });
    timer = setTimeout(unheard, stopping ? RETRY : PATIENCE);
  }

  function unheard(): void {
    if (!stopping && isOpen()) {
      stopping = stop(() => {
        stopping = undefined;
        Atomics.store(gate(), 0, 0);
        Atomics.notify(gate(), 0);
        if (pending) ask();
      });
    }
    ask();
  }

  /** Whether a termination may be sent; from then on the main thread begins nothing that must not be divided. */
  function isOpen(): boolean {
    if (Atomics.compareExchange(gate(), 0, 0, 2) !== 1) return true;
    if (performance.now() < patientUntil) return false;
    Atomics.store(gate(), 0, 2);
    return true;
  }

  return {
    interrupt(id) {
      asked = id;
      patientUntil = performance.now() + LONGEST;
      pending ??= Promise.withResolvers();
      ask();
      return pending.promise;
    },
    heard(number) {
      if (number !== attempt || stopping) return;
      clearTimeout(timer);
      pending?.resolve();
      pending = undefined;
    },
    settled: async () => pending?.promise,
    get busy() {
      return pending !== undefined || stopping !== undefined;
    },
    close() {
      clearTimeout(timer);
      pending = undefined;
      stopping?.();
    },
  };
}

/** @returns how to give up: a connection that stays open keeps the process from ending */
function terminate(done: () => void): () => void {
  const session = new Session();
  session.connectToMainThread();
  session.post('Runtime.terminateExecution', () => {
    session.disconnect();
    done();
  });
  return () => session.disconnect();
}
