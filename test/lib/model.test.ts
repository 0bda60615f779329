import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../lib/engine/index.ts';
import { digitsModel } from '../../lib/model.ts';
import { summarize } from '../../lib/summary.ts';

test('the layers are the course’s, by name, type and shape', () => {
  const model = digitsModel();
  assert.deepEqual(
    model.layers.map((layer) => [layer.name, layer.getClassName(), layer.outputShape]),
    [
      ['Conv1', 'Conv2D', [null, 13, 13, 8]],
      ['flatten', 'Flatten', [null, 1352]],
      ['Softmax', 'Dense', [null, 10]],
    ],
  );
  assert.equal(model.countParams(), 13_610);
});

test('kernels begin Glorot uniform, biases zero', () => {
  const [conv, convBias, dense, denseBias] = digitsModel()
    .getWeights()
    .map((weight) => weight.dataSync());
  // The limit is √(6 / (fan in + fan out)).
  for (const [kernel, limit] of [
    [conv!, Math.sqrt(6 / (9 + 72))],
    [dense!, Math.sqrt(6 / (1352 + 10))],
  ] as const) {
    const largest = Math.max(...kernel.map(Math.abs));
    assert.ok(largest <= limit && largest > 0.9 * limit, `${largest} of ${limit}`);
  }
  assert.ok([...convBias!, ...denseBias!].every((value) => value === 0));
});

test('the same seed gives the same weights, another seed others', () => {
  const weights = (seed: number) =>
    digitsModel({ seed })
      .getWeights()
      .map((weight) => Array.from(weight.dataSync()));
  assert.deepEqual(weights(5), weights(5));
  assert.notDeepEqual(weights(5), weights(6));
});

test('a seed that is no whole number is refused', () => {
  assert.throws(() => digitsModel({ seed: 0.5 }), /seed is 0\.5; expected a whole number/);
});

test('it gives ten probabilities for each image', () => {
  tf.tidy(() => {
    const out = digitsModel().predict(tf.zeros([2, 28, 28, 1])) as tf.Tensor;
    assert.deepEqual(out.shape, [2, 10]);
    assert.ok(Math.abs(out.sum().dataSync()[0]! - 2) < 1e-5);
  });
});

test('summary prints its table once, to where it is told', () => {
  const printed: string[] = [];
  digitsModel().summary(undefined, undefined, (text) => printed.push(text as string));
  assert.equal(printed.length, 1);
  assert.match(
    printed[0]!,
    /^Model: "sequential"\n┏━+┳━+┳━+┓\n┃ Layer \(type\) .*\n Non-trainable params: 0 \(0\.00 B\)$/s,
  );
});

test('long names widen the table, frozen weights are counted apart', () => {
  const dense = tf.layers.dense({ name: 'a-name-that-is-longer-than-a-column-is-wide', units: 3, inputShape: [4] });
  const model = tf.sequential({ name: 'wide', layers: [dense, tf.layers.dense({ units: 2 })] });
  dense.trainable = false;
  const lines = summarize(model).split('\n');
  assert.ok(lines[4]!.startsWith('│ a-name-that-is-longer-than-a-column-is-wide (Dense) │ (None, 3)'));
  assert.equal(new Set(lines.slice(1, 8).map((line) => line.length)).size, 1);
  assert.deepEqual(lines.slice(-3), [
    ' Total params: 23 (92.00 B)',
    ' Trainable params: 8 (32.00 B)',
    ' Non-trainable params: 15 (60.00 B)',
  ]);
});
