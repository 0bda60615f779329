import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { execa } from 'execa';
import { python, withoutPython } from '../helpers/python.ts';
import { root } from '../helpers/root.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-show-'));
after(() => rmSync(folder, { recursive: true }));
const models = ['counter', 'many_tags', 'tables', 'half_inputs'];

describe('typelab show prints what saved_model_cli show prints', { skip: withoutPython }, () => {
  before(() => execa(python!, [join(root, 'test/lib/saved-model/write_models.py'), folder, ...models]));

  for (const name of models) {
    test(`${name}: tag sets, and with --all signatures, dtypes, shapes and ops`, async () => {
      for (const flags of [[], ['--all']]) {
        const [ours, theirs] = await Promise.all([typelab(name, flags), saved_model_cli(name, flags)]);
        assert.deepEqual(ours, theirs, flags.join());
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

async function typelab(name: string, flags: string[]): Promise<string[]> {
  const { stdout } = await execa(process.execPath, [join(root, 'lab/main.ts'), 'show', join(folder, name), ...flags]);
  return lines(stdout).filter((line) => !line.startsWith('Of these,'));
}

async function saved_model_cli(name: string, flags: string[]): Promise<string[]> {
  const program = join(root, '.venv/bin/saved_model_cli');
  const { stdout } = await execa(program, ['show', '--dir', join(folder, name), ...flags]);
  const all = lines(stdout);
  // It goes on with the Python functions of the object graph, which no server calls.
  const end = all.indexOf('Concrete Functions:');
  return (end < 0 ? all : all.slice(0, end)).join('\n').trimEnd().split('\n');
}

/** A set of Python comes in any order. */
function lines(text: string): string[] {
  const sorted = (line: string) =>
    line.replace(/\{(.*)\}$/, (_, list: string) => `{${list.split(', ').sort().join(', ')}}`);
  return text.split('\n').map((line) => sorted(line.trimEnd()));
}
