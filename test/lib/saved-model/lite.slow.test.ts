import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { tf } from '../../../lib/engine/index.ts';
import { ModelError } from '../../../lib/saved-model/error.ts';
import { openSavedModel } from '../../../lib/saved-model/open.ts';
import type { HostTensor } from '../../../lib/saved-model/value.ts';
import { python, withoutPython } from '../../helpers/python.ts';
import { seededRandom } from '../../helpers/random.ts';

import { difference, readCases } from './cases.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-lite-'));
after(() => rmSync(folder, { recursive: true }));

/** What lite_models.py makes, and how far floats may be apart, relative to numbers above 1. */
const MODELS: Record<string, number> = {
  digits: 1e-5,
  halves: 1e-5,
  convnet: 1e-5,
  mobilenet: 1e-4,
  mobilenet_v3: 1e-4,
  transformer: 1e-5,
  arithmetic: 1e-5,
  pictures: 1e-5,
  recurrent: 1e-5,
  branches: 1e-6,
  // The interpreter rounds what goes into a layer to eight bits too; we round only the weights, as they are stored.
  small_weights: 0.02,
};

describe('TensorFlow Lite models answer in ours as in TensorFlow’s interpreter', { skip: withoutPython }, () => {
  before(() =>
    promisify(execFile)(python as string, [join(import.meta.dirname, 'lite_models.py'), folder], {
      maxBuffer: 2 ** 26,
    }),
  );

  for (const [name, tolerance] of Object.entries(MODELS)) {
    test(`${name}: every signature and output, and nothing stays on the device`, () => {
      const backend = tf.backend() as unknown as { numDataIds(): number };
      const empty = backend.numDataIds();
      const model = openSavedModel(join(folder, name));
      const cases = readCases(join(folder, name));
      assert.ok(cases.length > 0);
      for (const { signature, inputs, outputs } of cases) {
        const answer = model.run(signature, inputs);
        assert.deepEqual(Object.keys(answer).sort(), Object.keys(outputs).sort());
        for (const [key, expected] of Object.entries(outputs))
          assert.equal(difference(answer[key], expected, tolerance), undefined, `${signature}, ${key}`);
      }
      model.close();
      assert.equal(backend.numDataIds(), empty);
    });
  }

  test('integers: a model of eight bits throughout answers the same integers, to one step', () => {
    const model = openSavedModel(join(folder, 'integers', 'model.tflite'));
    const [{ signature, inputs, outputs }] = readCases(join(folder, 'integers')) as [ReturnType<typeof readCases>[0]];
    const answer = model.run(signature, inputs);
    for (const [key, expected] of Object.entries(outputs)) {
      assert.equal(answer[key]?.dtype, 'int8');
      const gaps = Array.from(expected.data as Int8Array, (x, i) => Math.abs(x - Number(answer[key]?.data[i])));
      assert.ok(Math.max(...gaps) <= 1, `${gaps}`);
    }
    model.close();
  });

  test('without signatures the tensors’ names are the keys, as in TF Serving without the number of the output', () => {
    const { signatures } = openSavedModel(join(folder, 'unsigned'));
    const [[input], [output]] = ['inputs', 'outputs'].map((side) =>
      Object.entries(signatures.serving_default?.[side as 'inputs'] ?? {}).map(([key, { name }]) => [key, name]),
    ) as [string[][], string[][]];
    assert.match(String(input), /^(serving_default_[^:]*),\1:0$/);
    assert.match(String(output), /^(StatefulPartitionedCall[^:]*),\1:\d$/);
  });

  test('an operator that is not supported is an error that names it', () => {
    assert.throws(() => openSavedModel(join(folder, 'unsupported')), {
      name: 'ModelError',
      code: 'UNIMPLEMENTED',
      message:
        /model\.tflite: signature "serving_default" cannot run: ops that are not supported: FlexMatrixDeterminant \(/,
    });
  });

  test('800 mutations of a file are answered, or refused as corrupt: no crash, no endless loop', () => {
    const good = readFileSync(join(folder, 'digits', 'model.tflite'));
    const image: HostTensor = { dtype: 'float32', shape: [1, 28, 28, 1], data: new Float32Array(784) };
    const random = seededRandom(20261125);
    // The weights are most of the file and any bytes are good there: nine of ten changes go elsewhere.
    const structure = [...good.keys()].filter((at) => at < 2_000 || at > good.length - 4_000);
    for (let round = 0; round < 800; round++) {
      const bad = Buffer.from(good.subarray(0, random() < 0.1 ? Math.floor(random() * good.length) : good.length));
      for (let n = 0; n < 1 + 3 * random(); n++) {
        const at =
          random() < 0.1 ? Math.floor(random() * good.length) : structure[Math.floor(random() * structure.length)]!;
        if (at < bad.length) bad[at] = Math.floor(random() * 256);
      }
      const file = join(folder, 'bad.tflite');
      writeFileSync(file, bad);
      try {
        const model = openSavedModel(file);
        try {
          const [input] = Object.keys(model.signatures.serving_default?.inputs ?? {});
          model.run('serving_default', { [input ?? '']: image });
        } finally {
          model.close();
        }
      } catch (error) {
        if (!(error instanceof ModelError)) throw error;
      }
    }
  });
});
