import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { assertClose, assertSlope, both, random } from './oracle.ts';

type Shape4 = [number, number, number, number];
type Fused = Parameters<typeof tf.fused.conv2d>[0];

/** Output and gradients of the sum of its squares, for all inputs. */
function differentiate(run: (...inputs: tf.Tensor[]) => tf.Tensor, inputs: tf.Tensor[]): number[][] {
  const gradients = tf.grads((...given) =>
    run(...given)
      .square()
      .sum(),
  )(inputs);
  return [run(...inputs), ...gradients].map((tensor) => Array.from(tensor.dataSync()));
}

function assertAllClose(actual: number[][], expected: number[][], what: string): void {
  for (const [i, values] of expected.entries())
    assertClose(actual[i]!, values, 2e-4, `${what}: ${i === 0 ? 'output' : `gradient ${i}`}`);
}

describe('a convolution with bias and activation under a gradient', () => {
  test('agrees with the cpu backend for random shapes, strides, paddings', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { integer, pick, floats } = random(seed);
      const shape: Shape4 = [integer(1, 3), integer(4, 9), integer(4, 9), integer(1, 5)];
      const filterShape: Shape4 = [integer(1, 3), integer(1, 4), shape[3], integer(1, 13)];
      const options = {
        strides: [integer(1, 3), integer(1, 3)] as [number, number],
        pad: pick<'valid' | 'same'>(['valid', 'same']),
        activation: pick<'relu' | 'linear' | 'sigmoid' | undefined>(['relu', 'relu', 'linear', 'sigmoid', undefined]),
      };
      const withBias = pick([true, true, false]);
      const values = [shape, filterShape, [filterShape[3]]].map((one) => floats(tf.util.sizeFromShape(one)));
      const { expected, actual } = both(() => {
        const inputs = [tf.tensor4d(values[0]!, shape), tf.tensor4d(values[1]!, filterShape), tf.tensor1d(values[2]!)];
        return differentiate(
          (x, filter, bias) => tf.fused.conv2d({ x, filter, ...options, ...(bias && { bias }) } as Fused),
          withBias ? inputs : inputs.slice(0, 2),
        );
      });
      assertAllClose(actual, expected, `seed ${seed}, [${shape}] [${filterShape}] ${JSON.stringify(options)}`);
    }
  });

  test('has the slope of the loss as its gradient', () => {
    const filter = tf.randomNormal([3, 2, 2, 4], 0, 1, 'float32', 1) as tf.Tensor4D;
    const bias = tf.randomNormal([4], 0, 1, 'float32', 2) as tf.Tensor1D;
    const run = (x: tf.Tensor) =>
      tf.fused.conv2d({ x: x as tf.Tensor4D, filter, strides: [2, 1], pad: 'same', bias, activation: 'linear' });
    assertSlope(run, [1, 5, 4, 2], 'linear');
    // Raised, so that no sum changes its sign in between.
    const high = tf.fill([4], 50) as tf.Tensor1D;
    assertSlope(
      (x) =>
        tf.fused
          .conv2d({ x: x as tf.Tensor4D, filter, strides: 1, pad: 'valid', bias: high, activation: 'relu' })
          .sub(50),
      [1, 5, 4, 2],
      'relu',
    );
  });

  test('computes no gradient for the images, which nobody asked for', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ inputShape: [6, 6, 1], filters: 3, kernelSize: 3, activation: 'relu' }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 4, activation: 'relu' }),
        tf.layers.dense({ units: 2, activation: 'softmax' }),
      ],
    });
    model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy' });
    const { kernels } = await tf.profile(async () => {
      await model.trainOnBatch(tf.ones([2, 6, 6, 1]), tf.zeros([2, 1]));
      return tf.scalar(0);
    });
    const names = kernels.map(({ name }) => name);
    assert.ok(names.includes('FusedConv2D') && names.includes('FusedDense') && names.includes('Conv2DBackpropFilter'));
    assert.ok(!names.includes('Conv2DBackpropInput') && !names.includes('Relu'));
  });
});

describe('a dense layer under a gradient', () => {
  test('agrees with the cpu backend for random sizes', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { integer, pick, floats } = random(seed);
      const [rows, inner, units] = [integer(1, 40), integer(1, 30), integer(1, 30)];
      const activation = pick<'relu' | 'linear' | 'elu'>(['relu', 'relu', 'linear', 'elu']);
      const [transposeA, transposeB, withBias] = [
        pick([true, false, false]),
        pick([true, false, false]),
        pick([true, false]),
      ];
      const values = [rows * inner, inner * units, units].map(floats);
      const { expected, actual } = both(() => {
        const inputs = [
          tf.tensor2d(values[0]!, transposeA ? [inner, rows] : [rows, inner]),
          tf.tensor2d(values[1]!, transposeB ? [units, inner] : [inner, units]),
          tf.tensor1d(values[2]!),
        ];
        return differentiate(
          (a, b, bias) =>
            tf.fused.matMul({
              a: a as tf.Tensor2D,
              b: b as tf.Tensor2D,
              transposeA,
              transposeB,
              activation,
              ...(bias && { bias }),
            }),
          withBias ? inputs : inputs.slice(0, 2),
        );
      });
      assertAllClose(actual, expected, `seed ${seed}, ${rows} × ${inner} × ${units}, ${activation}`);
    }
  });
});

test('the gradient of a relu agrees with the cpu backend', () => {
  const values = random(3).floats(2 * 3 * 5);
  const { expected, actual } = both(() => differentiate((x) => tf.relu(x).mul(x), [tf.tensor(values, [2, 3, 5])]));
  assertAllClose(actual, expected, 'relu');
});

test('the gradient of a softmax agrees with the cpu backend along the last axis and another', () => {
  for (let seed = 1; seed <= 30; seed++) {
    const { integer, floats } = random(seed);
    const shape = Array.from({ length: integer(1, 3) }, () => integer(1, 7));
    const values = floats(tf.util.sizeFromShape(shape));
    const { expected, actual } = both(() => differentiate((x) => tf.softmax(x), [tf.tensor(values, shape)]));
    assertAllClose(actual, expected, `seed ${seed}, [${shape}]`);
  }
});

test('the gradient of a gradient goes through all of them', () => {
  const { floats } = random(1);
  const [xs, ws, dense] = [floats(2 * 5 * 5), floats(3 * 3 * 4), floats(300)];
  const { expected, actual } = both(() => {
    const network = (x: tf.Tensor, w: tf.Tensor) => {
      const filter = w.reshape([3, 3, 1, 4]) as tf.Tensor4D;
      const y = tf.fused.conv2d({ x: x as tf.Tensor4D, filter, strides: 1, pad: 'same', activation: 'relu' });
      const scores = tf.fused.matMul({
        a: y.reshape([2, 100]) as tf.Tensor2D,
        b: tf.tensor2d(dense, [100, 3]),
        transposeA: false,
        transposeB: false,
        activation: 'linear',
      });
      return tf.softmax(scores).square().sum();
    };
    const [x, w] = [tf.tensor4d(xs, [2, 5, 5, 1]), tf.tensor1d(ws)];
    const penalty = (weights: tf.Tensor) =>
      tf
        .grad((given) => network(given, weights))(x)
        .square()
        .sum();
    return Array.from(tf.grad(penalty)(w).dataSync());
  });
  assert.ok(expected.some((value) => Math.abs(value) > 1e-3));
  assertClose(actual, expected, 1e-3, 'second gradient');
});
