import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readLimitsConfig } from '../../../server/src/config/limits-config.ts';

test('limits of single models are read from a text proto; what is not written is left to the flags', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'typelab-limits-')), 'limits');
  writeFileSync(file, 'model { name: "slow" max_queued_requests: 8 }  model { name: "big" max_mb: 200 }');
  const limits = readLimitsConfig(file, () => {});
  assert.deepEqual(limits.get('slow'), { maxQueued: 8, maxBytes: undefined });
  assert.deepEqual(limits.get('big'), { maxQueued: undefined, maxBytes: 200e6 });
  writeFileSync(file, 'model { nam: "slow" }');
  assert.throws(() => readLimitsConfig(file, () => {}), { code: 'INVALID_ARGUMENT', message: /Invalid protobuf file/ });
});
