import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { compileStep } from '../../../../../lib/engine/embedded/plan/step.ts';
import { tf } from '../../../../../lib/engine/index.ts';
import { tfjsStep } from '../../../../../lib/tfjs-step.ts';
import { assertClose, type Random, random } from '../oracle.ts';

type Images = tf.Tensor4D;
type Data = { images: Images; labels: tf.Tensor1D };

const { layers } = tf;

/** RMSProp and Adam divide by the root of what may be nearly zero; the large ε keeps the last bits of it out of the comparison. */
const OPTIMIZERS: Record<string, () => tf.Optimizer> = {
  Adam: () => tf.train.adam(0.01),
  'gradient descent': () => tf.train.sgd(0.1),
  momentum: () => tf.train.momentum(0.05, 0.8),
  'momentum, Nesterov': () => tf.train.momentum(0.05, 0.8, true),
  RMSProp: () => tf.train.rmsprop(0.01, 0.85, 0, 1e-3),
  'RMSProp with momentum': () => tf.train.rmsprop(0.01, 0.85, 0.7, 1e-3),
};

/** A random chain of convolutions, poolings and dense layers over small images; the same seed gives the same network and weights. */
function network(
  seed: number,
  optimizer: () => tf.Optimizer = OPTIMIZERS.Adam!,
): { model: tf.Sequential; data: Data; batches: Int32Array[] } {
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
      model.add(
        layers.maxPooling2d({ poolSize: pick([2, 3]), strides: pick([1, 2]), padding: pick(['valid', 'same']) }),
      );
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
  compile(model, optimizer());
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

function compile(model: tf.LayersModel, optimizer: tf.Optimizer = tf.train.adam(0.01)): void {
  model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
}

function weightsOf(model: tf.LayersModel): number[] {
  return model.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
}

test('the plan trains random networks by every optimizer as tfjs does on the cpu backend, step by step', async () => {
  const optimizers = Object.entries(OPTIMIZERS);
  for (let seed = 1; seed <= 48; seed++) {
    const [name, optimizer] = optimizers[seed % optimizers.length]!;
    const { model, data, batches } = network(seed, optimizer);
    const step = compileStep(model, data, 9);
    assert.ok(step, `seed ${seed} is a network that the plan knows`);
    const got = batches.map((batch) => step.run(batch));
    step.finishEpoch();
    step.dispose();
    const trained = weightsOf(model);
    const what = `seed ${seed}, ${name}, ${model.layers.map((layer) => layer.getClassName())}`;
    tf.setBackend('cpu');
    const oracle = network(seed, optimizer);
    const expected = [];
    for (const batch of batches) expected.push(await tfjsStep(oracle.model, oracle.data).run(batch));
    const untrained = weightsOf(network(seed, optimizer).model);
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

test('large images go through the convolutions a few at a time, with the same results', async () => {
  const { floats, integer } = random(1);
  const make = () => {
    const model = tf.sequential({
      layers: [
        layers.conv2d({ inputShape: [48, 48, 1], filters: 24, kernelSize: 3, activation: 'relu' }),
        layers.maxPooling2d({ poolSize: 2 }),
        layers.conv2d({ filters: 8, kernelSize: 3, padding: 'same', activation: 'relu' }),
        layers.conv2d({ filters: 6, kernelSize: 2, strides: 2 }),
        layers.maxPooling2d({ poolSize: 3, strides: 2 }),
        layers.flatten(),
        layers.dense({ units: 3, activation: 'softmax' }),
      ],
    });
    compile(model, tf.train.sgd(0.1));
    return model;
  };
  const weights = (make().getWeights() as tf.Tensor[]).map((weight) => ({
    values: floats(weight.size).map((value) => value / 4),
    shape: weight.shape,
  }));
  const values = floats(9 * 48 * 48);
  const classes = Array.from({ length: 9 }, () => integer(0, 2));
  const prepare = () => {
    const model = make();
    model.setWeights(weights.map((weight) => tf.tensor(weight.values, weight.shape)));
    return { model, data: { images: tf.tensor4d(values, [9, 48, 48, 1]), labels: tf.tensor1d(classes, 'int32') } };
  };
  const batches = [Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8), Int32Array.of(3, 8, 1, 0, 6, 2)];
  const { model, data } = prepare();
  const step = compileStep(model, data, 9)!;
  const got = batches.map((batch) => step.run(batch).loss);
  step.finishEpoch();
  step.dispose();
  const trained = weightsOf(model);
  tf.setBackend('cpu');
  const oracle = prepare();
  const own = tfjsStep(oracle.model, oracle.data);
  const expected = [];
  for (const batch of batches) expected.push((await own.run(batch)).loss);
  assertClose(got, expected, 2e-4, 'losses');
  assertClose(trained, weightsOf(oracle.model), 2e-4, 'weights');
  tf.setBackend('wasm');
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

for (const [name, optimizer] of Object.entries(OPTIMIZERS)) {
  test(`${name}: tfjs goes on where the plan stopped, and the plan where tfjs stopped`, async () => {
    const [one, two] = [network(3, optimizer), network(3, optimizer)];
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
    const [mine, theirs] = await Promise.all([one, two].map(({ model }) => model.optimizer.getWeights()));
    // Their names end in the variables' numbers, which differ.
    assert.deepEqual(
      mine!.map(({ tensor }) => tensor.shape),
      theirs!.map(({ tensor }) => tensor.shape),
    );
  });
}

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

test('a step leaves no tensors and no memory behind, one that an interrupt left half done neither', async () => {
  const { model, data, batches } = network(8);
  const steps: WeakRef<object>[] = [];
  const once = (abandon: boolean) => {
    const step = compileStep(model, data, 9)!;
    steps.push(new WeakRef(step));
    for (const batch of batches) step.run(batch);
    step.finishEpoch();
    if (!abandon) step.dispose();
  };
  once(false);
  const before = tf.memory().numTensors;
  for (let i = 0; i < 100; i++) once(false);
  assert.equal(tf.memory().numTensors, before);
  for (let i = 0; i < 100; i++) once(true);
  assert.equal(tf.memory().numTensors, before + 100);
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  for (let tries = 0; tf.memory().numTensors > before && tries < 100; tries++) {
    gc();
    await setTimeout(10);
  }
  assert.equal(tf.memory().numTensors, before);
  assert.deepEqual(
    steps.filter((step) => step.deref()),
    [],
  );
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
    'no softmax at the end': () => chain(layers.flatten(), layers.dense({ units: 3 })),
    'a dense layer over more than one axis': () => chain(layers.dense({ units: 3 }), layers.flatten(), softmax()),
    'another optimizer': () => {
      const model = chain(layers.flatten(), softmax());
      model.compile({ optimizer: 'adamax', loss: 'sparseCategoricalCrossentropy' });
      return model;
    },
    'RMSProp, centred': () => {
      const model = chain(layers.flatten(), softmax());
      model.compile({ optimizer: tf.train.rmsprop(0.01, 0.9, 0, 1e-7, true), loss: 'sparseCategoricalCrossentropy' });
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
