import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { tf } from '../../../lib/engine/index.ts';
import { digitsModel } from '../../../lib/model.ts';
import { openSavedModel } from '../../../lib/saved-model/open.ts';
import { type SaveOptions, saveModel } from '../../../lib/saved-model/save.ts';
import { readModelText } from './model-text.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-save-'));
after(() => rmSync(folder, { recursive: true }));
const model = digitsModel({ seed: 5 });

describe('saveModel', () => {
  test('versions count up from the highest, and only numbers count', async () => {
    const base = join(folder, 'versions', 'deeper');
    assert.equal(await saveModel(model, base), join(base, '1'));
    mkdirSync(join(base, '7x'));
    assert.equal(await saveModel(model, base, { version: 41 }), join(base, '41'));
    assert.equal(await saveModel(model, base), join(base, '42'));
    assert.deepEqual(readdirSync(base).sort(), ['1', '41', '42', '7x']);
    assert.deepEqual(readdirSync(join(base, '1')).sort(), ['assets', 'saved_model.pb', 'variables']);
  });

  test('saved at the same time, each gets its own version', async () => {
    const base = join(folder, 'together');
    const paths = await Promise.all([1, 2, 3, 4].map(() => saveModel(model, base)));
    assert.equal(new Set(paths).size, 4);
  });

  test('an existing version is refused, naming overwrite, and replaced with it', async () => {
    const base = join(folder, 'existing');
    await saveModel(model, base, { version: 3 });
    const before = readFileSync(join(base, '3/variables/variables.data-00000-of-00001'));
    await assert.rejects(saveModel(model, base, { version: 3 }), {
      code: 'ALREADY_EXISTS',
      message: /3 exists\. Pass \{ version: 3, overwrite: true \}/,
    });
    await saveModel(digitsModel({ seed: 6 }), base, { version: 3, overwrite: true });
    assert.notDeepEqual(readFileSync(join(base, '3/variables/variables.data-00000-of-00001')), before);
    assert.deepEqual(readdirSync(base), ['3']);
  });

  test('an empty base path, a file in the way and a bad version are refused before anything is written', async () => {
    const file = join(folder, 'a-file');
    writeFileSync(file, '');
    await assert.rejects(saveModel(model, ' '), /the base path is " "/);
    await assert.rejects(saveModel(model, join(file, 'model')), /a-file is a file/);
    for (const version of [-1, 1.5, Number.NaN])
      await assert.rejects(saveModel(model, join(folder, 'v'), { version }), /expected a whole number/);
    assert.equal(existsSync(join(folder, 'v')), false);
  });

  test('wrong signatures, labels, warm-up requests and assets are refused before anything is written', async () => {
    const base = join(folder, 'wrong-options');
    const wrong: [SaveOptions, RegExp][] = [
      [
        { signatures: { top: { method: 'classify', labels: ['a'] } } },
        /signature "top": it has 1 labels for 10 classes/,
      ],
      [{ signatures: { one: { method: 'regress' } } }, /signature "one": the output to regress by has shape \[,10\]/],
      [
        { signatures: { part: { method: 'predict', outputs: { y: 'nowhere' } } } },
        /"nowhere" is no output and no layer; there are: output_0/,
      ],
      [{ signatures: { odd: { method: 'guess' } as never } }, /signature "odd": its method is "guess"/],
      [{ signatures: { 'a b': { method: 'regress' } } }, /signature "a b": its name may have letters/],
      [{ warmup: [[1, 2]] }, /warm-up input "Conv1_input" has the shape \[2\], the model takes \[\?,28,28,1\]/],
      [{ warmup: [{ other: 1 }] }, /a warm-up request lacks the input "Conv1_input"/],
      [{ assets: { '../up': Buffer.alloc(1) } }, /the asset "\.\.\/up" is no plain file name/],
      [{ assets: { words: join(folder, 'no-such-file') } }, /the asset "words" cannot be read: ENOENT/],
    ];
    for (const [options, message] of wrong) await assert.rejects(saveModel(model, base, options), { message });
    assert.equal(existsSync(base), false);
  });

  test('a layer that cannot be saved is named, and nothing is written', async () => {
    const base = join(folder, 'unsaveable');
    const odd = tf.sequential({ layers: [new Odd({ inputShape: [4, 2], name: 'my_layer' })] });
    await assert.rejects(saveModel(odd, base), {
      code: 'UNIMPLEMENTED',
      message: /layer "my_layer" \(Odd\).*Nothing was written/,
    });
    const first = tf.sequential({
      layers: [
        tf.layers.conv2d({
          inputShape: [2, 8, 8],
          filters: 1,
          kernelSize: 3,
          dataFormat: 'channelsFirst',
          activation: 'softmax',
          name: 'odd',
        }),
      ],
    });
    await assert.rejects(saveModel(first, base), /layer "odd" \(Conv2D\): softmax cannot be saved with channels first/);
    const causal = tf.sequential({
      layers: [
        tf.layers.conv1d({ inputShape: [8, 2], filters: 1, kernelSize: 3, padding: 'causal' as 'same', name: 'past' }),
      ],
    });
    await assert.rejects(saveModel(causal, base), /layer "past" \(Conv1D\): its padding is "causal"/);
    const turned = tf.sequential({
      layers: [
        tf.layers.conv1d({
          inputShape: [2, 8],
          filters: 1,
          kernelSize: 3,
          dataFormat: 'channelsFirst',
          name: 'turned',
        }),
      ],
    });
    await assert.rejects(
      saveModel(turned, base),
      /layer "turned" \(Conv1D\): its option dataFormat is "channelsFirst"/,
    );
    const stateful = tf.sequential({
      layers: [tf.layers.lstm({ units: 2, batchInputShape: [1, 4, 2], stateful: true, name: 'memory' })],
    });
    await assert.rejects(saveModel(stateful, base), /layer "memory" \(LSTM\): it is stateful/);
    const masked = tf.sequential({
      layers: [
        tf.layers.embedding({ inputDim: 5, outputDim: 2, inputLength: 4, maskZero: true }),
        tf.layers.lstm({ units: 2 }),
        tf.layers.repeatVector({ n: 4 }),
        tf.layers.lstm({ units: 2, name: 'decoder' }),
      ],
    });
    await assert.rejects(saveModel(masked, base), /layer "decoder" \(LSTM\): its input has no mask, but another layer/);
    await assert.rejects(saveModel({} as tf.LayersModel, base), /neither a LayersModel of tfjs/);
    assert.equal(existsSync(base), false);
  });

  test('the same model gives the same bytes, and the graph is the one in golden/digits.txt', async () => {
    const text = readModelText(await saveModel(model, join(folder, 'golden')));
    assert.equal(readModelText(await saveModel(model, join(folder, 'golden'))), text);
    const golden = join(import.meta.dirname, 'golden', 'digits.txt');
    if (process.env.UPDATE_GOLDEN) writeFileSync(golden, text);
    assert.equal(text, readFileSync(golden, 'utf8'));
  });

  test('what was saved, we read again with the same answers, for any batch', async () => {
    const saved = openSavedModel(await saveModel(model, join(folder, 'again')));
    for (const count of [1, 7]) {
      const x = tf.randomUniform([count, 28, 28, 1], 0, 1, 'float32', count);
      const expected = (model.predict(x) as tf.Tensor).dataSync();
      const { output_0 } = saved.run('serving_default', {
        Conv1_input: { dtype: 'float32', shape: x.shape, data: x.dataSync() as Float32Array },
      });
      assert.deepEqual(output_0?.shape, [count, 10]);
      const gap = Math.max(...expected.map((value, i) => Math.abs(value - (output_0?.data[i] as number))));
      assert.ok(gap <= 1e-6, `differs by ${gap}`);
    }
    saved.close();
  });
});

/** A layer of one's own, as tfjs lets people write them. */
class Odd extends tf.layers.Layer {
  static className = 'Odd';

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] {
    return inputs;
  }
}
