import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { both, random } from './oracle.ts';

test('slices of any shape and type agree with the cpu backend', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const { integer, pick } = random(seed);
    const shape = Array.from({ length: integer(1, 5) }, () => integer(1, 5));
    const begin = shape.map((size) => integer(0, size - 1));
    const size = shape.map((all, i) => pick([-1, integer(0, all - begin[i]!), all - begin[i]!]));
    const dtype = pick<'float32' | 'int32' | 'bool' | 'string'>(['float32', 'int32', 'bool', 'string']);
    const numbers = Array.from({ length: tf.util.sizeFromShape(shape) }, () => integer(0, dtype === 'bool' ? 1 : 99));
    const values = dtype === 'string' ? numbers.map(String) : numbers;
    const { expected, actual } = both(() => {
      const part = tf.slice(tf.tensor(values as number[], shape, dtype), begin, size);
      return { shape: part.shape, dtype: part.dtype, values: Array.from(part.dataSync()) };
    });
    assert.deepEqual(actual, expected, `seed ${seed}, ${dtype} [${shape}] from [${begin}], [${size}]`);
  }
});
