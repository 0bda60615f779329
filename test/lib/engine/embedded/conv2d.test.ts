import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { assertClose, both, random } from './oracle.ts';

type Shape4 = [number, number, number, number];

function randomConvolution(seed: number) {
  const { integer, pick, floats } = random(seed);
  const [filterHeight, filterWidth] = [integer(1, 5), integer(1, 5)];
  const xShape: Shape4 = [integer(1, 3), integer(5, 12), integer(5, 12), integer(1, 9)];
  const filterShape: Shape4 = [filterHeight, filterWidth, xShape[3], integer(1, 19)];
  const strides: [number, number] = [integer(1, 3), integer(1, 3)];
  const sides = [0, 1].map(() => [integer(0, 2), integer(0, 2)]);
  const explicit = [[0, 0], ...sides, [0, 0]] as tf.backend_util.ExplicitPadding;
  const pad = pick<'valid' | 'same' | tf.backend_util.ExplicitPadding>(['valid', 'same', explicit]);
  const [xs, filters] = [floats(tf.util.sizeFromShape(xShape)), floats(tf.util.sizeFromShape(filterShape))];
  const bias = floats(filterShape[3]);
  const what = `seed ${seed}, x ${xShape}, filter ${filterShape}, strides ${strides}, pad ${JSON.stringify(pad)}`;
  return { xs, xShape, filters, filterShape, strides, pad, bias, pick, what };
}

test('convolutions agree with the cpu backend for random shapes, strides and paddings', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const { xs, xShape, filters, filterShape, strides, pad, what } = randomConvolution(seed);
    const { expected, actual } = both(() =>
      tf.conv2d(tf.tensor4d(xs, xShape), tf.tensor4d(filters, filterShape), strides, pad as 'same').dataSync(),
    );
    assertClose(actual, expected, 1e-4, what);
  }
});

test('a filter of height 1 with stride 2 and padding same is not zero (tfjs WASM’s own is)', () => {
  const { expected, actual } = both(() =>
    tf.conv2d(tf.ones([1, 10, 7, 4]) as tf.Tensor4D, tf.ones([1, 3, 4, 1]) as tf.Tensor4D, [2, 1], 'same').dataSync(),
  );
  assert.equal(actual[1], 12);
  assert.deepEqual(actual, expected);
});

test('fused bias and activations agree with the cpu backend', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const { xs, xShape, filters, filterShape, strides, pad, bias, pick, what } = randomConvolution(seed);
    const activation = pick<'linear' | 'relu' | 'relu6' | 'sigmoid' | 'elu'>([
      'linear',
      'relu',
      'relu6',
      'sigmoid',
      'elu',
    ]);
    const { expected, actual } = both(() => {
      const [x, filter] = [tf.tensor4d(xs, xShape), tf.tensor4d(filters, filterShape)];
      return tf.fused
        .conv2d({ x, filter, strides, pad: pad as 'same', bias: tf.tensor1d(bias), activation })
        .dataSync();
    });
    assertClose(actual, expected, 1e-4, `${what}, ${activation}`);
  }
});

test('a leaky and a learned slope agree with the cpu backend', () => {
  const { xs, xShape, filters, filterShape } = randomConvolution(5);
  for (const activation of ['leakyrelu', 'prelu'] as const) {
    const { expected, actual } = both(() => {
      const [x, filter] = [tf.tensor4d(xs, xShape), tf.tensor4d(filters, filterShape)];
      const slopes = tf.fill([filterShape[3]], 0.3);
      const options = activation === 'prelu' ? { preluActivationWeights: slopes } : { leakyreluAlpha: 0.1 };
      return tf.fused.conv2d({ x, filter, strides: 1, pad: 'valid', activation, ...options }).dataSync();
    });
    assertClose(actual, expected, 1e-4, activation);
  }
});

test('dilated convolutions agree with the cpu backend', () => {
  for (let seed = 1; seed <= 20; seed++) {
    const { xs, xShape, filters, filterShape, what } = randomConvolution(seed);
    const { expected, actual } = both(() =>
      tf.conv2d(tf.tensor4d(xs, xShape), tf.tensor4d(filters, filterShape), 1, 'same', 'NHWC', 2).dataSync(),
    );
    assertClose(actual, expected, 1e-4, what);
  }
});

test('input gradients agree with the cpu backend, as do transposed convolutions', () => {
  for (let seed = 1; seed <= 100; seed++) {
    const { xs, xShape, filters, filterShape, strides, pad, what } = randomConvolution(seed);
    const { expected, actual } = both(() => {
      const filter = tf.tensor4d(filters, filterShape);
      const gradient = tf.grad((x: tf.Tensor) =>
        tf
          .conv2d(x as tf.Tensor4D, filter, strides, pad as 'same')
          .square()
          .sum(),
      );
      return gradient(tf.tensor4d(xs, xShape)).dataSync();
    });
    // The gradient is a long sum of products of what already is a long sum.
    assertClose(actual, expected, 1e-3, what);
  }
});
