import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildFloats } from '../../../server/src/codec/build.ts';
import { root } from '../../helpers/root.ts';

test('floats.wasm is what its sources give (if not: node server/src/codec/build.ts)', async () => {
  assert.ok(readFileSync(join(root, 'server/src/codec/floats.wasm')).equals(await buildFloats()));
});
