import assert from 'node:assert/strict';
import { afterEach, describe, test } from 'node:test';
import { startProgress } from '../../lib/progress.ts';

const hook = Symbol.for('typelab.output');
const global = globalThis as unknown as Record<symbol, unknown>;
afterEach(() => delete global[hook]);

/** Two epochs of four steps, 60 ms each, on a clock of its own. */
function run(options: {
  terminal?: { isTTY?: boolean; write(text: string): unknown };
  show?: boolean;
  fail?: boolean;
}): void {
  let time = 0;
  const { show = true, fail = false, terminal } = options;
  const progress = startProgress({ epochs: 2, steps: 4, show, now: () => time, ...(terminal && { terminal }) });
  for (let epoch = 0; epoch < 2; epoch++) {
    progress.startEpoch(epoch);
    for (let done = 1; done <= 4; done++) {
      time += 60;
      progress.step(done, { loss: 1 / done, accuracy: done / 4 });
      if (fail && epoch === 1 && done === 2) {
        progress.close();
        return;
      }
    }
    progress.endEpoch({ loss: 0.25, accuracy: 1, val_loss: 0.5, val_accuracy: 0.75 });
  }
  progress.close();
}

function written(isTTY: boolean, options: { fail?: boolean; show?: boolean } = {}): string {
  const texts: string[] = [];
  run({ ...options, terminal: { isTTY, write: (text) => texts.push(text) } });
  return texts.join('');
}

describe('on a terminal', () => {
  test('the line of an epoch is overwritten, and its last state stays', () => {
    const [first, , ...rest] = written(true).split('\n');
    assert.equal(first, 'Epoch 1/2');
    const states = written(true).split('\n')[1]!.split('\r').slice(1);
    assert.match(states[0]!, /^1\/4 ━{5}─{15} 0\.2s left - accuracy: 0\.2500 - loss: 1\.0000/);
    const final =
      '4/4 ━━━━━━━━━━━━━━━━━━━━ 0.2s 60ms/step - accuracy: 1.0000 - loss: 0.2500 - val_loss: 0.5000 - val_accuracy: 0.7500';
    assert.equal(states.at(-1), final);
    assert.equal(rest[0], 'Epoch 2/2');
  });

  test('an error leaves a finished line', () => assert.ok(written(true, { fail: true }).endsWith('\n')));
});

test('a log file gets one line for each epoch, without carriage returns', () => {
  const lines = written(false).trimEnd().split('\n');
  assert.equal(lines.length, 4);
  assert.ok(!written(false).includes('\r'));
  assert.match(lines[3]!, /^4\/4 .*val_accuracy: 0\.7500$/);
});

test('in a notebook one display is updated, at most ten times a second, and ends with Keras’s lines', () => {
  const shown: { bundle: Record<string, string>; id: string; update: boolean }[] = [];
  global[hook] = (bundle: Record<string, string>, options: { id: string; update: boolean }) =>
    shown.push({ bundle, ...options });
  run({});
  assert.equal(new Set(shown.map(({ id }) => id)).size, 1);
  assert.deepEqual(
    shown.map(({ update }) => update),
    [false, ...shown.slice(1).map(() => true)],
  );
  // 480 ms: two headings, two ends, and a step each 120 ms.
  assert.equal(shown.length, 8);
  const lines = shown.at(-1)!.bundle['text/plain']!.split('\n');
  assert.deepEqual([lines.length, lines[0], lines[2]], [4, 'Epoch 1/2', 'Epoch 2/2']);
  assert.match(shown.at(-1)!.bundle['text/html']!, /^<pre style="[^"]+">Epoch 1\/2\n4\/4 ━{20} /);
});

test('progress: false is silent', () => assert.equal(written(true, { show: false }), ''));
