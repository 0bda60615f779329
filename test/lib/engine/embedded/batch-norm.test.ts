import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { assertClose, assertSlope, both, random } from './oracle.ts';

type LayerArguments = Parameters<typeof tf.layers.batchNormalization>[0];

/** Output, gradients of x, gamma and beta for the sum of squares, and the moving averages after one step in training. */
function oneStep(options: LayerArguments, shape: number[], values: Float32Array[]): number[][] {
  const layer = tf.layers.batchNormalization(options);
  const x = tf.tensor(values[0]!, shape);
  layer.apply(x);
  const weights = layer.getWeights().map((weight, i) => tf.tensor(values[i + 1]!, weight.shape));
  layer.setWeights(weights);
  const run = () => layer.apply(x, { training: true }) as tf.Tensor;
  const output = run();
  layer.setWeights(weights);
  const { grads } = tf.variableGrads(() => run().square().sum());
  const toX = tf.grad((given) => (layer.apply(given, { training: true }) as tf.Tensor).square().sum())(x);
  const moving = layer.getWeights().slice(-2);
  return [output, toX, ...Object.values(grads), ...moving].map((tensor) => [...tensor.dataSync()]);
}

function valuesFor(seed: number, shape: number[], channels: number): Float32Array[] {
  const { floats } = random(seed);
  const positive = floats(channels).map((value) => value + 1.5);
  // Far from zero, where a variance in one pass would lose its digits.
  const x = floats(tf.util.sizeFromShape(shape)).map((value) => value + 20);
  return [x, floats(channels), floats(channels), floats(channels), positive];
}

describe('batch normalization with the moments of the batch', () => {
  test('agrees with the cpu backend in output, gradients and moving averages, for random shapes', () => {
    for (let seed = 1; seed <= 60; seed++) {
      const { integer } = random(seed);
      const channels = integer(1, 19);
      const shape = [integer(2, 5), ...Array.from({ length: integer(0, 2) }, () => integer(1, 9)), channels];
      const options = { momentum: 0.9, epsilon: 0.01 };
      const values = valuesFor(seed, shape, channels);
      const { expected, actual } = both(() => oneStep(options, shape, values) as unknown as tf.TensorContainer);
      for (const [i, one] of (expected as unknown as number[][]).entries())
        assertClose((actual as unknown as number[][])[i]!, one, 2e-3, `seed ${seed}, [${shape}], result ${i}`);
    }
  });

  test('of many rows keeps the digits of its sums', () => {
    const x = tf.randomNormal([40_000, 3], 100, 0.5, 'float32', 1);
    const layer = tf.layers.batchNormalization({});
    const y = layer.apply(x, { training: true }) as tf.Tensor;
    const exact = Array.from({ length: 3 }, (_, channel) => {
      const column = [...x.slice([0, channel], [-1, 1]).dataSync()];
      const mean = column.reduce((sum, value) => sum + value, 0) / column.length;
      return (
        (column[0]! - mean) / Math.sqrt(column.reduce((sum, v) => sum + (v - mean) ** 2, 0) / column.length + 1e-3)
      );
    });
    assertClose(y.slice([0, 0], [1, 3]).dataSync(), exact, 1e-4, 'the first row');
  });

  test('has the slope of the loss as its gradient', () => {
    for (const shape of [
      [6, 5],
      [3, 2, 4, 3],
    ]) {
      const layer = tf.layers.batchNormalization({});
      assertSlope((x) => (layer.apply(x, { training: true }) as tf.Tensor).sub(0.3).pow(3), shape, `[${shape}]`);
    }
  });

  test('gives the gradient of a gradient to tfjs', () => {
    const values = random(1).floats(12);
    const second = (x: tf.Tensor) => {
      const layer = tf.layers.batchNormalization({});
      const first = (given: tf.Tensor) =>
        tf.grad((t) => (layer.apply(t, { training: true }) as tf.Tensor).pow(3).sum())(given);
      return [
        ...tf
          .grad((given) => first(given).square().sum())(x)
          .dataSync(),
      ];
    };
    const { expected, actual } = both(() => second(tf.tensor2d(values, [4, 3])) as unknown as tf.TensorContainer);
    assertClose(actual as unknown as number[], expected as unknown as number[], 1e-3, 'second gradient');
  });
});

describe('what tfjs has no way to train', () => {
  test('channels first give what channels last give', () => {
    const values = valuesFor(3, [2, 3, 4, 5], 5);
    const x = tf.tensor4d(values[0]!, [2, 3, 4, 5]);
    const layers = [-1, 1].map((axis) => tf.layers.batchNormalization({ axis }));
    const inputs = [x, x.transpose([0, 3, 1, 2])];
    for (const training of [true, false]) {
      const [last, first] = layers.map((layer, i) => layer.apply(inputs[i]!, { training }) as tf.Tensor);
      assertClose(first!.transpose([0, 2, 3, 1]).dataSync(), last!.dataSync(), 1e-6, `training ${training}`);
    }
    const layer = tf.layers.batchNormalization({ axis: 1 });
    assertSlope((t) => (layer.apply(t, { training: true }) as tf.Tensor).pow(3), [2, 3, 2, 2], 'channels first');
  });

  test('volumes are normalized, in training and after it', () => {
    const x = tf.tensor(random(2).floats(2 * 27 * 4), [2, 3, 3, 3, 4]);
    const [volume, flat] = [tf.layers.batchNormalization({}), tf.layers.batchNormalization({})];
    for (const training of [true, false]) {
      const given = volume.apply(x, { training }) as tf.Tensor;
      const wanted = flat.apply(x.reshape([54, 4]), { training }) as tf.Tensor;
      assertClose(given.dataSync(), wanted.dataSync(), 1e-6, `training ${training}`);
    }
  });

  test('without gamma or beta they are ones and zeros', async () => {
    for (const [scale, center] of [
      [false, true],
      [true, false],
      [false, false],
    ] as const) {
      const model = tf.sequential({
        layers: [tf.layers.batchNormalization({ inputShape: [4], scale, center }), tf.layers.dense({ units: 1 })],
      });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      const x = tf.tensor2d(random(5).floats(32), [8, 4]);
      const history = await model.fit(x, x.sum(1, true), { epochs: 20, verbose: 0 });
      const losses = history.history.loss as number[];
      assert.ok(losses.at(-1)! < losses[0]!, `scale ${scale}, center ${center}: ${losses}`);
      assert.equal(model.getWeights().length, 4 + Number(scale) + Number(center));
    }
  });
});

test('batch normalization with given moments agrees with the cpu backend, whatever is left out', () => {
  for (let seed = 1; seed <= 40; seed++) {
    const { integer, pick } = random(seed);
    const channels = integer(1, 11);
    const shape = [integer(1, 4), integer(1, 5), integer(1, 5), channels];
    const [xs, ...rest] = valuesFor(seed, shape, channels);
    const [withBeta, withGamma] = [pick([true, false]), pick([true, false])];
    const { expected, actual } = both(() => {
      const [mean, beta, gamma, variance] = rest.map((values) => tf.tensor1d(values));
      const given = [mean!, variance!, ...[withBeta ? beta : undefined, withGamma ? gamma : undefined]] as const;
      return tf.batchNorm4d(tf.tensor4d(xs!, shape as [number, number, number, number]), ...given, 0.01).dataSync();
    });
    assertClose(actual, expected, 1e-4, `seed ${seed}, [${shape}]`);
  }
});
