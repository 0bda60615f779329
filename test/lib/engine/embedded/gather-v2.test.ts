import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { both, random } from './oracle.ts';

test('gathering along any axis, with any type and with batches, agrees with the cpu backend', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const { integer, pick } = random(seed);
    const shape = Array.from({ length: integer(1, 4) }, () => integer(1, 6));
    const axis = integer(0, shape.length - 1);
    const batchDims = pick([0, 0, Math.min(axis, 1)]);
    const dtype = pick<'float32' | 'int32' | 'bool'>(['float32', 'int32', 'bool']);
    const count = integer(1, 9);
    const indicesShape = batchDims === 1 ? [shape[0]!, count] : pick([[count], [count, 2]]);
    const indices = Array.from({ length: tf.util.sizeFromShape(indicesShape) }, () => integer(0, shape[axis]! - 1));
    const values = Array.from({ length: tf.util.sizeFromShape(shape) }, () => integer(0, dtype === 'bool' ? 1 : 99));
    const { expected, actual } = both(() => {
      const x = tf.tensor(values, shape, dtype);
      const picked = tf.gather(x, tf.tensor(indices, indicesShape, 'int32'), axis, batchDims);
      return { shape: picked.shape, dtype: picked.dtype, values: Array.from(picked.dataSync()) };
    });
    assert.deepEqual(actual, expected, `seed ${seed}, x ${dtype} [${shape}], indices [${indicesShape}], axis ${axis}`);
  }
});

test('an index out of range is an error that names it, and leaks nothing', () => {
  const [x, indices] = [tf.zeros([3, 2]), tf.tensor1d([0, -1], 'int32')];
  const before = tf.memory().numTensors;
  assert.throws(() => tf.gather(x, indices), /the index value -1 is not in \[0, 2\]/);
  assert.equal(tf.memory().numTensors, before);
});
