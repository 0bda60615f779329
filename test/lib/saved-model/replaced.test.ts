import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, utimesSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { execa } from 'execa';
import { digitsModel } from '../../../lib/model.ts';
import { openSavedModel } from '../../../lib/saved-model/open.ts';
import { savePlaces } from '../../../lib/saved-model/replaced.ts';
import { saveModel } from '../../../lib/saved-model/save.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-replaced-'));
after(() => rmSync(folder, { recursive: true }));
const model = digitsModel({ seed: 5 });

/** The names that a save has which died. */
async function leftBehind(base: string, version: string): Promise<{ aside: string; replaced: string }> {
  const { stdout: pid } = await execa(process.execPath, ['-p', 'process.pid']);
  const of = (path: string) => path.replace(`-${process.pid}@`, `-${pid}@`);
  const { aside, replaced } = savePlaces(base, version);
  return { aside: of(aside), replaced: of(replaced) };
}

describe('a save that died while it replaced a version', () => {
  test('leaves the version readable, and the next save puts it back', async () => {
    const base = join(folder, 'between');
    await saveModel(model, base);
    const path = await saveModel(model, base);
    const bytes = readFileSync(join(path, 'saved_model.pb'));
    const { aside, replaced } = await leftBehind(base, '2');
    renameSync(path, replaced);
    mkdirSync(aside);
    assert.deepEqual(openSavedModel(path).signatures, openSavedModel(replaced).signatures);

    // It counts as there, too.
    await assert.rejects(saveModel(model, base, { version: 2 }), { code: 'ALREADY_EXISTS' });
    assert.deepEqual(readdirSync(base).sort(), ['1', '2']);
    assert.deepEqual(readFileSync(join(path, 'saved_model.pb')), bytes);
    assert.equal(await saveModel(model, base), join(base, '3'));
  });

  test('after its end leaves only what the next save removes', async () => {
    const base = join(folder, 'after');
    await saveModel(model, base);
    mkdirSync((await leftBehind(base, '1')).replaced);
    await saveModel(model, base, { version: 1, overwrite: true });
    assert.deepEqual(readdirSync(base), ['1']);
  });

  test('what a living save and other machines are writing stays', async () => {
    const base = join(folder, 'living');
    await saveModel(model, base);
    const { aside } = savePlaces(base, '1');
    const elsewhere = aside.replace(/@.*/, '@another-machine');
    const longAgo = aside.replace(/@.*/, '@a-machine-of-yesterday');
    for (const path of [aside, elsewhere, longAgo]) mkdirSync(path);
    utimesSync(longAgo, new Date(Date.now() - 25 * 3_600_000), new Date(Date.now() - 25 * 3_600_000));
    assert.match(aside, new RegExp(`@${hostname().replace(/[^\w.-]/g, '_')}$`));
    await saveModel(model, base);
    assert.deepEqual([aside, elsewhere, longAgo].map(existsSync), [true, true, false]);
  });
});
