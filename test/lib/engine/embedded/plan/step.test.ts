import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { compileStep } from '../../../../../lib/engine/embedded/plan/step.ts';
import { tf } from '../../../../../lib/engine/index.ts';
import { tfjsStep } from '../../../../../lib/tfjs-step.ts';
import { assertClose, type Random, random } from '../oracle.ts';

type Images = tf.Tensor4D;
type Data = { images: Images; labels: tf.Tensor1D };

const { layers } = tf;

/** A random chain of convolutions, poolings and dense layers over small images; the same seed gives the same network and weights. */
function network(seed: number): { model: tf.Sequential; data: Data; batches: Int32Array[] } {
  const { integer, pick, floats } = random(seed);
  const [height, width, channels, classes] = [integer(7, 12), integer(7, 12), integer(1, 5), integer(2, 7)];
  const start = () => tf.initializers.glorotUniform({ seed: integer(1, 1e6) });
  const model = tf.sequential();
  model.add(layers.inputLayer({ inputShape: [height, width, channels] }));
  for (let i = integer(0, 2); i > 0; i--) {
    model.add(
      layers.conv2d({
        filters: integer(1, 11),
        kernelSize: [integer(1, 3), integer(1, 3)],
        strides: [integer(1, 2), integer(1, 2)],
        padding: pick(['valid', 'same']),
        activation: pick(['relu', 'linear']),
        useBias: pick([true, false]),
        kernelInitializer: start(),
      }),
    );
    const [, rows, columns] = model.outputShape as number[];
    if (pick([true, false]) && rows! > 3 && columns! > 3)
      model.add(layers.maxPooling2d({ poolSize: pick([2, 3]), strides: pick([1, 2]) }));
  }
  model.add(layers.flatten());
  for (let i = integer(0, 2); i > 0; i--) {
    model.add(
      layers.dense({
        units: integer(1, 30),
        activation: pick(['relu', 'linear']),
        useBias: pick([true, false]),
        kernelInitializer: start(),
      }),
    );
  }
  model.add(layers.dense({ units: classes, activation: 'softmax', kernelInitializer: start() }));
  compile(model);
  const count = 23;
  const images = tf.tensor4d(floats(count * height * width * channels), [count, height, width, channels]);
  const labels = tf.tensor1d(
    Array.from({ length: count }, () => integer(0, classes - 1)),
    'int32',
  );
  return { model, data: { images, labels }, batches: batchesOf(count, integer(3, 9), { integer } as Random) };
}

function batchesOf(count: number, size: number, { integer }: Random): Int32Array[] {
  return Array.from({ length: 4 }, () =>
    Int32Array.from({ length: size - integer(0, 2) }, () => integer(0, count - 1)),
  );
}

function compile(model: tf.LayersModel): void {
  model.compile({ optimizer: tf.train.adam(0.01), loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
}

function weightsOf(model: tf.LayersModel): number[] {
  return model.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
}

test('the plan trains random networks as tfjs does on the cpu backend, step by step', async () => {
  for (let seed = 1; seed <= 40; seed++) {
    const { model, data, batches } = network(seed);
    const step = compileStep(model, data, 9);
    assert.ok(step, `seed ${seed} is a network that the plan knows`);
    const got = batches.map((batch) => step.run(batch));
    step.finishEpoch();
    step.dispose();
    const trained = weightsOf(model);
    const what = `seed ${seed}, ${model.layers.map((layer) => layer.getClassName())}`;
    tf.setBackend('cpu');
    const oracle = network(seed);
    const expected = [];
    for (const batch of batches) expected.push(await tfjsStep(oracle.model, oracle.data).run(batch));
    const untrained = weightsOf(network(seed).model);
    const losses = (steps: { loss: number }[]) => steps.map(({ loss }) => loss);
    assertClose(losses(got), losses(expected), 2e-4, `${what}: losses`);
    // Equal probabilities differ in their last bit, so one image may count otherwise.
    for (const [i, { correct }] of got.entries()) assert.ok(Math.abs(correct - expected[i]!.correct) < 1.001, what);
    // Adam divides by the root of what may be nearly zero, so a few weights drift by a part of the rate, 0.01.
    assertClose(trained, weightsOf(oracle.model), 2e-3, `${what}: weights`);
    assert.ok(trained.some((value, i) => Math.abs(value - untrained[i]!) > 5e-3));
    tf.setBackend('wasm');
  }
});

test('the plan’s gradient is the slope of the loss', () => {
  const { model, data } = network(12);
  // Plain gradient descent shows the gradient: the first moment after one step is a tenth of it.
  const step = compileStep(model, data, 23)!;
  const all = Int32Array.from({ length: 23 }, (_, i) => i);
  const before = model.getWeights().map((weight) => weight.clone());
  step.run(all);
  step.finishEpoch();
  const { accumulatedFirstMoment } = model.optimizer as unknown as {
    accumulatedFirstMoment: { variable: tf.Tensor }[];
  };
  const gradients = accumulatedFirstMoment.map(({ variable }) => variable.dataSync().map((value) => value * 10));
  step.dispose();
  const loss = (layer: number, i: number, by: number) => {
    const shifted = before.map((weight, l) => {
      const values = weight.dataSync();
      if (l === layer) values[i]! += by;
      return tf.tensor(values, weight.shape);
    });
    model.setWeights(shifted);
    const probe = compileStep(model, data, 23)!;
    const { loss: sum } = probe.run(all);
    probe.dispose();
    return sum / 23;
  };
  for (const [layer, gradient] of gradients.entries()) {
    const i = Math.floor(gradient.length / 2);
    const slope = (loss(layer, i, 0.01) - loss(layer, i, -0.01)) / 0.02;
    assert.ok(Math.abs(slope - gradient[i]!) < 2e-3, `weights ${layer}: slope ${slope}, gradient ${gradient[i]}`);
  }
});

test('tfjs goes on where the plan stopped, and the plan where tfjs stopped', async () => {
  const [one, two] = [network(3), network(3)];
  const [first, second] = one.batches as [Int32Array, Int32Array];
  const planned = compileStep(one.model, one.data, 9)!;
  planned.run(first);
  planned.finishEpoch();
  planned.dispose();
  await tfjsStep(one.model, one.data).run(second);
  await tfjsStep(two.model, two.data).run(first);
  const after = compileStep(two.model, two.data, 9)!;
  after.run(second);
  after.finishEpoch();
  after.dispose();
  assertClose(weightsOf(one.model), weightsOf(two.model), 1e-3, 'weights');
  assert.equal(one.model.optimizer.iterations, two.model.optimizer.iterations);
});

test('predictions see the trained weights at once, also through the cached kernels of tfjs WASM', () => {
  const { model, data, batches } = network(5);
  const before = (model.predict(data.images) as tf.Tensor).dataSync();
  const step = compileStep(model, data, 9)!;
  for (const batch of batches) step.run(batch);
  step.finishEpoch();
  step.dispose();
  const after = (model.predict(data.images) as tf.Tensor).dataSync();
  assert.ok(before.some((value, i) => Math.abs(value - after[i]!) > 1e-3));
  const fresh = network(5).model;
  fresh.setWeights(model.getWeights());
  assertClose(after, (fresh.predict(data.images) as tf.Tensor).dataSync(), 1e-6, 'a fresh model with these weights');
});

test('a step leaves no tensors and no memory behind', () => {
  const { model, data, batches } = network(8);
  const { memory } = (
    (tf.backend() as unknown as BackendWasm).wasm as unknown as { asm: { memory: WebAssembly.Memory } }
  ).asm;
  const once = () => {
    const step = compileStep(model, data, 9)!;
    for (const batch of batches) step.run(batch);
    step.finishEpoch();
    step.dispose();
  };
  once();
  const [tensors, bytes] = [tf.memory().numTensors, memory.buffer.byteLength];
  for (let i = 0; i < 200; i++) once();
  assert.deepEqual([tf.memory().numTensors, memory.buffer.byteLength], [tensors, bytes]);
});

describe('tfjs trains what the plan does not know', () => {
  const data = { images: tf.zeros([4, 6, 6, 1]) as Images, labels: tf.zeros([4], 'int32') as tf.Tensor1D };
  const softmax = () => layers.dense({ units: 3, activation: 'softmax' });
  const chain = (...inner: tf.layers.Layer[]) => {
    const model = tf.sequential();
    model.add(layers.inputLayer({ inputShape: [6, 6, 1] }));
    for (const layer of inner) model.add(layer);
    compile(model);
    return model;
  };
  const frozen = layers.dense({ units: 4 });
  frozen.trainable = false;
  const cases: Record<string, () => tf.LayersModel> = {
    dropout: () => chain(layers.flatten(), layers.dropout({ rate: 0.5 }), softmax()),
    'a regularizer': () => chain(layers.flatten(), layers.dense({ units: 4, kernelRegularizer: 'l1l2' }), softmax()),
    'a constraint': () => chain(layers.flatten(), layers.dense({ units: 4, kernelConstraint: 'nonNeg' }), softmax()),
    'a frozen layer': () => chain(layers.flatten(), frozen, softmax()),
    'another activation': () => chain(layers.flatten(), layers.dense({ units: 4, activation: 'tanh' }), softmax()),
    'a dilated convolution': () =>
      chain(layers.conv2d({ filters: 2, kernelSize: 2, dilationRate: 2 }), layers.flatten(), softmax()),
    'pooling with padding': () =>
      chain(layers.maxPooling2d({ poolSize: 3, padding: 'same' }), layers.flatten(), softmax()),
    'no softmax at the end': () => chain(layers.flatten(), layers.dense({ units: 3 })),
    'a dense layer over more than one axis': () => chain(layers.dense({ units: 3 }), layers.flatten(), softmax()),
    'another optimizer': () => {
      const model = chain(layers.flatten(), softmax());
      model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy' });
      return model;
    },
    'another loss': () => {
      const model = chain(layers.flatten(), softmax());
      model.compile({ optimizer: 'adam', loss: 'meanSquaredError' });
      return model;
    },
    'a functional model': () => {
      const input = tf.input({ shape: [6, 6, 1] });
      const model = tf.model({
        inputs: input,
        outputs: softmax().apply(layers.flatten().apply(input)) as tf.SymbolicTensor,
      });
      compile(model);
      return model;
    },
  };
  for (const [name, make] of Object.entries(cases)) {
    test(name, () => assert.equal(compileStep(make(), data, 2), undefined));
  }
});
