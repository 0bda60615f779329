import { describe, test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { assertClose, assertSlope, random } from './oracle.ts';

describe('a dilated convolution is trained: its gradients are the slope of the loss', () => {
  const { floats } = random(7);

  test('of images', () => {
    const x = tf.tensor4d(floats(2 * 9 * 8 * 2), [2, 9, 8, 2]);
    const filter = tf.tensor4d(floats(3 * 2 * 2 * 3), [3, 2, 2, 3]);
    for (const [dilations, pad] of [
      [2, 'same'],
      [[3, 1], 'valid'],
      [[1, 4], 'same'],
    ] as [number | [number, number], 'same' | 'valid'][]) {
      const run = (a: tf.Tensor, b: tf.Tensor) =>
        tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, pad, 'NHWC', dilations);
      assertSlope((t) => run(t, filter), x.shape, `input, ${dilations}, ${pad}`);
      assertSlope((t) => run(x, t), filter.shape, `filter, ${dilations}, ${pad}`);
    }
  });

  test('of images, channel by channel', () => {
    const x = tf.tensor4d(floats(2 * 9 * 8 * 2), [2, 9, 8, 2]);
    const filter = tf.tensor4d(floats(3 * 2 * 2 * 2), [3, 2, 2, 2]);
    const run = (a: tf.Tensor, b: tf.Tensor) =>
      tf.depthwiseConv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same', 'NHWC', [2, 3]);
    assertSlope((t) => run(t, filter), x.shape, 'input');
    assertSlope((t) => run(x, t), filter.shape, 'filter');
  });

  test('of volumes', () => {
    const x = tf.tensor5d(floats(6 * 5 * 7 * 2), [1, 6, 5, 7, 2]);
    const filter = tf.tensor5d(floats(2 * 2 * 2 * 2 * 3), [2, 2, 2, 2, 3]);
    const run = (a: tf.Tensor, b: tf.Tensor) =>
      tf.conv3d(a as tf.Tensor5D, b as tf.Tensor5D, 1, 'valid', 'NDHWC', [2, 1, 3]);
    assertSlope((t) => run(t, filter), x.shape, 'input');
    assertSlope((t) => run(x, t), filter.shape, 'filter');
  });

  test('of sequences, by a layer', async () => {
    const layer = tf.layers.conv1d({
      filters: 2,
      kernelSize: 3,
      dilationRate: 2,
      inputShape: [9, 1],
      activation: 'tanh',
    });
    const model = tf.sequential({ layers: [layer] });
    const before = layer.getWeights()[0]!.dataSync();
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    await model.fit(tf.ones([4, 9, 1]), tf.ones([4, 5, 2]), { epochs: 3, verbose: 0 });
    const after = layer.getWeights()[0]!.dataSync();
    for (const [i, value] of before.entries()) if (value === after[i]) throw new Error(`weight ${i} stayed ${value}`);
  });
});

test('a transposed convolution of volumes is trained: its gradients are the slope of the loss', () => {
  const { floats } = random(8);
  const x = tf.tensor5d(floats(2 * 3 * 2 * 3), [1, 2, 3, 2, 3]);
  const filter = tf.tensor5d(floats(2 * 3 * 2 * 2 * 3), [2, 3, 2, 2, 3]);
  const run = (a: tf.Tensor, b: tf.Tensor) =>
    tf.conv3dTranspose(a as tf.Tensor5D, b as tf.Tensor5D, [1, 4, 6, 4, 2], 2, 'same');
  assertSlope((t) => run(t, filter), x.shape, 'input');
  assertSlope((t) => run(x, t), filter.shape, 'filter');
});

test('einsum is trained: the gradients of both factors are the slope of the loss', () => {
  const sizes: Record<string, number> = { a: 2, b: 3, c: 4, d: 2, e: 5 };
  for (const equation of ['ab,bc->ac', 'abcd,abed->acbe', 'abc,cd->db', 'ab,ab->', 'ab,c->a', 'abc->ca']) {
    const terms = equation.split('->')[0]!.split(',');
    const shapes = terms.map((term) => [...term].map((label) => sizes[label]!));
    const factors = shapes.map((shape, i) => tf.tensor(random(i + 1).floats(tf.util.sizeFromShape(shape)), shape));
    for (const [i, shape] of shapes.entries())
      assertSlope((t) => tf.einsum(equation, ...factors.with(i, t)), shape, `${equation}, factor ${i + 1}`);
  }
});

test('the gradient of an einsum’s gradient is one, too', () => {
  const [a, b] = [tf.tensor2d([1, 2, 3, 4], [2, 2]), tf.tensor2d([5, 6, 7, 8], [2, 2])];
  const byEinsum = (x: tf.Tensor) =>
    tf
      .grad((t) => tf.einsum('ab,bc->ac', t, b).pow(3).sum())(x)
      .square()
      .sum();
  const byMatMul = (x: tf.Tensor) =>
    tf
      .grad((t) => tf.matMul(t, b).pow(3).sum())(x)
      .square()
      .sum();
  const [actual, expected] = [byEinsum, byMatMul].map((f) => tf.grad(f)(a).dataSync());
  assertClose(actual!, expected!, 1e-5, 'second gradient');
});
