import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { tf } from '../../../lib/engine/index.ts';
import { digitsModel } from '../../../lib/model.ts';
import { openSavedModel } from '../../../lib/saved-model/open.ts';
import { type SaveOptions, saveModel } from '../../../lib/saved-model/save.ts';
import { python, withoutPython } from '../../helpers/python.ts';
import { graphModels } from './graph-models.ts';
import { layerModels, randomise } from './layer-models.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-for-tf-'));
after(() => rmSync(folder, { recursive: true }));
const models: Record<string, () => tf.LayersModel> = { digits: () => digitsModel({ seed: 4 }), ...layerModels };
const expected = new Map<string, tf.Tensor[]>();

/** With ops that TensorFlow Lite's converter takes, but its interpreter in Python cannot run (Selu, MaxPool3D …). */
const CONVERTED_ONLY = ['activations', 'volumes'];

describe('TensorFlow answers as tfjs does with the models that we save', { skip: withoutPython }, () => {
  before(async () => {
    for (const [name, make] of Object.entries(models)) await saveLayers(name, make());
    for (const [name, make] of Object.entries(graphModels)) await save(name, await make());
    await saveWithEverything();
    await promisify(execFile)(python as string, [
      join(import.meta.dirname, 'load_models.py'),
      folder,
      ...Object.keys(models),
      ...Object.keys(graphModels),
      'everything',
    ]);
  });

  for (const name of [...Object.keys(models), ...Object.keys(graphModels)]) {
    test(`${name}: tf.saved_model.load, TFSMLayer, the TF1 loader, TensorFlow Lite and our own`, () => {
      const { 'warm-up': records, ...answers } = readAnswers(name);
      const io = JSON.parse(readFileSync(join(folder, name, 'io.json'), 'utf8'));
      const one = Object.keys(io.inputs).length === 1 ? ['TFSMLayer'] : [];
      assert.deepEqual(Object.keys(answers), ['serving_default', 'serve', ...one, 'TF1 loader', 'TensorFlow Lite']);
      assert.deepEqual(records, []);
      if (CONVERTED_ONLY.includes(name)) {
        assert.deepEqual(answers['TensorFlow Lite'], {});
        delete answers['TensorFlow Lite'];
      }
      for (const [way, answer] of Object.entries({ ...answers, typelab: ours(io) }))
        check(`${name} by ${way}`, expected.get(name)!, answer as Answer);
    });
  }

  test('more signatures: chosen outputs, classes with labels, a number for each example', () => {
    const answers = readAnswers('everything');
    const [scores, hidden, price] = expected.get('everything')!;
    for (const way of ['tf.saved_model.load', 'the TF1 loader']) {
      checkOne(`features by ${way}`, hidden!, answers[`features by ${way}`]!.hidden!);
      const { classes, scores: given } = answers[`classify by ${way}`]!;
      checkOne(`classify by ${way}`, scores!, given!);
      assert.deepEqual(classes, { shape: [3, 2], values: ['no', 'yes', 'no', 'yes', 'no', 'yes'] });
      checkOne(`regress by ${way}`, price!, answers[`regress by ${way}`]!.outputs!);
    }
  });

  test('warm-up requests are PredictionLogs that TensorFlow Serving reads', () => {
    const records = readAnswers('everything')['warm-up'] as unknown as Answer[];
    assert.deepEqual(
      records.map((record) => record.x),
      [
        { shape: [1, 4], values: [1, 2, 3, 4] },
        { shape: [2, 4], values: [0, 0, 0, 0, 1, 1, 1, 1] },
      ],
    );
  });
});

function readAnswers(name: string): Record<string, Answer> {
  const answers = JSON.parse(readFileSync(join(folder, name, 'answers.json'), 'utf8'));
  assert.equal(answers.error, undefined);
  return answers;
}

async function saveWithEverything(): Promise<void> {
  const x = tf.input({ shape: [4], name: 'x' });
  const hidden = tf.layers.dense({ units: 3, activation: 'relu', name: 'hidden' }).apply(x) as tf.SymbolicTensor;
  const scores = tf.layers.dense({ units: 2, activation: 'softmax' }).apply(hidden) as tf.SymbolicTensor;
  const price = tf.layers.dense({ units: 1, name: 'price' }).apply(hidden) as tf.SymbolicTensor;
  const model = tf.model({ inputs: x, outputs: [scores, price] });
  randomise(model);
  const io = await save('everything', model, {
    signatures: {
      features: { method: 'predict', outputs: { hidden: 'hidden' } },
      classify: { method: 'classify', labels: ['no', 'yes'] },
      regress: { method: 'regress', output: 'price' },
    },
    warmup: [
      tf.tensor2d([[1, 2, 3, 4]]),
      {
        x: [
          [0, 0, 0, 0],
          [1, 1, 1, 1],
        ],
      },
    ],
    assets: { 'labels.txt': Buffer.from('no\nyes\n') },
  });
  const signatures = { features: 'predict', classify: 'classify', regress: 'regress' };
  writeFileSync(join(folder, 'everything', 'io.json'), JSON.stringify({ ...io, signatures }));
  assert.equal(readFileSync(join(io.path, 'assets/labels.txt'), 'utf8'), 'no\nyes\n');
  const input = tf.tensor(io.inputs.x!.values, io.inputs.x!.shape);
  const inner = tf.model({ inputs: x, outputs: [scores, hidden, price] });
  expected.set('everything', inner.predict(input) as tf.Tensor[]);
}

type Answer = Record<string, { shape: number[]; values: number[] }>;
type Io = { path: string; inputs: Record<string, { shape: number[]; dtype: string; values: number[] }> };

async function saveLayers(name: string, model: tf.LayersModel): Promise<void> {
  randomise(model);
  await save(name, model);
}

/** Saves, and writes down what to ask; what tfjs answers is kept. */
async function save(name: string, model: tf.LayersModel | tf.GraphModel, options: SaveOptions = {}): Promise<Io> {
  const inputs = model.inputs.map(({ shape, dtype }, i) => {
    const size = [3, ...shape!.slice(1).map((dim) => dim ?? 5)];
    return dtype === 'int32' ? tf.randomUniform(size, 0, 9, 'int32', i) : tf.randomUniform(size, -1, 1, 'float32', i);
  });
  const named = model.inputs.map(({ name: key }, i) => {
    const { shape, dtype } = inputs[i]!;
    return [key.replace(/[^A-Za-z0-9_]/g, '_'), { shape, dtype, values: Array.from(inputs[i]!.dataSync()) }];
  });
  const answer =
    model instanceof tf.GraphModel
      ? model.executeAsync(Object.fromEntries(model.inputs.map(({ name: key }, i) => [key, inputs[i]!])))
      : (model as tf.LayersModel).predict(inputs.length === 1 ? inputs[0]! : inputs);
  expected.set(name, [await answer].flat() as tf.Tensor[]);
  const path = await saveModel(model, join(folder, name), options);
  const io = { path, inputs: Object.fromEntries(named) };
  writeFileSync(join(folder, name, 'io.json'), JSON.stringify(io));
  return io;
}

function ours({ path, inputs }: Io): Answer {
  const model = openSavedModel(path);
  const feeds = Object.entries(inputs).map(([key, { shape, dtype, values }]) => {
    const data = dtype === 'int32' ? Int32Array.from(values) : Float32Array.from(values);
    return [key, { dtype: dtype as 'float32', shape, data }] as const;
  });
  const outputs = model.run('serving_default', Object.fromEntries(feeds));
  model.close();
  return Object.fromEntries(
    Object.entries(outputs).map(([key, { shape, data }]) => [key, { shape, values: [...(data as Float32Array)] }]),
  );
}

function check(who: string, tensors: tf.Tensor[], answer: Answer): void {
  assert.deepEqual(Object.keys(answer).sort(), tensors.map((_, i) => `output_${i}`).sort(), who);
  tensors.forEach((tensor, i) => {
    checkOne(`${who}, output ${i}`, tensor, answer[`output_${i}`]!);
  });
}

function checkOne(who: string, tensor: tf.Tensor, { shape, values }: Answer[string]): void {
  assert.deepEqual(shape, tensor.shape, who);
  const gap = (tensor.dataSync() as Float32Array).reduce(
    (max, value, at) => Math.max(max, Math.abs(value - values[at]!)),
    0,
  );
  assert.ok(gap <= 1e-5, `${who} differs by ${gap}`);
}
