import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { execa } from 'execa';
import { root } from '../helpers/root.ts';

test('the sources have no type errors', async () => {
  // Not node_modules/.bin/tsc: tslab's fork of TypeScript 5 puts itself there.
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const { exitCode, all } = await execa(process.execPath, [tsc, '-p', root, '--pretty', 'false'], {
    all: true,
    reject: false,
  });
  assert.equal(exitCode, 0, all);
});
