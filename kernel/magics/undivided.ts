/**
 * What session/interrupt.ts reads and writes too, in its thread: 0 it may end what runs here, 1 it must not now,
 * 2 it is about to.
 */
export const gate = new Int32Array(new SharedArrayBuffer(4));

/**
 * Runs what no interrupt may end half-way: between the start of a program and knowing it, the program would go on with nobody
 * to end it. Synchronous and short. A termination that is under way meets this thread before `body` begins.
 */
export function undivided<T>(body: () => T): T {
  while (Atomics.compareExchange(gate, 0, 0, 1) === 2) Atomics.wait(gate, 0, 2);
  try {
    return body();
  } finally {
    Atomics.store(gate, 0, 0);
  }
}
