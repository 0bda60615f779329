import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fusedLoss, type Loss } from '../../../../lib/engine/embedded/fused-cross-entropy.ts';
import { tf } from '../../../../lib/engine/index.ts';
import { assertClose, assertSlope, both, random } from './oracle.ts';

const NAMES = ['sparseCategoricalCrossentropy', 'categoricalCrossentropy'] as const;

/** tfjs's own loss function of this name. */
function own(name: string): Loss {
  const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 2 })] });
  model.compile({ loss: name, optimizer: 'sgd' });
  const [loss] = (model as unknown as { model: { lossFunctions: [Loss] } }).model.lossFunctions;
  model.dispose();
  return loss;
}

for (const name of NAMES) {
  const sparse = name === 'sparseCategoricalCrossentropy';
  const ours = fusedLoss(name, own(name));

  test(`${name}: a step of training passes tfjs's own check for leaks, which tests of tfjs models turn on`, async () => {
    const model = tf.sequential({ layers: [tf.layers.dense({ inputShape: [2], units: 3, activation: 'softmax' })] });
    model.compile({ loss: name, optimizer: 'sgd' });
    const labels = tf.tensor1d([2, 0], 'int32');
    tf.env().set('IS_TEST', true);
    try {
      await model.trainOnBatch(tf.ones([2, 2]), name === NAMES[0] ? labels : tf.oneHot(labels, 3));
    } finally {
      tf.env().set('IS_TEST', false);
    }
  });

  describe(name, () => {
    test('losses and gradients agree with tfjs’s own on the cpu backend', () => {
      for (let seed = 1; seed <= 100; seed++) {
        const { integer, pick, floats } = random(seed);
        const [rows, classes] = [integer(1, 9), integer(2, 13)];
        // Also certain answers, right and wrong, where the clipping counts.
        const sharpness = pick([1, 5, 200]);
        const logits = floats(rows * classes).map((value) => value * sharpness);
        const labels = Array.from({ length: rows }, () => integer(0, classes - 1));
        const weights = floats(rows);
        const dtype = pick<'int32' | 'float32'>(['int32', 'float32']);
        const soft = pick([true, false]);
        const { expected, actual } = both(() => {
          const target = sparse
            ? tf.tensor2d(labels, [rows, 1], dtype)
            : soft
              ? tf.softmax(tf.tensor2d(logits, [rows, classes]).mul(-0.3))
              : tf.oneHot(labels, classes);
          const probabilities = tf.softmax(tf.tensor2d(logits, [rows, classes]));
          const weighted = (x: tf.Tensor) => ours(target, x).mul(tf.tensor1d(weights)).sum();
          const gradient = tf.grad(weighted)(probabilities);
          return [ours(target, probabilities), gradient].map((tensor) => Array.from(tensor.dataSync()));
        });
        const what = `seed ${seed}, [${rows}, ${classes}], ${dtype}`;
        assertClose(actual[0]!, expected[0]!, 1e-5, `${what}: losses`);
        assertClose(actual[1]!, expected[1]!, 1e-4, `${what}: gradient`);
      }
    });

    test('the gradient is the slope of the losses', () => {
      const target = sparse ? tf.tensor1d([1, 0, 2], 'int32') : tf.oneHot([1, 0, 2], 4);
      assertSlope((x) => ours(target, tf.softmax(x)), [3, 4], name);
    });

    test('a probability that is not a number makes the loss so', () => {
      const target = sparse ? tf.tensor1d([1, 0], 'int32') : tf.oneHot([1, 0], 2);
      const losses = ours(
        target,
        tf.tensor2d([
          [0.5, 0.5],
          [Number.NaN, Number.NaN],
        ]),
      ).dataSync();
      assert.ok(Math.abs(losses[0]! - Math.log(2)) < 1e-5);
      assert.ok(Number.isNaN(losses[1]));
    });

    test('tfjs computes what is not rows of classes', () => {
      const calls: number[] = [];
      const loss = fusedLoss(name, (target, output) => {
        calls.push(output.rank);
        return own(name)(target, output);
      });
      const output = tf.softmax(tf.ones([2, 3, 4]));
      const target = sparse ? tf.zeros([2, 3, 1], 'int32') : tf.oneHot(tf.zeros([2, 3], 'int32'), 4);
      assert.deepEqual(loss(target, output).shape, [2, 3]);
      assert.deepEqual(calls, [3]);
    });
  });
}

test('other losses stay tfjs’s', () => {
  const loss = own('meanSquaredError');
  assert.equal(fusedLoss('meanSquaredError', loss), loss);
  assert.equal(fusedLoss(loss, loss), loss);
});

test('a label that is no class costs nothing, as in tfjs', () => {
  const { expected, actual } = both(() => {
    const probabilities = tf.tensor2d([
      [0.25, 0.75],
      [0.5, 0.5],
    ]);
    const loss = fusedLoss(NAMES[0], own(NAMES[0]));
    const gradient = tf.grad((x) => loss(tf.tensor1d([1, 7], 'int32'), x).sum())(probabilities);
    return [...loss(tf.tensor1d([1, 7], 'int32'), probabilities).dataSync(), ...gradient.dataSync()];
  });
  assertClose(actual, expected, 1e-5, 'losses and gradient');
});

test('fit uses it for one output and for each of several, by whatever form the losses are given', async () => {
  const input = tf.input({ shape: [3] });
  const head = (name: string) => tf.layers.dense({ units: 4, activation: 'softmax', name }).apply(input);
  const outputs = [head('first'), head('second')] as tf.SymbolicTensor[];
  for (const loss of [NAMES[0], [NAMES[0], NAMES[0]], { first: NAMES[0], second: NAMES[0] }]) {
    const model = tf.model({ inputs: input, outputs });
    model.compile({ optimizer: 'sgd', loss: loss as string });
    const [x, y] = [tf.ones([2, 3]), tf.zeros([2, 1], 'int32')];
    const { kernels } = await tf.profile(async () => {
      await model.trainOnBatch(x, [y, y]);
      return tf.scalar(0);
    });
    assert.equal(kernels.filter(({ name }) => name === 'OneHot').length, 0);
    const before = tf.memory().numTensors;
    await model.trainOnBatch(x, [y, y]);
    assert.ok(tf.memory().numTensors <= before + 3, 'only the losses that it returns');
  }
});
