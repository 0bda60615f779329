/**
 * SIGINT while the main thread is in a loop. Node gives signals to the main thread alone, but a script started with
 * breakOnSigint ends on SIGINT in any thread: a thread that does nothing but wait in such a script hears every one.
 */
import { Worker } from 'node:worker_threads';

// Plain JavaScript in a string: the thread stays small because it needs no type stripping.
const WAIT = `
  const { parentPort } = require('node:worker_threads');
  const { runInThisContext } = require('node:vm');
  for (;;) {
    try {
      runInThisContext('Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)', { breakOnSigint: true });
    } catch {
      parentPort.postMessage('SIGINT');
    }
  }
`;

/** @returns how to stop listening */
export function onSigint(listener: () => void): () => void {
  const worker = new Worker(WAIT, { eval: true });
  worker.on('message', listener);
  worker.unref();
  return () => void worker.terminate();
}
