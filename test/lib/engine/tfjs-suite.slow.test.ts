import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { execa } from 'execa';
import { bundleTfjsSuite } from './tfjs-suite.ts';

/** What the embedded engine does otherwise, on purpose. */
const OTHERWISE = [
  // Divided by the numbers that a window holds, as the forward pass divides: the true derivative. tfjs counts its padding too.
  'avgPool embedded {} gradient x=[3,3,1] f=[3,3] s=1 p=explicit',
  // It has that gradient, and does not throw.
  'depthwiseConv2d gradients embedded {} throws error on dilations > 1',
];

test('tfjs-core’s own tests pass on the embedded engine', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-tfjs-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const program = join(folder, 'suite.mjs');
  await bundleTfjsSuite(program);
  const { stdout } = await execa(process.execPath, [program], { timeout: 300_000 });
  const { passed, failed } = JSON.parse(stdout.trim().split('\n').at(-1) as string);
  t.diagnostic(`${passed} passed`);
  assert.deepEqual(Object.keys(failed).sort(), OTHERWISE, JSON.stringify(failed, null, 2));
  assert.ok(passed > 4000, String(passed));
});
