import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { assertClose, random } from './oracle.ts';

type Pair = [number, number];
type Operation = (x: tf.Tensor4D, pad: number | 'valid') => tf.Tensor;

const { floats } = random(3);
const x = tf.tensor4d(floats(2 * 12 * 11 * 4), [2, 12, 11, 4]);
const filter = ([height, width]: Pair) => tf.tensor4d(floats(height * width * 8), [height, width, 4, 2]);

/** A pool's window must reach further than the padding, else it sees nothing. */
const poolCases: [window: Pair, strides: Pair][] = [
  [
    [3, 2],
    [1, 2],
  ],
  [
    [2, 5],
    [1, 1],
  ],
  [
    [4, 2],
    [2, 1],
  ],
];
const cases: [window: Pair, strides: Pair, dilations: number][] = [
  [[5, 1], [1, 1], 1],
  [[1, 5], [1, 1], 1],
  [[3, 2], [1, 2], 1],
  [[2, 3], [1, 1], 2],
];
const convolutions: Record<string, (...given: (typeof cases)[0]) => Operation> = {
  conv2d: (size, strides, dilations) => {
    const kernel = filter(size);
    return (t, pad) => tf.conv2d(t, kernel, strides, pad, 'NHWC', dilations);
  },
  'depthwise conv2d': (size, strides, dilations) => {
    const kernel = filter(size);
    return (t, pad) => tf.depthwiseConv2d(t, kernel, strides, pad, 'NHWC', dilations);
  },
};

/** `outside`: what a padding is worth. */
function compare(operation: Operation, outside: number, what: string, { gradient = true } = {}): void {
  const padded = (t: tf.Tensor4D) => {
    const sides: [Pair, Pair, Pair, Pair] = [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ];
    return tf.pad(t, sides, outside);
  };
  const ours = (t: tf.Tensor) => operation(t as tf.Tensor4D, 1);
  const plain = (t: tf.Tensor) => operation(padded(t as tf.Tensor4D), 'valid');
  assert.deepEqual(ours(x).shape, plain(x).shape);
  assertClose(ours(x).dataSync(), plain(x).dataSync(), 1e-5, what);
  if (!gradient) return;
  const [actual, expected] = [ours, plain].map((one) => tf.grad((t) => one(t).square().sum())(x));
  assertClose(actual!.dataSync(), expected!.dataSync(), 1e-4, `gradient of ${what}`);
}

describe('a padding that is a number pads height and width alike, also for a window that is not square', () => {
  for (const [name, at] of Object.entries(convolutions))
    for (const given of cases) {
      const what = `${name}, filter ${given[0]}, strides ${given[1]}, dilations ${given[2]}`;
      // tfjs refuses the gradients of dilated convolutions, but for depthwise ones.
      test(what, () => compare(at(...given), 0, what, { gradient: name !== 'conv2d' || given[2] === 1 }));
    }

  for (const [size, strides] of poolCases) {
    test(`max pool, window ${size}, strides ${strides}`, () =>
      compare((t, pad) => tf.maxPool(t, size, strides, pad), -100, 'max pool'));

    test(`average pool, window ${size}, strides ${strides}, which counts no padding`, () => {
      const sums: Operation = (t, pad) => tf.depthwiseConv2d(t, tf.ones([...size, 4, 1]), strides, pad);
      const plain = tf.div(sums(x, 1), sums(tf.onesLike(x), 1));
      const ours = tf.avgPool(x, size, strides, 1);
      assert.deepEqual(ours.shape, plain.shape);
      assertClose(ours.dataSync(), plain.dataSync(), 1e-5, 'average pool');
      const gradient = tf.grad((t) => tf.avgPool(t as tf.Tensor4D, size, strides, 1).sum())(x);
      assert.deepEqual(gradient.shape, x.shape);
    });
  }
});
