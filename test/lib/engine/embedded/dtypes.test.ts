import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { both, random } from './oracle.ts';

type Dtype = 'float32' | 'int32' | 'bool';
type Make = (...shape: number[]) => tf.Tensor;
const bool = (x: tf.Tensor): tf.Tensor => tf.cast(x, 'bool');
const index = (...rows: number[][]): tf.Tensor => tf.tensor2d(rows, undefined, 'int32');

/** What people do with tensors of any type. tfjs WASM's own read and write four bytes for each bool, and take integers for floats. */
const programs: Record<string, (t: Make, dtype: Dtype) => tf.Tensor | tf.Tensor[]> = {
  tile: (t) => tf.tile(t(5, 7), [3, 2]),
  transpose: (t) => [tf.transpose(t(5, 7)), tf.transpose(t(2, 3, 4, 5), [3, 1, 0, 2])],
  reverse: (t) => tf.reverse(t(5, 7), 1),
  gather: (t) => [tf.gather(t(5, 7), [1, 0, 4, 2], 1), tf.gatherND(t(5, 7), index([0, 1], [3, 6]))],
  slice: (t) => [tf.slice(t(5, 7, 3), [1, 2, 1], [3, 4, 2]), tf.slice(t(3, 3, 3, 3), [1, 1, 1, 1], [2, 2, 2, 2])],
  'strided slice': (t) => [
    tf.stridedSlice(t(5, 7), [0, 1], [5, 7], [2, 3]),
    tf.stridedSlice(t(5, 7), [4, 6], [0, 0], [-2, -1]),
  ],
  'concat, stack, split': (t) => [
    tf.concat([t(5, 3), t(5, 4)], 1),
    tf.stack([t(5, 3), t(5, 3)], 1),
    ...tf.split(t(5, 6), [1, 2, 3], 1),
  ],
  pad: (t) => [
    tf.pad(
      t(5, 3),
      [
        [1, 2],
        [3, 1],
      ],
      1,
    ),
    tf.pad(t(4), [[1, -2]]),
    tf.mirrorPad(
      t(5, 3),
      [
        [1, 2],
        [1, 1],
      ],
      'reflect',
    ),
  ],
  where: (t) => [tf.where(bool(t(5, 3)), t(5, 3), t(5, 3)), tf.where(bool(t(5, 1)), t(5, 3), t(1, 3))],
  oneHot: (t, dtype) => tf.oneHot(tf.cast(t(5, 3), 'int32'), 4, 1, 0, dtype),
  'like and fill': (t, dtype) => [
    tf.onesLike(t(5, 3)),
    tf.zerosLike(t(5, 3)),
    tf.fill([5, 3], 1, dtype),
    tf.clone(t(5, 3)),
  ],
  reductions: (t) => [
    tf.max(t(5, 3), 1),
    tf.min(t(5, 3), 0),
    tf.sum(t(5, 3), 1),
    tf.prod(t(5, 3), 1),
    tf.argMax(t(5, 3), 1),
  ],
  'all and any': (t) => [tf.all(bool(t(5, 3)), 0), tf.any(bool(t(5, 3)), 1)],
  'running sums and products': (t) => [tf.cumsum(t(5, 3), 1), tf.cumprod(t(5, 3), 1)],
  unique: (t) => Object.values(tf.unique(t(17))),
  scatter: (t) => [
    tf.scatterND(index([4], [0]), t(2, 5), [7, 5]),
    tf.tensorScatterUpdate(t(7, 5), index([4], [0]), t(2, 5)),
    tf.sparseToDense(tf.tensor1d([1, 4], 'int32'), t(2) as tf.Tensor1D, [6], t() as tf.Scalar),
  ],
  'space and depth': (t) => [
    tf.spaceToBatchND(
      t(1, 4, 6, 3),
      [2, 3],
      [
        [0, 0],
        [0, 0],
      ],
    ),
    tf.depthToSpace(t(1, 2, 3, 12) as tf.Tensor4D, 2, 'NHWC'),
  ],
  comparisons: (t) => [tf.equal(t(5, 3), t(5, 1)), tf.greater(t(5, 3), t(3)), tf.lessEqual(t(5, 3), t())],
  logic: (t) => [tf.logicalAnd(bool(t(5, 3)), bool(t(5, 1))), tf.logicalNot(bool(t(5, 3)))],
  arithmetic: (t) => [
    tf.add(t(5, 3), t(3)),
    tf.sub(t(5, 3), t(5, 1)),
    tf.mul(t(5, 3), t(3)),
    tf.maximum(t(5, 3), t(3)),
  ],
  'one by one': (t) => [tf.abs, tf.neg, tf.sign, tf.square, tf.relu, tf.round, tf.step].map((op) => op(t(5, 3))),
  activations: (t) => [tf.leakyRelu(t(5, 3)), tf.prelu(t(5, 3), t(3))],
  'largest few': (t) => Object.values(tf.topk(t(5, 7), 3)),
  products: (t) => [tf.matMul(t(5, 3), t(3, 4)), tf.einsum('ij,jk->ik', t(5, 3), t(3, 4))],
  pictures: (t) => [
    tf.image.resizeNearestNeighbor(t(1, 3, 4, 2) as tf.Tensor4D, [5, 6]),
    tf.maxPool(t(1, 6, 6, 2) as tf.Tensor4D, 2, 2, 'same'),
  ],
};

describe('tensors of every type, as on the cpu backend:', () => {
  for (const dtype of ['float32', 'int32', 'bool'] as const)
    for (const [what, program] of Object.entries(programs))
      test(`${what} of ${dtype}`, () => {
        const { expected, actual } = both(() => {
          const { integer } = random(7);
          const make: Make = (...shape) => {
            const few = dtype === 'bool' ? 0 : -4;
            const values = Array.from({ length: tf.util.sizeFromShape(shape) }, () =>
              integer(few, dtype === 'bool' ? 1 : 4),
            );
            return tf.tensor(values, shape, dtype);
          };
          const result = (): { shape: number[]; dtype: string; values: number[] }[] =>
            [program(make, dtype)].flat().map((one) => ({
              shape: one.shape,
              dtype: one.dtype,
              values: [...one.dataSync()].map((x) => Math.round(x * 1e4) / 1e4 + 0),
            }));
          try {
            return result();
          } catch (error) {
            return String(error).slice(0, 60);
          }
        });
        assert.deepEqual(actual, expected);
      });
});
