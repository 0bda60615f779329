import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { execa } from 'execa';
import type { Digits } from '../../lib/digits.ts';
import { compileStep } from '../../lib/engine/embedded/plan/step.ts';
import { tf } from '../../lib/engine/index.ts';
import { evaluate } from '../../lib/evaluate.ts';
import { digitsModel } from '../../lib/model.ts';
import { summarize } from '../../lib/summary.ts';
import { python, withoutPython } from '../helpers/python.ts';
import { few } from './few.ts';

type Keras = {
  summary: string;
  before: [loss: number, accuracy: number];
  after: [loss: number, accuracy: number];
  history: { loss: number[]; accuracy: number[] };
  weights: number[];
};

describe('Keras, with the same weights and images', { skip: withoutPython }, async () => {
  if (!python) return;
  const { test: data } = await few(500);
  const model = digitsModel();
  const keras = await askKeras(model, data);

  test('prints the same summary', () => assert.equal(summarize(model).trimEnd(), keras.summary.trimEnd()));

  test('evaluates to the same loss and accuracy', async () => {
    const { loss, accuracy } = await evaluate(model, data);
    assert.ok(Math.abs(loss - keras.before[0]) < 1e-5, `${loss}, Keras ${keras.before[0]}`);
    assert.equal(Math.fround(accuracy), Math.fround(keras.before[1]));
  });

  test('goes the same way in 48 steps of Adam', async () => {
    // Keras adds ε to √v before v is corrected, tfjs after. With a tiny ε both are the same formula.
    const optimizer = tf.train.adam(0.001, 0.9, 0.999, 1e-12);
    model.compile({ optimizer, loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] });
    const step = compileStep(model, data, 32)!;
    const losses: number[] = [];
    for (let epoch = 0; epoch < 3; epoch++) {
      let loss = 0;
      for (let from = 0; from < 500; from += 32) {
        const size = Math.min(32, 500 - from);
        loss += step.run(Int32Array.from({ length: size }, (_, i) => from + i)).loss;
      }
      losses.push(loss / 500);
    }
    step.finishEpoch();
    step.dispose();
    for (const [i, loss] of losses.entries()) {
      assert.ok(Math.abs(loss - keras.history.loss[i]!) < 1e-4, `epoch ${i}: ${loss}, Keras ${keras.history.loss[i]}`);
    }
    const after = await evaluate(model, data);
    assert.ok(Math.abs(after.loss - keras.after[0]) < 1e-4, `${after.loss}, Keras ${keras.after[0]}`);
    const weights = model.getWeights().flatMap((weight) => Array.from(weight.dataSync()));
    const far = weights.filter((value, i) => Math.abs(value - keras.weights[i]!) > 1e-4).length;
    assert.ok(far < weights.length / 1000, `${far} of ${weights.length} weights differ by more than 1e-4`);
  });
});

async function askKeras(model: tf.LayersModel, { images, labels }: Digits): Promise<Keras> {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-keras-'));
  try {
    writeFileSync(join(folder, 'images.bin'), images.dataSync());
    writeFileSync(join(folder, 'labels.bin'), labels.dataSync());
    for (const [i, weight] of model.getWeights().entries())
      writeFileSync(join(folder, `weights-${i}.bin`), weight.dataSync());
    const { stdout } = await execa(python!, [join(import.meta.dirname, 'keras-digits.py'), folder]);
    return JSON.parse(stdout.split('\n').at(-1)!);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
