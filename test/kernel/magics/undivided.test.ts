import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import { gate, undivided } from '../../../kernel/magics/undivided.ts';

test('the gate is closed while it runs, and open again after it, also where it fails', () => {
  assert.equal(
    undivided(() => gate[0]),
    1,
  );
  assert.equal(gate[0], 0);
  assert.throws(
    () =>
      undivided(() => {
        throw new Error('no');
      }),
    /no/,
  );
  assert.equal(gate[0], 0);
});

test('nothing begins while a termination is on its way', async () => {
  gate[0] = 2;
  const other = new Worker(
    `const { gate } = require('node:worker_threads').workerData;
    setTimeout(() => { Atomics.store(gate, 0, 0); Atomics.notify(gate, 0); }, 50);`,
    { eval: true, workerData: { gate } },
  );
  assert.equal(
    undivided(() => gate[0]),
    1,
  );
  assert.equal(gate[0], 0);
  await other.terminate();
});
