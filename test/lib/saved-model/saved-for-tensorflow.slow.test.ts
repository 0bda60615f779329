import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { tf } from '../../../lib/engine/index.ts';
import { digitsModel } from '../../../lib/model.ts';
import { openSavedModel } from '../../../lib/saved-model/open.ts';
import { saveModel } from '../../../lib/saved-model/save.ts';
import { python, withoutPython } from '../../helpers/python.ts';
import { layerModels, randomise } from './layer-models.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-for-tf-'));
after(() => rmSync(folder, { recursive: true }));
const models: Record<string, () => tf.LayersModel> = { digits: () => digitsModel({ seed: 4 }), ...layerModels };
const expected = new Map<string, tf.Tensor[]>();

describe('TensorFlow answers as tfjs does with the models that we save', { skip: withoutPython }, () => {
  before(async () => {
    for (const [name, make] of Object.entries(models)) await save(name, make());
    await promisify(execFile)(python as string, [
      join(import.meta.dirname, 'load_models.py'),
      folder,
      ...Object.keys(models),
    ]);
  });

  for (const name of Object.keys(models)) {
    test(`${name}: tf.saved_model.load, TFSMLayer, the TF1 loader and our own`, () => {
      const answers = JSON.parse(readFileSync(join(folder, name, 'answers.json'), 'utf8'));
      assert.equal(answers.error, undefined);
      const io = JSON.parse(readFileSync(join(folder, name, 'io.json'), 'utf8'));
      const ways =
        Object.keys(io.inputs).length === 1
          ? ['serving_default', 'serve', 'TFSMLayer', 'TF1 loader']
          : ['serving_default', 'serve', 'TF1 loader'];
      assert.deepEqual(Object.keys(answers), ways);
      for (const [way, answer] of Object.entries({ ...answers, typelab: ours(io) }))
        check(`${name} by ${way}`, name, answer as Answer);
    });
  }
});

type Answer = Record<string, { shape: number[]; values: number[] }>;
type Io = { path: string; inputs: Record<string, { shape: number[]; dtype: string; values: number[] }> };

async function save(name: string, model: tf.LayersModel): Promise<void> {
  randomise(model);
  const inputs = model.inputs.map(({ shape, dtype }, i) => {
    const size = [3, ...shape.slice(1).map((dim) => dim ?? 5)];
    return dtype === 'int32' ? tf.randomUniform(size, 0, 9, 'int32', i) : tf.randomUniform(size, -1, 1, 'float32', i);
  });
  expected.set(name, [model.predict(inputs.length === 1 ? inputs[0]! : inputs)].flat());
  const path = await saveModel(model, join(folder, name));
  const named = model.inputs.map(({ name: key }, i) => {
    const { shape, dtype } = inputs[i]!;
    return [key.replace(/[^A-Za-z0-9_]/g, '_'), { shape, dtype, values: Array.from(inputs[i]!.dataSync()) }];
  });
  mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, name, 'io.json'), JSON.stringify({ path, inputs: Object.fromEntries(named) }));
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

function check(who: string, name: string, answer: Answer): void {
  const tensors = expected.get(name)!;
  assert.deepEqual(Object.keys(answer).sort(), tensors.map((_, i) => `output_${i}`).sort(), who);
  tensors.forEach((tensor, i) => {
    const { shape, values } = answer[`output_${i}`]!;
    assert.deepEqual(shape, tensor.shape, `${who}, output ${i}`);
    const gap = (tensor.dataSync() as Float32Array).reduce(
      (max, value, at) => Math.max(max, Math.abs(value - values[at]!)),
      0,
    );
    assert.ok(gap <= 1e-5, `${who}, output ${i} differs by ${gap}`);
  });
}
