/**
 * What a cell prints waits some milliseconds in the main thread for more (runtime/output.ts). A loop that never yields would
 * hold it back until its end; then it is posted by the inspector, which calls a function there between two turns of the loop.
 */
import { Session } from 'node:inspector';

export type HeldOutput = {
  /** Text has come from the main thread. */
  came(): void;
  close(): void;
};

/** Milliseconds. The main thread's own timer posts after 10. */
const PATIENCE = 50;

/**
 * @param held its first number is not 0 while the main thread holds text
 * @param busy whether an interrupt is under way: it ends whatever the main thread runs next, and that must not be this
 * @param call runs the function in the main thread, then calls back; tests give their own
 */
export function createHeldOutput(
  held: Int32Array,
  busy: () => boolean,
  call: typeof callFlush = callFlush,
): HeldOutput {
  let timer: NodeJS.Timeout | undefined;
  let calling: (() => void) | undefined;
  let closed = false;
  let times = 0;

  function look(seen: number): void {
    timer = undefined;
    if (closed || calling || Atomics.load(held, 0) === 0) return;
    if (seen !== times || busy()) {
      wait();
      return;
    }
    calling = call(() => {
      calling = undefined;
    });
  }

  function wait(): void {
    timer ??= setTimeout(look, PATIENCE, times).unref();
  }

  return {
    came() {
      times++;
      wait();
    },
    close() {
      closed = true;
      clearTimeout(timer);
      calling?.();
    },
  };
}

/** @returns how to give up: a connection that stays open keeps the process from ending */
function callFlush(done: () => void): () => void {
  const session = new Session();
  session.connectToMainThread();
  const expression = "globalThis[Symbol.for('typelab.flush')]()";
  session.post('Runtime.evaluate', { expression, silent: true }, () => {
    session.disconnect();
    done();
  });
  return () => session.disconnect();
}
