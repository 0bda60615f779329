import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { createPace } from '../../../kernel/runtime/pace.ts';

/** Another thread that deals with what is posted, by and by. */
function worker(handled: Int32Array, code: string): Worker {
  return new Worker(`const { workerData: handled } = require('node:worker_threads'); ${code}`, {
    eval: true,
    workerData: handled,
  });
}

test('a thread that prints faster than the other sends waits for it, also when the count wraps', async (t) => {
  const handled = new Int32Array(new SharedArrayBuffer(8));
  const one = worker(
    handled,
    'setInterval(() => { while (Atomics.load(handled, 1) > 0) { Atomics.sub(handled, 1, 1); Atomics.add(handled, 0, 2 ** 20); Atomics.notify(handled, 0); } }, 5);',
  );
  t.after(() => one.terminate());
  const pace = createPace(handled);
  let most = 0;
  for (let i = 0; i < 3000; i++) {
    most = Math.max(most, Atomics.add(handled, 1, 1) + 1);
    pace(2 ** 20);
  }
  assert.ok(most <= 6, `${most} MB were on their way`);
});

test('one that is dead is not waited for without an end', () => {
  const pace = createPace(new Int32Array(new SharedArrayBuffer(4)), 20);
  for (let i = 0; i < 3; i++) pace(2 ** 23);
});
