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
  digits: 1e-5,
  convnet: 1e-5,
  sequences: 1e-5,
  merges: 1e-5,
  text: 1e-5,
  lstm: 1e-5,
  gru: 1e-5,
  attention: 1e-5,
  mobilenet: 1e-5,
  arithmetic: 1e-5,
  halves: 1e-6,
  control: 1e-6,
  strings: 1e-6,
  tables: 0,
  vectorized: 1e-6,
  half_plus_two: 1e-6,
  examples: 0,
  counter: 0,
  state: 0,
};

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
        for (const key of name === 'counter' || name === 'state' ? [] : Object.keys(outputs)) {
          assert.equal(difference(model.run(signature, inputs, [key])[key], outputs[key]!, tolerance), undefined, key);
        }
      }
      model.close();
      assert.equal(backend.numDataIds(), empty);
    });
  }
});
