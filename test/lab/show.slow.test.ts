import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { execa } from 'execa';
import { digitsModel } from '../../lib/model.ts';
import { saveModel } from '../../lib/saved-model/save.ts';
import { python, withoutPython } from '../helpers/python.ts';
import { root } from '../helpers/root.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-show-'));
after(() => rmSync(folder, { recursive: true }));
const models = 'counter many_tags tables half_inputs nested_functions python_arguments digits ours'.split(' ');

describe('typelab show prints what saved_model_cli show prints', { skip: withoutPython }, () => {
  before(async () => {
    const written = models.filter((name) => name !== 'ours');
    await execa(python!, [join(root, 'test/lib/saved-model/write_models.py'), folder, ...written]);
    renameSync(await saveModel(digitsModel(), join(folder, 'saved')), join(folder, 'ours'));
    await execa(python!, [join(import.meta.dirname, 'show_models.py'), folder, ...models]);
  });

  for (const name of models) {
    test(`${name}: tag sets, and with --all signatures, dtypes, shapes, ops and functions`, async () => {
      for (const [flags, file] of [
        [[], 'show.txt'],
        [['--all'], 'show-all.txt'],
      ] as const) {
        const theirs = lines(readFileSync(join(folder, name, file), 'utf8').trimEnd());
        assert.deepEqual(options(await typelab(name, flags)), options(theirs), file);
      }
    });
  }

  test('a folder without a model is an error that says so', async () => {
    const { exitCode, stderr } = await execa(process.execPath, [join(root, 'lab/main.ts'), 'show', folder], {
      reject: false,
    });
    assert.equal(exitCode, 1);
    assert.match(stderr, /Could not find SavedModel/);
  });
});

async function typelab(name: string, flags: readonly string[]): Promise<string[]> {
  const { stdout } = await execa(process.execPath, [join(root, 'lab/main.ts'), 'show', join(folder, name), ...flags]);
  return lines(stdout.trimEnd()).filter((line) => !line.startsWith('Of these,'));
}

/** How a function may be called: in any order, by a counter of the Python process. */
function options(all: string[]): string[] {
  const [head, ...rest] = all.join('\n').split(/^ {4}Option #\d+$/m);
  return [head!, ...rest.map((part) => part.trim()).sort()];
}

/** A set of Python comes in any order. */
function lines(text: string): string[] {
  const sorted = (line: string) =>
    line.replace(/\{(.*)\}$/, (_, list: string) => `{${list.split(', ').sort().join(', ')}}`);
  return text.split('\n').map((line) => sorted(line.trimEnd()));
}
