import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { tf } from '../../../lib/engine/index.ts';
import { digitsModel } from '../../../lib/model.ts';
import { loadSavedModel } from '../../../lib/saved-model/load.ts';
import type { ServableModel } from '../../../lib/saved-model/open.ts';
import { openInSteps, openSavedModel } from '../../../lib/saved-model/open.ts';
import { saveModel } from '../../../lib/saved-model/save.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-open-'));
after(() => rmSync(folder, { recursive: true }));
let path: string;
let model: ServableModel;
before(async () => {
  path = await saveModel(digitsModel({ seed: 2 }), join(folder, 'digits'));
  model = openSavedModel(path);
});

function images(...shape: number[]) {
  return {
    Conv1_input: { dtype: 'float32' as const, shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) },
  };
}

/** A copy with one file changed. */
function broken(name: string, file: string, change: (bytes: Buffer) => Uint8Array | undefined): string {
  const copy = join(folder, name);
  cpSync(path, copy, { recursive: true });
  const bytes = change(readFileSync(join(copy, file)));
  if (bytes) writeFileSync(join(copy, file), bytes);
  else rmSync(join(copy, file));
  return copy;
}

describe('openSavedModel', () => {
  test('tells what the model takes and gives', () => {
    assert.deepEqual(Object.keys(model.signatures).sort(), ['serve', 'serving_default']);
    assert.deepEqual(
      { ...model.signatures.serving_default?.inputs.Conv1_input },
      { name: 'serving_default_Conv1_input:0', dtype: 'float32', shape: [-1, 28, 28, 1] },
    );
    assert.deepEqual(
      { ...model.signatures.serving_default?.outputs.output_0 },
      { name: 'StatefulPartitionedCall:0', dtype: 'float32', shape: [-1, 10] },
    );
    assert.ok(model.signatureDefs.__saved_model_init_op, 'the init op is listed as the file has it');
  });

  test('images of the wrong rank or size are errors of the request, in the words of TensorFlow', () => {
    assert.throws(() => model.run('serving_default', images(1, 2)), {
      code: 'INVALID_ARGUMENT',
      message: /^convolution input must be 4-dimensional: \[1,2\]/,
    });
    assert.throws(() => model.run('serving_default', images(1, 28, 28, 3)), {
      message: /input depth must be evenly divisible by filter depth: 3 vs 1/,
    });
    assert.throws(() => model.run('serving_default', images(1, 14, 28, 1)), {
      code: 'INVALID_ARGUMENT',
      message: /In\[0\].*|Input to reshape/,
    });
    assert.throws(() => model.run('serving_default', images(1, 1, 28, 1)), {
      message: /Computed output size would be negative/,
    });
    assert.deepEqual(
      model.run('serving_default', images(2, 28, 28, 1)).output_0?.shape,
      [2, 10],
      'and the model goes on',
    );
  });

  test('an empty batch has an empty answer', () => {
    assert.deepEqual(model.run('serving_default', images(0, 28, 28, 1)).output_0, {
      dtype: 'float32',
      shape: [0, 10],
      data: new Float32Array(0),
    });
  });

  test('missing and unknown inputs, outputs and signatures are named', () => {
    assert.throws(() => model.run('serving_default', {}), {
      message:
        'input size does not match signature: 0!=1 len({}) != len({Conv1_input}). Sent extra: {}. Missing but required: {Conv1_input}.',
    });
    assert.throws(() => model.run('serving_default', images(1, 28, 28, 1), ['z']), {
      message: 'output tensor alias not found in signature: z Outputs expected to be in the set {output_0}.',
    });
    assert.throws(() => model.run('other', {}), { message: 'Serving signature key "other" not found.' });
    const integers = { Conv1_input: { dtype: 'int32' as const, shape: [1, 28, 28, 1], data: new Int32Array(784) } };
    assert.throws(() => model.run('serving_default', integers), /Expects arg\[0\] to be float but int32 is provided/);
  });

  test('missing, cut off and changed files are errors with the file and the reason', () => {
    assert.throws(() => openSavedModel(join(folder, 'nowhere')), {
      code: 'NOT_FOUND',
      message: /Could not find SavedModel .*nowhere/,
    });
    assert.throws(() => openSavedModel(join(folder, 'digits')), /The versions are below it, e\.g\. .*digits\/1/);
    assert.throws(() => openSavedModel(path, { tags: ['train'] }), /supplied tags: \{ train \}.*It has: \{ serve \}/);
    const cut = broken('cut', 'saved_model.pb', (bytes) => bytes.subarray(0, 1000));
    assert.throws(() => openSavedModel(cut), { code: 'DATA_LOSS', message: /cut\/saved_model\.pb: truncated/ });
    const index = broken('index', 'variables/variables.index', (bytes) => bytes.subarray(0, 60));
    assert.throws(() => openSavedModel(index), { code: 'DATA_LOSS', message: /variables\.index: / });
    const data = broken('data', 'variables/variables.data-00000-of-00001', () => undefined);
    assert.throws(() => openSavedModel(data), /variables\.data-00000-of-00001: .*does not exist/);
    const flipped = broken('flip', 'variables/variables.data-00000-of-00001', (bytes) => bytes.fill(1, 100, 101));
    assert.throws(() => openSavedModel(flipped), /Checksum does not match/);
  });

  test('opens in steps, a variable each, and may be given up between them', () => {
    const steps = openInSteps(path);
    let count = 0;
    let opened: ServableModel | undefined;
    while (!opened) {
      const { done, value } = steps.next();
      if (done) opened = value;
      count++;
    }
    assert.ok(count > 4, `${count} steps for 4 variables`);
    assert.deepEqual(
      opened.run('serving_default', images(1, 28, 28, 1)),
      model.run('serving_default', images(1, 28, 28, 1)),
    );
    opened.close();
    const files = () => readdirSync('/proc/self/fd').length;
    const before = process.platform === 'linux' ? files() : 0;
    const given = openInSteps(path);
    for (let i = 0; i < 4; i++) assert.equal(given.next().done, false);
    given.return(model);
    if (process.platform === 'linux') assert.equal(files(), before);
  });

  test('thousands of requests take no more memory', () => {
    const backend = tf.backend() as unknown as { numDataIds(): number };
    const before = backend.numDataIds();
    for (let i = 0; i < 200; i++) model.run('serving_default', images(2, 28, 28, 1));
    for (let i = 0; i < 20; i++) assert.throws(() => model.run('serving_default', images(1, 14, 28, 1)));
    assert.equal(backend.numDataIds(), before);
  });

  test('closing frees the weights, and a closed model says so', () => {
    const backend = tf.backend() as unknown as { numDataIds(): number };
    const before = backend.numDataIds();
    const other = openSavedModel(path);
    other.run('serving_default', images(1, 28, 28, 1));
    assert.ok(backend.numDataIds() > before);
    other.close();
    other.close();
    assert.equal(backend.numDataIds(), before);
    assert.throws(() => other.run('serving_default', images(1, 28, 28, 1)), /is closed/);
  });
});

describe('loadSavedModel', () => {
  test('takes tensors, typed arrays and nested arrays, and gives tensors', async () => {
    const loaded = await loadSavedModel(path);
    const x = tf.randomUniform([2, 28, 28, 1], 0, 1, 'float32', 3);
    const expected = await (digitsModel({ seed: 2 }).predict(x) as tf.Tensor).array();
    for (const input of [x, { Conv1_input: x }, x.arraySync()]) {
      const { output_0 } = await loaded.predict(input);
      tf.test_util.expectArraysClose((await output_0?.array()) as number[][], expected as number[][], 1e-6);
    }
    await assert.rejects(
      loaded.predict(x, { signature: 'nope' }),
      /has no signature "nope"; it has: serve, serving_default/,
    );
    await assert.rejects(loaded.predict([['a']]), /takes numbers \(float32\), but holds "a"/);
    loaded.close();
  });
});
