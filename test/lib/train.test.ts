import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Digits } from '../../lib/digits.ts';
import { tf } from '../../lib/engine/index.ts';
import { evaluate } from '../../lib/evaluate.ts';
import { digitsModel } from '../../lib/model.ts';
import { type TrainOptions, train } from '../../lib/train.ts';
import { record, times } from '../helpers/long.ts';
import { few } from './few.ts';

const { train: data, test: held } = await few(1280);
const quiet = { epochs: 2, progress: false };

function weightsOf(model: tf.LayersModel): number[] {
  return model.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
}

test('it learns: two times through 1,280 images give more than 80 % on images never seen', async () => {
  const model = digitsModel();
  const before = await evaluate(model, held);
  const { history } = await train(model, data, { epochs: 5, progress: false });
  const after = await evaluate(model, held);
  assert.ok(before.accuracy < 0.3, `before ${before.accuracy}`);
  assert.ok(after.accuracy > 0.8, `after ${after.accuracy}`);
  assert.ok(after.loss < before.loss / 2);
  assert.ok(history.loss.every((loss, i) => i === 0 || loss < history.loss[i - 1]!));
});

test('the history tells each epoch, and validation where it was asked for', async () => {
  const history = await train(digitsModel(), data, { ...quiet, validation: held });
  assert.deepEqual(history.epoch, [0, 1]);
  assert.deepEqual(Object.keys(history.history), ['loss', 'accuracy', 'val_loss', 'val_accuracy']);
  assert.ok(Object.values(history.history).every((values) => values!.length === 2 && values!.every(Number.isFinite)));
  assert.deepEqual(history.params, { epochs: 2, batchSize: 32, steps: 40, samples: 1280 });
  const shown = (history as unknown as Record<symbol, () => Record<string, string>>)[Symbol.for('Jupyter.display')]!();
  assert.match(shown['text/plain']!, /^epoch +loss +accuracy +val_loss +val_accuracy\n +1 +\d\.\d{4}/);
  assert.match(shown['text/html']!, /^<table>.*<th>val_accuracy<\/th>/);
  assert.deepEqual(Object.keys(JSON.parse(JSON.stringify(history))), ['epoch', 'history', 'params']);
});

test('validation at the end of an epoch is what evaluate says of the trained model', async () => {
  const model = digitsModel();
  const { history } = await train(model, data, { ...quiet, validation: held });
  const { loss, accuracy } = await evaluate(model, held);
  assert.deepEqual([history.val_loss![1], history.val_accuracy![1]], [loss, accuracy]);
});

test('the same seed gives the same training, another seed another', async () => {
  const run = async (seed: number) => {
    const model = digitsModel({ seed: 3 });
    const { history } = await train(model, data, { ...quiet, seed });
    return { weights: weightsOf(model), history };
  };
  const [one, again, other] = [await run(1), await run(1), await run(2)];
  assert.deepEqual(again, one);
  assert.notDeepEqual(other.history.loss, one.history.loss);
});

test('it goes on: two trainings of one epoch keep the optimizer’s state, as in Keras', async () => {
  const model = digitsModel();
  await train(model, data, { epochs: 1, progress: false });
  const { iterations } = model.optimizer;
  await train(model, data, { epochs: 1, progress: false });
  assert.deepEqual([iterations, model.optimizer.iterations], [40, 80]);
});

test('a last batch that is not full counts by its images', async () => {
  const odd: Digits = { images: data.images.slice([0], [70]), labels: data.labels.slice([0], [70]) };
  // A rate of zero changes nothing, so the mean over the batches is the mean over the images.
  const model = digitsModel();
  const { history, params } = await train(model, odd, { epochs: 1, progress: false, optimizer: tf.train.adam(0) });
  const { loss, accuracy } = await evaluate(model, odd);
  assert.equal(params.steps, 3);
  assert.ok(Math.abs(history.loss[0]! - loss) < 1e-5);
  assert.equal(history.accuracy[0], accuracy);
});

test('training leaves no tensors behind', async () => {
  const model = digitsModel();
  await train(model, data, quiet);
  const before = tf.memory().numTensors;
  await train(model, data, { ...quiet, validation: held });
  assert.equal(tf.memory().numTensors, before);
  model.dispose();
  const all = tf.memory().numTensors;
  const next = digitsModel();
  await train(next, data, quiet);
  next.dispose();
  assert.equal(tf.memory().numTensors, all);
});

test('a model that the plan does not know is trained by tfjs: any layer, optimizer and loss', async () => {
  const model = tf.sequential({
    layers: [
      tf.layers.flatten({ inputShape: [28, 28, 1] }),
      tf.layers.dropout({ rate: 0.1, seed: 1 }),
      tf.layers.dense({ units: 10, activation: 'softmax' }),
    ],
  });
  await train(model, data, { ...quiet, optimizer: 'rmsprop' });
  const before = tf.memory().numTensors;
  await train(model, data, quiet);
  assert.equal(tf.memory().numTensors, before);
  assert.ok((await evaluate(model, held)).accuracy > 0.7);
});

test('a user’s own compile and fit take the int32 labels, as in Keras', async () => {
  const model = digitsModel();
  model.compile({ optimizer: 'adam', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
  const { history } = await model.fit(data.images, data.labels, { epochs: 1, verbose: 0 });
  assert.ok((history.acc![0] as number) > 0.4);
});

test('the event loop gets its turns while it trains', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 5);
  await train(digitsModel(), data, { ...quiet, epochs: 20 });
  clearInterval(timer);
  assert.ok(turns >= 1);
});

describe('bad input is said before anything is computed', () => {
  const cut = (change: Partial<Digits>): Digits => ({ ...data, ...change });
  const withLabel = (label: number) => {
    const labels = data.labels.dataSync().slice();
    labels[7] = label;
    return cut({ labels: tf.tensor1d(labels, 'int32') });
  };
  const disposed = data.images.clone();
  disposed.dispose();
  const cases: [string, Digits, TrainOptions, RegExp][] = [
    ['fewer labels than images', cut({ labels: data.labels.slice([0], [9]) }), {}, /1280 images but 9 labels/],
    [
      'one-hot labels',
      cut({ labels: tf.oneHot(data.labels, 10) as never }),
      {},
      /labels have shape \[1280,10\]; expected \[1280\]/,
    ],
    [
      'images without their channel',
      cut({ images: data.images.squeeze([3]) as never }),
      {},
      /\[1280,28,28\], but the model takes \[n, 28, 28, 1\]\. .*expandDims\(-1\)/,
    ],
    [
      'images of another size',
      cut({ images: tf.zeros([1280, 32, 32, 1]) as never }),
      {},
      /\[1280,32,32,1\], but the model takes/,
    ],
    ['a label out of range', withLabel(10), {}, /label 7 is 10; the model has 10 classes, so labels are 0 … 9/],
    ['a negative label', withLabel(-1), {}, /label 7 is -1/],
    [
      'no images at all',
      { images: tf.zeros([0, 28, 28, 1]) as never, labels: tf.zeros([0], 'int32') as never },
      {},
      /is empty/,
    ],
    [
      'arrays instead of tensors',
      { images: [[0]], labels: [1] } as never,
      {},
      /is no \{ images, labels \} with two tensors/,
    ],
    ['disposed tensors', cut({ images: disposed }), {}, /was disposed of/],
    ['no epochs', data, { epochs: 0 }, /epochs is 0; expected a whole number from 1/],
    ['half an epoch', data, { epochs: 1.5 }, /epochs is 1\.5/],
    ['an empty batch', data, { batchSize: 0 }, /batchSize is 0/],
    [
      'bad validation',
      data,
      { validation: cut({ labels: data.labels.slice([0], [9]) }) },
      /the validation data: 1280 images but 9 labels/,
    ],
  ];
  for (const [name, bad, options, message] of cases) {
    test(name, () => assert.rejects(train(digitsModel(), bad, { progress: false, ...options }), message));
  }

  test('a loss that is not a number ends the training with advice', async () => {
    const model = digitsModel();
    const images = tf.fill([64, 28, 28, 1], Number.NaN) as Digits['images'];
    const bad = { images, labels: data.labels.slice([0], [64]) } as Digits;
    const message = /the loss became NaN in epoch 1, step 2\. Try a smaller learning rate .*NaN in the images/;
    await assert.rejects(train(model, bad, { progress: false }), message);
  });
});

const TRAININGS = times(6, 100);

test(`memory does not grow over ${TRAININGS} trainings, compiled and by tfjs in turn`, async () => {
  const { memory } = (tf.backend() as unknown as { wasm: { asm: { memory: WebAssembly.Memory } } }).wasm.asm;
  const once = async (i: number) => {
    const model = digitsModel();
    // The compiled step does not know Adamax.
    await train(model, data, { ...quiet, optimizer: i % 2 === 0 ? 'adam' : tf.train.adamax(0.001) });
    model.optimizer.dispose();
    model.dispose();
  };
  await once(0);
  await once(1);
  const before = [tf.memory().numTensors, tf.memory().numBytes, memory.buffer.byteLength];
  for (let i = 0; i < TRAININGS; i++) await once(i);
  const after = [tf.memory().numTensors, tf.memory().numBytes, memory.buffer.byteLength];
  assert.deepEqual(after, before);
  record(
    `${TRAININGS} trainings in one process`,
    `${after[0]} tensors and ${after[2]} bytes of WebAssembly before and after`,
  );
});
