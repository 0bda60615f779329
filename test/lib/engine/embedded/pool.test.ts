import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { assertClose, assertSlope, both, random } from './oracle.ts';

type Shape4 = [number, number, number, number];
type Pad = 'valid' | 'same';

test('max pooling of volumes agrees with the cpu backend, also where all numbers are negative', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const { integer, pick, floats } = random(seed);
    const shape: [number, number, number, number, number] = [
      integer(1, 2),
      ...[integer(3, 7), integer(3, 7), integer(3, 7)],
      integer(1, 6),
    ] as never;
    const window: [number, number, number] = [integer(1, 3), integer(1, 3), integer(1, 3)];
    // Where a stride is larger than the window, tfjs begins outside of the volume; TensorFlow does not.
    const strides = window.map((size) => integer(1, size)) as typeof window;
    const pad = pick<Pad>(['valid', 'same']);
    const xs = floats(tf.util.sizeFromShape(shape)).map((value) => value - 0.9);
    const { expected, actual } = both(() => tf.maxPool3d(tf.tensor5d(xs, shape), window, strides, pad).dataSync());
    assertClose(actual, expected, 0, `seed ${seed}, ${shape}, window ${window}, strides ${strides}, ${pad}`);
  }
});

describe('the gradient of max pooling', () => {
  test('agrees with the cpu backend for random shapes, windows, strides and paddings', () => {
    for (let seed = 1; seed <= 80; seed++) {
      const { integer, pick, floats } = random(seed);
      const shape: Shape4 = [integer(1, 3), integer(4, 10), integer(4, 10), integer(1, 9)];
      const window: [number, number] = [integer(1, 4), integer(1, 4)];
      const strides: [number, number] = [integer(1, 3), integer(1, 3)];
      const pad = pick<Pad>(['valid', 'same']);
      const xs = floats(tf.util.sizeFromShape(shape));
      const { expected, actual } = both(() =>
        tf
          .grad((x) =>
            tf
              .maxPool(x as tf.Tensor4D, window, strides, pad)
              .square()
              .sum(),
          )(tf.tensor4d(xs, shape))
          .dataSync(),
      );
      assertClose(actual, expected, 1e-4, `seed ${seed}, ${shape}, window ${window}, strides ${strides}, ${pad}`);
    }
  });

  test('of volumes is the slope of the loss', () => {
    const shape = [1, 5, 7, 6, 2];
    for (const [window, strides, pad] of [
      [[2, 1, 2], [2, 3, 2], 'valid'],
      [[2, 2, 2], [1, 1, 1], 'same'],
      [[2, 3, 2], [1, 2, 2], 'valid'],
    ] as [[number, number, number], [number, number, number], Pad][]) {
      assertSlope((x) => tf.maxPool3d(x as tf.Tensor5D, window, strides, pad), shape, `${window}, ${strides}, ${pad}`);
    }
  });
});

describe('the gradient of average pooling', () => {
  // The cpu backend divides by the whole window where it reaches over the edge; the forward pass, and TensorFlow, do not.
  test('is the slope of the loss for images', () => {
    for (const [window, strides, pad] of [
      [[2, 3], [2, 1], 'valid'],
      [[3, 3], [2, 2], 'same'],
      [[1, 2], [3, 2], 'same'],
      [[3, 2], [1, 1], 'same'],
    ] as [[number, number], [number, number], Pad][]) {
      const pool = (x: tf.Tensor) => tf.avgPool(x as tf.Tensor4D, window, strides, pad);
      assertSlope(pool, [2, 7, 6, 5], `${window}, ${strides}, ${pad}`);
    }
  });

  test('is the slope of the loss for volumes', () => {
    for (const pad of ['valid', 'same'] as const)
      assertSlope((x) => tf.avgPool3d(x as tf.Tensor5D, [2, 3, 2], [2, 1, 2], pad), [1, 5, 6, 5, 3], pad);
  });
});

test('elements of several windows add up, and of equal ones the first counts, as in TensorFlow', () => {
  const x = tf.tensor4d([1, 3, 3, 2], [1, 1, 4, 1]);
  const gradient = tf.grad((t) => tf.maxPool(t as tf.Tensor4D, [1, 2], 1, 'same').sum())(x);
  // tf.raw_ops.MaxPoolGrad of TensorFlow 2.21.
  assert.deepEqual([...gradient.dataSync()], [0, 2, 1, 1]);
});
