import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { assertClose, both, random } from './oracle.ts';

type Shape4 = [number, number, number, number];

function filterGradient(x: tf.Tensor, dy: tf.Tensor, attributes: object): tf.Tensor {
  return tf.engine().runKernel('Conv2DBackpropFilter', { x, dy }, attributes as never) as tf.Tensor;
}

test('the filter gradient agrees with the cpu backend for random shapes, strides and paddings', () => {
  for (let seed = 1; seed <= 150; seed++) {
    const { integer, pick, floats } = random(seed);
    const [n, inChannels, outChannels] = [integer(1, 4), integer(1, 9), integer(1, 19)];
    const [filterHeight, filterWidth] = [integer(1, 5), integer(1, 5)];
    const xShape: Shape4 = [n, integer(filterHeight, 12), integer(filterWidth, 12), inChannels];
    const filterShape: Shape4 = [filterHeight, filterWidth, inChannels, outChannels];
    const strides: [number, number] = [integer(1, 3), integer(1, 3)];
    const sides = [0, 1].map(() => [integer(0, 2), integer(0, 2)]);
    const explicit = [[0, 0], ...sides, [0, 0]] as tf.backend_util.ExplicitPadding;
    const pad = pick<'valid' | 'same' | tf.backend_util.ExplicitPadding>(['valid', 'same', explicit]);
    const { outShape } = tf.backend_util.computeConv2DInfo(xShape, filterShape, strides, 1, pad);
    const xs = floats(tf.util.sizeFromShape(xShape));
    const dys = floats(tf.util.sizeFromShape(outShape));
    const { expected, actual } = both(() => {
      const attributes = { strides, pad, dataFormat: 'NHWC', filterShape };
      return filterGradient(tf.tensor(xs, xShape), tf.tensor(dys, outShape), attributes).dataSync();
    });
    const what = `seed ${seed}, x ${xShape}, filter ${filterShape}, strides ${strides}, pad ${JSON.stringify(pad)}`;
    assertClose(actual, expected, 1e-4, what);
  }
});

test('the filter gradient is the slope of the loss', () => {
  const { floats } = random(7);
  const x = tf.tensor4d(floats(2 * 7 * 6 * 3), [2, 7, 6, 3]);
  const filter = floats(3 * 2 * 3 * 5);
  const loss = (values: Float32Array) =>
    tf.tidy(
      () =>
        tf
          .conv2d(x, tf.tensor4d(values, [3, 2, 3, 5]), [2, 1], 'same')
          .square()
          .sum()
          .dataSync()[0]!,
    );
  const gradient = tf.tidy(() =>
    tf
      .grad((f: tf.Tensor) =>
        tf
          .conv2d(x, f as tf.Tensor4D, [2, 1], 'same')
          .square()
          .sum(),
      )(tf.tensor4d(filter, [3, 2, 3, 5]))
      .dataSync(),
  );
  for (const i of [0, 11, 44, 89]) {
    const shifted = (by: number) => loss(filter.with(i, filter[i]! + by));
    // The loss is a square, so this difference has no error but rounding.
    const slope = (shifted(0.1) - shifted(-0.1)) / 0.2;
    assert.ok(Math.abs(slope - gradient[i]!) < 2e-2, `weight ${i}: slope ${slope}, gradient ${gradient[i]}`);
  }
});

test('channels that come first give what they give transposed', () => {
  const { floats } = random(3);
  const [x, dy] = [tf.tensor4d(floats(32), [1, 2, 4, 4]), tf.tensor4d(floats(12), [1, 3, 2, 2])];
  const attributes = { strides: 1, pad: 'valid', filterShape: [3, 3, 2, 3] };
  const first = filterGradient(x, dy, { ...attributes, dataFormat: 'NCHW' });
  const last = [x, dy].map((one) => tf.transpose(one, [0, 2, 3, 1])) as [tf.Tensor4D, tf.Tensor4D];
  assertClose(
    first.dataSync(),
    filterGradient(...last, { ...attributes, dataFormat: 'NHWC' }).dataSync(),
    1e-5,
    'NCHW',
  );
});
