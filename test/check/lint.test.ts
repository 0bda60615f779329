import assert from 'node:assert/strict';
import { test } from 'node:test';
import { execa } from 'execa';
import { root } from '../helpers/root.ts';

test('the sources are formatted and lint finds nothing (npm run format mends most)', async () => {
  const { exitCode, all } = await execa('biome', ['check', '--error-on-warnings'], {
    cwd: root,
    preferLocal: true,
    all: true,
    reject: false,
  });
  assert.equal(exitCode, 0, all);
});
