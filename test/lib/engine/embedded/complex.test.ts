import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';

const z = () => tf.complex([1, 2], [3, 4]);

// tfjs's cpu backend knows none of these; the numbers are TensorFlow's.
const programs: Record<string, [() => tf.Tensor, number[]]> = {
  sum: [() => tf.sum(z()), [3, 7]],
  mean: [() => tf.mean(z()), [1.5, 3.5]],
  neg: [() => tf.neg(z()), [-1, -3, -2, -4]],
  slice: [() => tf.slice(z(), [1], [1]), [2, 4]],
  gather: [() => tf.gather(z(), [1, 0]), [2, 4, 1, 3]],
  tile: [() => tf.tile(z(), [2]), [1, 3, 2, 4, 1, 3, 2, 4]],
  reverse: [() => tf.reverse(z()), [2, 4, 1, 3]],
  pad: [() => tf.pad(z(), [[1, 0]]), [0, 0, 1, 3, 2, 4]],
  'pad with a number': [() => tf.pad(z(), [[1, 0]], 5), [5, 0, 1, 3, 2, 4]],
  addN: [() => tf.addN([z(), z(), z()]), [3, 9, 6, 12]],
  'a choice': [() => tf.where([true, false], z(), tf.neg(z())), [1, 3, -2, -4]],
  scatterND: [() => tf.scatterND(tf.tensor2d([[2], [0]], [2, 1], 'int32'), z(), [3]), [2, 4, 0, 0, 1, 3]],
  tensorScatterUpdate: [
    () => tf.tensorScatterUpdate(z(), tf.tensor2d([[1]], [1, 1], 'int32'), tf.slice(z(), [0], [1])),
    [1, 3, 1, 3],
  ],
  mirrorPad: [() => tf.mirrorPad(z(), [[1, 0]], 'reflect'), [2, 4, 1, 3, 2, 4]],
  diag: [() => tf.diag(z()), [1, 3, 0, 0, 0, 0, 2, 4]],
  'a product of matrices': [() => tf.matMul(tf.reshape(z(), [1, 2]), tf.reshape(z(), [2, 1])), [-20, 22]],
  stack: [() => tf.stack([z(), z()], 1), [1, 3, 1, 3, 2, 4, 2, 4]],
  'the second part of a split': [() => tf.split(z(), 2)[1] as tf.Tensor, [2, 4]],
  'a product that is broadcast': [() => tf.mul(tf.reshape(z(), [2, 1]), z()), [-8, 6, -10, 10, -10, 10, -12, 16]],
  'a sum that is broadcast': [() => tf.add(tf.reshape(z(), [2, 1]), z()), [2, 6, 3, 7, 3, 7, 4, 8]],
};

describe('complex numbers on the embedded engine', () => {
  for (const [what, [program, expected]] of Object.entries(programs))
    test(what, () => {
      const before = tf.memory().numDataBuffers;
      const result = tf.tidy(program);
      assert.equal(result.dtype, 'complex64');
      assert.deepEqual([...result.dataSync()], expected);
      result.dispose();
      assert.equal(tf.memory().numDataBuffers, before);
    });

  test('what nobody computes is refused, not answered with garbage', () => {
    assert.throws(() => tf.div(z(), z()), /RealDiv does not support complex64/);
  });
});

test('a dilation of negative numbers is negative', () => {
  const image = tf.tensor3d([-1, -2, -3, -4], [2, 2, 1]);
  const filter = tf.tensor3d([0.5, 0.25, 0.125, 0], [2, 2, 1]);
  assert.deepEqual([...tf.dilation2d(image, filter, 1, 'same').dataSync()], [-0.5, -1.5, -2.5, -3.5]);
});

test('the gradients of a dilation of negative numbers are its slopes', () => {
  const [x, filter] = [tf.tensor4d([-1, -2, -3, -4], [1, 2, 2, 1]), tf.tensor3d([0.5, 0.25, 0.125, 0], [2, 2, 1])];
  const weights = tf.tensor4d([1, 2, 3, 4], [1, 2, 2, 1]);
  const loss = (a: tf.Tensor, b: tf.Tensor) =>
    tf.sum(tf.mul(tf.dilation2d(a as tf.Tensor4D, b as tf.Tensor3D, 1, 'same'), weights)) as tf.Scalar;
  const [dx, dFilter] = tf.grads(loss)([x, filter]);
  // Each window's largest sum is the one of its first element.
  assert.deepEqual([...dx!.dataSync()], [1, 2, 3, 4]);
  assert.deepEqual([...dFilter!.dataSync()], [10, 0, 0, 0]);
});
