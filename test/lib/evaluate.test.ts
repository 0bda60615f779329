import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Digits } from '../../lib/digits.ts';
import { tf } from '../../lib/engine/index.ts';
import { evaluate } from '../../lib/evaluate.ts';
import { digitsModel } from '../../lib/model.ts';
import { few } from './few.ts';

/** A model whose probabilities are its input. */
function passThrough(): tf.LayersModel {
  const input = tf.input({ shape: [1, 1, 4] });
  return tf.model({ inputs: input, outputs: tf.layers.flatten().apply(input) as tf.SymbolicTensor });
}

test('loss is the mean of −ln p of the true class, accuracy the part with the highest p', async () => {
  const probabilities = [
    [0.7, 0.1, 0.1, 0.1],
    [0.2, 0.3, 0.4, 0.1],
    [0.25, 0.5, 0.125, 0.125],
  ];
  const images = tf.tensor(probabilities).reshape([3, 1, 1, 4]) as Digits['images'];
  const { loss, accuracy } = await evaluate(passThrough(), { images, labels: tf.tensor1d([0, 1, 1], 'int32') });
  assert.ok(Math.abs(loss + (Math.log(0.7) + Math.log(0.3) + Math.log(0.5)) / 3) < 1e-7);
  assert.equal(accuracy, 2 / 3);
});

test('the last, smaller batch weighs as much as its images', async () => {
  const count = 1500;
  const rows = Array.from({ length: count }, (_, i) => (i < 1000 ? [1, 0, 0, 0] : [0.5, 0.5, 0, 0]));
  const images = tf.tensor(rows).reshape([count, 1, 1, 4]) as Digits['images'];
  const { loss, accuracy } = await evaluate(passThrough(), {
    images,
    labels: tf.zeros([count], 'int32') as Digits['labels'],
  });
  assert.ok(Math.abs(loss - (500 / 1500) * Math.log(2)) < 1e-7);
  assert.equal(accuracy, 1);
});

test('a probability of zero gives a large loss, not an infinite one', async () => {
  const images = tf.tensor([0, 1, 0, 0]).reshape([1, 1, 1, 4]) as Digits['images'];
  const { loss } = await evaluate(passThrough(), { images, labels: tf.tensor1d([0], 'int32') });
  assert.ok(loss > 80 && Number.isFinite(loss));
});

test('it needs no compiled model and leaves no tensors behind', async () => {
  const { test: held } = await few(1100);
  const model = digitsModel();
  const before = tf.memory().numTensors;
  await evaluate(model, held);
  assert.equal(tf.memory().numTensors, before);
});

test('labels that do not fit are said', async () => {
  const { test: held } = await few(10);
  await assert.rejects(
    evaluate(digitsModel(), { ...held, labels: held.labels.slice([0], [3]) }),
    /the evaluation data: 10 images but 3 labels/,
  );
});
