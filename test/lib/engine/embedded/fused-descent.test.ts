import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { assertClose, both } from './oracle.ts';

const OPTIMIZERS: Record<string, () => tf.Optimizer> = {
  momentum: () => tf.train.momentum(0.05, 0.8),
  'momentum, Nesterov': () => tf.train.momentum(0.05, 0.8, true),
  RMSProp: () => tf.train.rmsprop(0.02, 0.85),
  'RMSProp with momentum': () => tf.train.rmsprop(0.02, 0.85, 0.7, 1e-5),
  'RMSProp, centred': () => tf.train.rmsprop(0.02, 0.85, 0.7, 1e-5, true),
};

for (const [name, make] of Object.entries(OPTIMIZERS)) {
  test(`${name}: five updates give the weights of tfjs’s own, and leave no tensors behind`, () => {
    const { expected, actual } = both(() => {
      const weights = tf.variable(tf.tensor1d([1, -2, 3, 0.5, -0.25, 4, -8]));
      const bias = tf.variable(tf.scalar(0.3));
      const optimizer = make();
      const step = () => optimizer.minimize(() => weights.square().sum().add(bias.square()) as tf.Scalar);
      step();
      const before = tf.memory().numTensors;
      for (let i = 0; i < 4; i++) step();
      assert.equal(tf.memory().numTensors, before);
      const result = Float32Array.of(...weights.dataSync(), ...bias.dataSync());
      tf.dispose([weights, bias]);
      optimizer.dispose();
      return result;
    });
    assertClose(actual, expected, 1e-5, 'weights');
  });
}
