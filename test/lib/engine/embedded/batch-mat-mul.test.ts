import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { assertClose, both, random } from './oracle.ts';

test('products of random sizes agree with the cpu backend in all four transpositions and with broadcast batches', () => {
  for (let seed = 1; seed <= 60; seed++) {
    const { integer, pick, floats } = random(seed);
    // Past 24 rows, 256 deep and 512 wide the kernel packs and goes block by block.
    const [m, k, n] = pick([
      [integer(1, 40), integer(1, 40), integer(1, 30)],
      [integer(1, 27), integer(255, 258), integer(1, 20)],
      [integer(1, 9), integer(1, 12), integer(510, 523)],
    ]) as [number, number, number];
    const [transposeA, transposeB] = [pick([true, false]), pick([true, false])];
    const [batchA, batchB] = pick([
      [[], []],
      [[3], [3]],
      [[1], [4]],
      [
        [2, 3],
        [1, 3],
      ],
    ]) as [number[], number[]];
    const aShape = [...batchA, ...(transposeA ? [k, m] : [m, k])];
    const bShape = [...batchB, ...(transposeB ? [n, k] : [k, n])];
    const [as, bs] = [floats(tf.util.sizeFromShape(aShape)), floats(tf.util.sizeFromShape(bShape))];
    const { expected, actual } = both(() => {
      const product = tf.matMul(tf.tensor(as, aShape), tf.tensor(bs, bShape), transposeA, transposeB);
      return { shape: product.shape, values: product.dataSync() };
    });
    const what = `seed ${seed}, [${aShape}]${transposeA ? 'ᵀ' : ''} × [${bShape}]${transposeB ? 'ᵀ' : ''}`;
    assert.deepEqual(actual.shape, expected.shape, what);
    assertClose(actual.values, expected.values, 1e-4, what);
  }
});

test('batches that broadcast both ways are as if they were tiled (the cpu backend cannot)', () => {
  const { floats } = random(3);
  const [a, b] = [tf.tensor4d(floats(2 * 5 * 4), [2, 1, 5, 4]), tf.tensor3d(floats(3 * 4 * 2), [3, 4, 2])];
  const tiled = tf.matMul(tf.tile(a, [1, 3, 1, 1]), tf.tile(b.expandDims(0), [2, 1, 1, 1]));
  const product = tf.matMul(a, b);
  assert.deepEqual(product.shape, [2, 3, 5, 2]);
  assert.deepEqual(product.dataSync(), tiled.dataSync());
});

test('a product over nothing is zero', () => {
  const product = tf.matMul(tf.zeros([2, 0]), tf.zeros([0, 3]));
  assert.deepEqual(product.arraySync(), [
    [0, 0, 0],
    [0, 0, 0],
  ]);
});

test('NaN and infinity come through', () => {
  const a = tf.tensor2d([
    [Number.NaN, 1],
    [Number.POSITIVE_INFINITY, 1],
  ]);
  assert.deepEqual(tf.matMul(a, tf.tensor2d([[1], [2]])).arraySync(), [[Number.NaN], [Number.POSITIVE_INFINITY]]);
});
