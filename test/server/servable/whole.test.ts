import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { isWhole } from '../../../server/src/servable/whole.ts';

test('a folder is picked up when its files are all there and have come to rest', () => {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-whole-'));
  const soon = () => Date.now() + 500;
  assert.equal(isWhole(folder), false, 'empty');
  mkdirSync(join(folder, 'variables'));
  writeFileSync(join(folder, 'variables', 'variables.data-00000-of-00002'), 'x');
  assert.equal(isWhole(folder, soon()), false, 'no saved_model.pb');
  writeFileSync(join(folder, 'saved_model.pb'), 'x');
  assert.equal(isWhole(folder, soon()), false, 'no index');
  writeFileSync(join(folder, 'variables', 'variables.index'), 'x');
  assert.equal(isWhole(folder, soon()), false, 'a shard is missing');
  writeFileSync(join(folder, 'variables', 'variables.data-00001-of-00002'), 'x');
  assert.equal(isWhole(folder, soon()), true);
  // Just written: a second look must find the same.
  assert.equal(isWhole(folder), false);
  assert.equal(isWhole(folder), true);
  writeFileSync(join(folder, 'variables', 'variables.data-00001-of-00002'), 'xy');
  assert.equal(isWhole(folder), false);
});

test('a folder that never gets its files is tried after a while, so that the error shows', () => {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-whole-'));
  writeFileSync(join(folder, 'model.txt'), '');
  assert.equal(isWhole(folder), false);
  assert.equal(isWhole(folder, Date.now() + 6_000), true);
});
