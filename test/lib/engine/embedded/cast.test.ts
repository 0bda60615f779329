import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { both } from './oracle.ts';

test('as a bool every number but zero is true, as on the cpu backend', () => {
  for (const [values, dtype] of [
    [[0.5, -0.3, 0, -0, Number.NaN, 256.2, Number.POSITIVE_INFINITY], 'float32'],
    [[256, -1, 0, 2, 65536], 'int32'],
  ] as [number[], 'float32' | 'int32'][]) {
    const { expected, actual } = both(() => [...tf.cast(tf.tensor(values, undefined, dtype), 'bool').dataSync()]);
    assert.deepEqual(actual, expected);
    assert.deepEqual(
      actual,
      values.map((value) => Number(value !== 0)),
    );
  }
});

test('other casts stay as they were', () => {
  const { expected, actual } = both(() =>
    [
      tf.cast([1.7, -1.7, 0], 'int32'),
      tf.cast(tf.tensor([3, -4], undefined, 'int32'), 'float32'),
      tf.cast([true, false], 'int32'),
    ].map((tensor) => [tensor.dtype, ...tensor.dataSync()]),
  );
  assert.deepEqual(actual, expected);
});
