import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ToRuntime } from '../../../kernel/border.ts';
import { createInterrupter } from '../../../kernel/session/interrupt.ts';

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** An interrupter whose main thread is played by the test. */
function rig() {
  const asked: number[] = [];
  const stops: (() => void)[] = [];
  const gate = new Int32Array(1);
  const interrupter = createInterrupter(
    (message: ToRuntime) => {
      if (message.kind === 'interrupt') asked.push(message.attempt);
    },
    () => gate,
    (done) => {
      stops.push(done);
      return () => {};
    },
  );
  return { asked, stops, gate, interrupter };
}

test('a thread that answers is never stopped', async () => {
  const { asked, stops, interrupter } = rig();
  const settled = interrupter.interrupt('a');
  interrupter.heard(1);
  await settled;
  await pause(150);
  assert.deepEqual(asked, [1]);
  assert.equal(stops.length, 0);
});

test('a thread in a loop is stopped once and asked again', async () => {
  const { asked, stops, interrupter } = rig();
  const settled = interrupter.interrupt('a');
  await pause(60);
  assert.equal(stops.length, 1);
  assert.deepEqual(asked, [1, 2]);
  stops[0]!();
  assert.deepEqual(asked, [1, 2, 3]);
  interrupter.heard(3);
  await settled;
  await pause(150);
  assert.equal(stops.length, 1);
});

test('what is sent after an interrupt waits until no termination can meet it', async () => {
  const { asked, stops, interrupter } = rig();
  void interrupter.interrupt('a');
  await pause(60);
  let free = false;
  const settled = interrupter.settled().then(() => {
    free = true;
  });
  // Slow, not stuck: the answers come while the termination is still on its way, and will end what runs next.
  interrupter.heard(1);
  interrupter.heard(2);
  await pause(120);
  assert.equal(free, false);
  assert.ok(asked.length > 2);
  assert.equal(stops.length, 1);
  stops[0]!();
  interrupter.heard(asked.at(-1)!);
  await settled;
  assert.equal(free, true);
});

test('a question that the termination itself has ended is asked again', async () => {
  const { asked, stops, interrupter } = rig();
  const settled = interrupter.interrupt('a');
  await pause(60);
  stops[0]!(); // It ended the handler of question 2; nobody will answer that.
  interrupter.heard(2);
  assert.equal(asked.at(-1), 3);
  interrupter.heard(3);
  await settled;
});

test('what must not be divided is let through, and nothing of the kind begins once a termination is sent', async () => {
  const { stops, gate, interrupter } = rig();
  gate[0] = 1;
  void interrupter.interrupt('a');
  await pause(150);
  assert.equal(stops.length, 0);
  gate[0] = 0;
  await pause(60);
  assert.equal(stops.length, 1);
  assert.equal(gate[0], 2);
  stops[0]!();
  assert.equal(gate[0], 0);
  interrupter.close();
});

test('a thread that hangs in what must not be divided is stopped all the same after a while', async () => {
  const { stops, gate, interrupter } = rig();
  gate[0] = 1;
  void interrupter.interrupt('a');
  while (stops.length === 0) await pause(20);
  assert.equal(gate[0], 2);
  interrupter.close();
});
