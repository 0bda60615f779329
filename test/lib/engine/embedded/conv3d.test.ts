import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { assertClose, assertSlope, both, random } from './oracle.ts';

type Shape5 = [number, number, number, number, number];
type Triple = [number, number, number];
type Run = (x: tf.Tensor5D, filter: tf.Tensor5D, strides: Triple, pad: 'valid' | 'same') => tf.Tensor;

function agrees(run: Run): void {
  for (let seed = 1; seed <= 60; seed++) {
    const { integer, pick, floats } = random(seed);
    const size: Triple = [integer(1, 3), integer(1, 4), integer(1, 4)];
    const shape: Shape5 = [integer(1, 2), integer(3, 6), integer(4, 8), integer(4, 8), integer(1, 6)];
    const filterShape: Shape5 = [...size, shape[4], integer(1, 9)];
    // A stride beyond the filter makes tfjs's own padding negative: see the last test.
    const strides = size.map((one) => integer(1, one)) as Triple;
    const pad = pick<'valid' | 'same'>(['valid', 'same']);
    const xs = floats(tf.util.sizeFromShape(shape));
    const weights = floats(tf.util.sizeFromShape(filterShape));
    const { expected, actual } = both(() =>
      run(tf.tensor5d(xs, shape), tf.tensor5d(weights, filterShape), strides, pad).dataSync(),
    );
    assertClose(actual, expected, 1e-4, `seed ${seed}, ${shape}, filter ${filterShape}, strides ${strides}, ${pad}`);
  }
}

describe('a 3D convolution agrees with the cpu backend for random shapes, strides and paddings', () => {
  test('its output', () => agrees((x, filter, strides, pad) => tf.conv3d(x, filter, strides, pad)));

  test('its gradient with respect to the input', () =>
    agrees((x, filter, strides, pad) =>
      tf.grad((t) =>
        tf
          .conv3d(t as tf.Tensor5D, filter, strides, pad)
          .square()
          .sum(),
      )(x),
    ));

  test('its gradient with respect to the filter', () =>
    agrees((x, filter, strides, pad) =>
      tf.grad((t) =>
        tf
          .conv3d(x, t as tf.Tensor5D, strides, pad)
          .square()
          .sum(),
      )(filter),
    ));
});

test('both gradients are the slope of the loss, also with strides beyond the filter', () => {
  const { floats } = random(9);
  const x = tf.tensor5d(floats(5 * 4 * 5 * 2), [1, 5, 4, 5, 2]);
  const filter = tf.tensor5d(floats(2 * 1 * 2 * 2 * 3), [2, 1, 2, 2, 3]);
  for (const pad of ['valid', 'same'] as const) {
    assertSlope((t) => tf.conv3d(t as tf.Tensor5D, filter, [1, 2, 3], pad), x.shape, `input, ${pad}`);
    assertSlope((t) => tf.conv3d(x, t as tf.Tensor5D, [1, 2, 3], pad), filter.shape, `filter, ${pad}`);
  }
});

test('a stride beyond the filter with padding same starts at the edge, as in TensorFlow', () => {
  const x = tf.tensor5d([1, 2, 3, 4, 5, 6, 7, 8], [1, 8, 1, 1, 1]);
  // tf.nn.conv3d(x, [[[[[10]]]]], [1, 3, 1, 1, 1], 'SAME') of TensorFlow 2.21.
  assert.deepEqual([...tf.conv3d(x, tf.tensor5d([10], [1, 1, 1, 1, 1]), [3, 1, 1], 'same').dataSync()], [10, 40, 70]);
});
