import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';

test('the largest, smallest and product of no numbers are those of TensorFlow', () => {
  const none = tf.zeros([0, 2]);
  assert.deepEqual([...tf.max(none, 0).dataSync()], [-Infinity, -Infinity]);
  assert.deepEqual([...tf.min(tf.zeros([2, 0]), 1).dataSync()], [Infinity, Infinity]);
  assert.deepEqual([...tf.prod(none, 0).dataSync()], [1, 1]);
  const integers = tf.zeros([0, 2], 'int32');
  assert.deepEqual([...tf.max(integers, 0).dataSync()], [-(2 ** 31), -(2 ** 31)]);
  assert.deepEqual([...tf.min(integers, 0).dataSync()], [2 ** 31 - 1, 2 ** 31 - 1]);
});
