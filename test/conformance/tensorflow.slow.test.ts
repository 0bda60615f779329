import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { execa } from 'execa';
import { digitsModel, loadMnist, loadSavedModel, saveModel, type tf, train } from '../../lib/index.ts';
import { python, withoutPython } from '../helpers/python.ts';
import { root } from '../helpers/root.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-tensorflow-'));
after(() => rmSync(folder, { recursive: true }));

describe('TensorFlow loads what saveModel wrote', { skip: withoutPython }, () => {
  test('its three loaders and ours agree with the trained model on 1,000 test images', async () => {
    const mnist = await loadMnist();
    const model = digitsModel();
    const some = { images: mnist.train.images.slice([0], [6400]), labels: mnist.train.labels.slice([0], [6400]) };
    await train(model, some, { epochs: 1, progress: false });
    const exported = await saveModel(model, join(folder, 'digits'));
    const images = mnist.test.images.slice([0], [1000]);
    writeFileSync(join(folder, 'images.f32'), images.dataSync());
    const expected = (model.predict(images) as tf.Tensor).dataSync() as Float32Array;
    assert.ok(Math.max(...expected) > 0.9, 'the model has learnt something');

    const served = await loadSavedModel(exported);
    const ours = Object.values(await served.predict(images))[0]!.dataSync() as Float32Array;
    assertClose(ours, expected, 'loadSavedModel');
    served.close();

    await execa(python!, [join(root, 'test/conformance/load_saved_model.py'), exported, folder]);
    for (const loader of ['saved_model_load', 'tfsm_layer', 'tf1_loader'])
      assertClose(read(join(folder, `${loader}.f32`)), expected, loader);
  });
});

function read(path: string): Float32Array {
  const bytes = readFileSync(path);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function assertClose(actual: Float32Array, expected: Float32Array, who: string): void {
  assert.equal(actual.length, expected.length, who);
  const difference = expected.reduce((max, value, i) => Math.max(max, Math.abs(value - actual[i]!)), 0);
  assert.ok(difference <= 1e-5, `${who} differs by ${difference}`);
}
