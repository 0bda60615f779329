import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { execa } from 'execa';
import { digitsModel } from '../../../lib/model.ts';
import { openSavedModel } from '../../../lib/saved-model/open.ts';
import { saveModel } from '../../../lib/saved-model/save.ts';
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
      // The version that is being replaced is always there to be read, wherever the save died.
      openSavedModel(join(base, '1')).close();
      for (const name of found) openSavedModel(join(base, name)).close();
      await saveModel(digitsModel(), base);
      assert.deepEqual(readdirSync(base), versions(base), 'the next save removes what the killed one left');
      assert.ok(versions(base).includes('1'));
      for (const name of versions(base)) if (Number(name) > 2) rmSync(join(base, name), { recursive: true });
    }
  });

  test('when the folder may only be read', async (t) => {
    const base = join(folder, 'read-only');
    await saveModel(digitsModel(), base);
    chmodSync(base, 0o555);
    try {
      // Root may write everywhere, so it becomes somebody else.
      const nobody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
      chmodSync(folder, 0o755);
      const result = await execa(process.execPath, args(base, 1), { reject: false, ...nobody });
      if (result.stderr.includes('EACCES: permission denied, open') && nobody.uid)
        return t.skip('the sources lie where only root may read them');
      assert.notEqual(result.exitCode, 0);
      assert.match(result.stderr, /saveModel: cannot write to .*read-only: you have no permission .*Nothing was saved/);
      assert.deepEqual(readdirSync(base), ['1']);
    } finally {
      chmodSync(base, 0o755);
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
