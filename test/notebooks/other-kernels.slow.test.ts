/**
 * Notebooks as they are written for other kernels, with real packages from their folder's node_modules: each of their cells has
 * to show what is stored in it. They are our own, since public ones need the network, a key or packages that we do not have.
 */
import assert from 'node:assert/strict';
import { copyFileSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { execa } from 'execa';
import { root } from '../helpers/root.ts';

describe('a notebook with real packages', () => {
  for (const kernel of ['tslab', 'deno', 'ijavascript'])
    test(`shows what it did for ${kernel}`, async (t) => {
      const name = `written-for-${kernel}.ipynb`;
      const folder = mkdtempSync(join(tmpdir(), 'typelab-notebook-'));
      t.after(() => rmSync(folder, { recursive: true, force: true }));
      copyFileSync(join(import.meta.dirname, name), join(folder, name));
      symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'), 'junction');
      const { exitCode, all } = await execa(process.execPath, [join(root, 'lab/main.ts'), 'run', name], {
        cwd: folder,
        // No kernel that happens to be installed here under one of these names.
        env: { JUPYTER_PATH: folder, JUPYTER_DATA_DIR: folder, TYPELAB_HISTORY: 'off' },
        all: true,
        reject: false,
      });
      assert.equal(exitCode, 0, all);
      assert.doesNotMatch(all, /differs/);
    });
});
