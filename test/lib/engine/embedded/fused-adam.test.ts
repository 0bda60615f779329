import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { assertClose, both } from './oracle.ts';

function fiveSteps(): { weights: Float32Array; state: number[][] } {
  // 7 weights: one vector of four and a rest of three.
  const weights = tf.variable(tf.tensor1d([1, -2, 3, 0.5, -0.25, 4, -8]));
  const bias = tf.variable(tf.scalar(0.3));
  const optimizer = tf.train.adam(0.05, 0.8, 0.95);
  for (let i = 0; i < 5; i++) optimizer.minimize(() => weights.square().sum().add(bias.square()) as tf.Scalar);
  const { accumulatedFirstMoment: m, accumulatedSecondMoment: v } = optimizer as unknown as Record<
    string,
    { variable: tf.Tensor }[]
  >;
  const state = [...m!, ...v!].map(({ variable }) => Array.from(variable.dataSync()));
  const result = { weights: Float32Array.of(...weights.dataSync(), ...bias.dataSync()), state };
  tf.dispose([weights, bias]);
  optimizer.dispose();
  return result;
}

test('five updates give the weights and moments of tfjs’s own Adam', () => {
  const { expected, actual } = both(fiveSteps);
  assertClose(actual.weights, expected.weights, 1e-6, 'weights');
  assertClose(actual.state.flat(), expected.state.flat(), 1e-6, 'moments');
});

test('updates leave no tensors behind', () => {
  const weights = tf.variable(tf.tensor1d([1, 2, 3]));
  const optimizer = tf.train.adam(0.1);
  const step = () => optimizer.minimize(() => weights.square().sum() as tf.Scalar);
  step();
  const before = tf.memory();
  for (let i = 0; i < 10; i++) step();
  assert.deepEqual([tf.memory().numTensors, tf.memory().numBytes], [before.numTensors, before.numBytes]);
  tf.dispose(weights);
  optimizer.dispose();
});

test('moments without a gradient shrink to zero, not to numbers so small that a processor is slow with them', () => {
  const weights = tf.variable(tf.tensor1d([1, -2, 3, 0.5, -0.25]));
  const optimizer = tf.train.adam(0.01);
  const gradient = (value: number) =>
    optimizer.applyGradients({ [weights.name]: tf.fill(weights.shape, value) as unknown as tf.Variable });
  gradient(1);
  const { accumulatedFirstMoment, accumulatedSecondMoment } = optimizer as unknown as Record<
    string,
    { variable: tf.Variable }[]
  >;
  for (let i = 0; i < 800; i++) gradient(1e-30);
  assert.deepEqual([...accumulatedFirstMoment![0]!.variable.dataSync()], [0, 0, 0, 0, 0]);
  for (let i = 0; i < 3; i++) gradient(Number.NaN);
  assert.ok(accumulatedSecondMoment![0]!.variable.dataSync().every((value) => Number.isNaN(value)));
});
