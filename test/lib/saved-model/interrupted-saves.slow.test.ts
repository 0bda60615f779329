import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { execa } from 'execa';
import { openSavedModel } from '../../../lib/saved-model/open.ts';
import { times } from '../../helpers/long.ts';
import { root } from '../../helpers/root.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-interrupted-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Saves again and again, as many times as asked; says each path. */
const program = `
  import { digitsModel } from '${root}/lib/model.ts';
  import { saveModel } from '${root}/lib/saved-model/save.ts';
  const [base, count] = process.argv.slice(1);
  const model = digitsModel();
  for (let i = 0; i < Number(count); i++) console.log(await saveModel(model, base, i % 2 ? { version: 1, overwrite: true } : {}));
`;
const args = (base: string, count: number) => ['--input-type=module-typescript', '-e', program, base, String(count)];

function versions(base: string): string[] {
  return readdirSync(base).filter((name) => /^\d+$/.test(name));
}

describe('a save that cannot end leaves no half version', () => {
  test('when the process is killed', async () => {
    const base = join(folder, 'killed');
    for (let n = 0; n < times(4, 100); n++) {
      const child = execa(process.execPath, args(base, 1e6), { reject: false, stdout: 'pipe', buffer: false });
      // Not before it saves, and then at any moment.
      await new Promise((resolve) => child.stdout.once('data', resolve));
      await new Promise((resolve) => setTimeout(resolve, (n * 37) % 90));
      child.kill('SIGKILL');
      await child;
      const found = versions(base);
      assert.ok(found.length > 0);
      for (const name of found) openSavedModel(join(base, name)).close();
      for (const name of found) if (Number(name) > 2) rmSync(join(base, name), { recursive: true });
    }
  });

  test('when a file can grow no further', { skip: process.platform === 'win32' }, async () => {
    const base = join(folder, 'limited');
    const command = 'ulimit -f 8; exec "$0" "$@"';
    const { exitCode, stderr } = await execa('bash', ['-c', command, process.execPath, ...args(base, 1)], {
      reject: false,
    });
    assert.notEqual(exitCode, 0);
    assert.match(stderr, /saveModel: cannot write to .*limited: .*Nothing was saved/);
    assert.deepEqual(readdirSync(base), []);
  });

  const small = join(folder, 'small-disk');
  mkdirSync(small);
  test('when the disk is full', { skip: process.getuid?.() !== 0 && 'mounting a small disk needs root' }, async (t) => {
    const mounted = await execa('mount', ['-t', 'tmpfs', '-o', 'size=40k', 'tmpfs', small], { reject: false });
    if (mounted.exitCode !== 0) return t.skip(`this system lets nobody mount a small disk: ${mounted.stderr}`);
    try {
      const base = join(small, 'models');
      const { exitCode, stderr } = await execa(process.execPath, args(base, 1), { reject: false });
      assert.notEqual(exitCode, 0);
      assert.match(stderr, /saveModel: cannot write to .*models: the disk is full \(ENOSPC\)\. Nothing was saved/);
      assert.deepEqual(existsSync(base) ? readdirSync(base) : [], []);
    } finally {
      await execa('umount', [small]);
    }
  });
});
