import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createHeldOutput } from '../../../kernel/session/held-output.ts';

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Its main thread is played by the test. */
function rig() {
  const numbers = new Int32Array(1);
  const calls: (() => void)[] = [];
  const state = { busy: false };
  const held = createHeldOutput(
    numbers,
    () => state.busy,
    (done) => {
      calls.push(done);
      return () => calls.push(() => {});
    },
  );
  return { numbers, calls, state, held };
}

test('what the main thread posts by itself is not asked for', async () => {
  const { calls, held } = rig();
  held.came();
  await pause(120);
  assert.equal(calls.length, 0);
});

test('what it holds back is asked for once, and again when more has come', async () => {
  const { numbers, calls, held } = rig();
  numbers[0] = 1;
  held.came();
  await pause(120);
  held.came();
  await pause(120);
  assert.equal(calls.length, 1, 'one at a time');
  calls[0]!();
  held.came();
  await pause(120);
  assert.equal(calls.length, 2);
});

test('while an interrupt is under way nothing is called; after it, it is', async () => {
  const { numbers, calls, state, held } = rig();
  numbers[0] = 1;
  state.busy = true;
  held.came();
  await pause(120);
  assert.equal(calls.length, 0);
  state.busy = false;
  while (calls.length === 0) await pause(20);
  held.close();
});
