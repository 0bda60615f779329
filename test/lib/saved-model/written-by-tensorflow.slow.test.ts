import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { tf } from '../../../lib/engine/index.ts';
import { openSavedModel } from '../../../lib/saved-model/open.ts';
import { python, withoutPython } from '../../helpers/python.ts';
import { difference, readCases } from './cases.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-by-tf-'));
after(() => rmSync(folder, { recursive: true }));

/** What write_models.py makes, and how far floats may be apart, relative to numbers above 1. */
const MODELS: Record<string, number> = {
  ...within(
    1e-5,
    'digits convnet sequences merges keras_in_a_module read_letters trained_in_place text lstm gru attention mobilenet arithmetic stacked_lstm masked_text encoder_decoder',
    'volumes autoencoder activations normalisations dilated depthwise pictures wide_and_deep bags_of_words transformer',
    'endpoints tf1_loop tf1_cond tf1_keras_phase tf1_dense_of_any_rank partitioned sharded classifier tf1_convnet loops branches nested_functions gathers shapes',
    'normalised_volumes reductions algebra complexes small_integers sparse_features big_state python_arguments',
  ),
  ...within(1e-4, 'efficientnet resnet densenet images'),
  ...within(
    1e-5,
    'quantized negative_volumes turned transformed colours boxes fake_quantized seeds sparse_rows feature_columns own_generator',
    'training_graph letters picture_files wide_numbers arrays next_words',
  ),
  ...within(1e-4, 'sound sizes linear_algebra'),
  // Of 11 and of 8 bits; TensorFlow adds up in another order.
  ...within(2e-3, 'mixed_halves'),
  ...within(1e-2, 'mixed_brain'),
  ...within(1e-6, 'halves half_inputs control strings more_strings vectorized half_plus_two bytes_and_bits'),
  ...within(0, 'written_numbers broken_characters printed'),
  ...within(1e-12, 'doubles'),
  ...within(
    0,
    'tf1_vocabulary written_as_text crossed_features one_example sound_files learnt_tables tables int64_tables examples counter state many_tags',
  ),
};
/** They remember what was asked: every question counts. */
const STATEFUL = ['counter', 'state', 'big_state', 'turned', 'own_generator', 'trained_in_place'];

function within(tolerance: number, ...names: string[]): Record<string, number> {
  return Object.fromEntries(names.flatMap((list) => list.split(' ')).map((name) => [name, tolerance]));
}

function inSteps<T>(run: Generator<void, T>): [steps: number, result: T] {
  for (let steps = 0; ; steps++) {
    const { done, value } = run.next();
    if (done) return [steps, value];
  }
}

describe('models that TensorFlow wrote answer in ours as in TensorFlow', { skip: withoutPython }, () => {
  before(() =>
    promisify(execFile)(
      python as string,
      [join(import.meta.dirname, 'write_models.py'), folder, ...Object.keys(MODELS)],
      { maxBuffer: 2 ** 26 },
    ),
  );

  for (const [name, tolerance] of Object.entries(MODELS)) {
    test(`${name}: every output, integers and strings exactly, and nothing stays on the device`, () => {
      const backend = tf.backend() as unknown as { numDataIds(): number };
      const empty = backend.numDataIds();
      const model = openSavedModel(join(folder, name));
      assert.deepEqual(Object.entries(model.problems), []);
      const cases = readCases(join(folder, name));
      assert.ok(cases.length > 0);
      for (const { signature, inputs, outputs } of cases) {
        const answer = model.run(signature, inputs);
        assert.deepEqual(Object.keys(answer).sort(), Object.keys(outputs).sort());
        for (const [key, expected] of Object.entries(outputs)) {
          assert.equal(difference(answer[key], expected, tolerance), undefined, `${signature}, ${key}`);
        }
        // Each output alone is a plan of its own; TensorFlow prunes what it does not need.
        for (const key of STATEFUL.includes(name) ? [] : Object.keys(outputs)) {
          assert.equal(difference(model.run(signature, inputs, [key])[key], outputs[key]!, tolerance), undefined, key);
        }
        if (STATEFUL.includes(name)) continue;
        // In steps the answer is the same; and what is given up half-way leaves nothing behind.
        const [steps, paced] = inSteps(model.begin(signature, inputs));
        for (const [key, expected] of Object.entries(outputs)) {
          assert.equal(difference(paced[key], expected, tolerance), undefined, `${signature}, ${key}, in steps`);
        }
        const half = model.begin(signature, inputs);
        for (let i = 0; i < steps / 2; i++) half.next();
        half.return({});
      }
      model.close();
      assert.equal(backend.numDataIds(), empty);
    });
  }
});
