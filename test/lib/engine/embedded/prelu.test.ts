import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { assertClose, both, random } from './oracle.ts';

test('slopes of prelu are broadcast as by the cpu backend', () => {
  const { floats } = random(5);
  const shapes: [number[], number[]][] = [
    [
      [3, 4],
      [3, 4],
    ],
    [[2, 3, 4], [4]],
    [
      [2, 3, 4],
      [3, 1],
    ],
    [
      [2, 3, 4],
      [1, 3, 4],
    ],
    [
      [2, 3, 4],
      [2, 1, 4],
    ],
    [
      [3, 1],
      [1, 4],
    ],
    [[4], [2, 4]],
    [[2, 3], []],
    [
      [2, 3],
      [1, 1],
    ],
  ];
  for (const [shape, slopes] of shapes) {
    const [x, alpha] = [shape, slopes].map((one) => floats(tf.util.sizeFromShape(one))) as [Float32Array, Float32Array];
    const { expected, actual } = both(() => {
      const y = tf.prelu(tf.tensor(x, shape), tf.tensor(alpha, slopes));
      return { shape: y.shape, data: [...y.dataSync()] };
    });
    assert.deepEqual(actual.shape, expected.shape);
    assertClose(actual.data, expected.data, 1e-6, `[${shape}], [${slopes}]`);
  }
});
