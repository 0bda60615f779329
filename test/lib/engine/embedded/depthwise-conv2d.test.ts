import { describe, test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { assertClose, assertSlope, both, random } from './oracle.ts';

type Shape4 = [number, number, number, number];
type Run = (x: tf.Tensor4D, filter: tf.Tensor4D, strides: [number, number], pad: 'valid' | 'same') => tf.Tensor;

function agrees(run: Run): void {
  for (let seed = 1; seed <= 80; seed++) {
    const { integer, pick, floats } = random(seed);
    const shape: Shape4 = [integer(1, 3), integer(4, 10), integer(4, 10), integer(1, 9)];
    const filterShape: Shape4 = [integer(1, 4), integer(1, 4), shape[3], pick([1, 1, 2, 3])];
    const strides: [number, number] = [integer(1, 3), integer(1, 3)];
    const pad = pick<'valid' | 'same'>(['valid', 'same']);
    const xs = floats(tf.util.sizeFromShape(shape));
    const weights = floats(tf.util.sizeFromShape(filterShape));
    const { expected, actual } = both(() =>
      run(tf.tensor4d(xs, shape), tf.tensor4d(weights, filterShape), strides, pad).dataSync(),
    );
    assertClose(actual, expected, 1e-4, `seed ${seed}, ${shape}, filter ${filterShape}, strides ${strides}, ${pad}`);
  }
}

describe('a depthwise convolution agrees with the cpu backend for random shapes, strides and paddings', () => {
  test('its output', () => agrees((x, filter, strides, pad) => tf.depthwiseConv2d(x, filter, strides, pad)));

  test('its gradient with respect to the input', () =>
    agrees((x, filter, strides, pad) =>
      tf.grad((t) =>
        tf
          .depthwiseConv2d(t as tf.Tensor4D, filter, strides, pad)
          .square()
          .sum(),
      )(x),
    ));

  test('its gradient with respect to the filter', () =>
    agrees((x, filter, strides, pad) =>
      tf.grad((t) =>
        tf
          .depthwiseConv2d(x, t as tf.Tensor4D, strides, pad)
          .square()
          .sum(),
      )(filter),
    ));
});

test('both gradients are the slope of the loss', () => {
  const { floats } = random(9);
  const x = tf.tensor4d(floats(2 * 6 * 5 * 3), [2, 6, 5, 3]);
  const filter = tf.tensor4d(floats(3 * 2 * 3 * 2), [3, 2, 3, 2]);
  assertSlope((t) => tf.depthwiseConv2d(t as tf.Tensor4D, filter, [2, 1], 'same'), x.shape, 'input');
  assertSlope((t) => tf.depthwiseConv2d(x, t as tf.Tensor4D, [2, 1], 'same'), filter.shape, 'filter');
});
