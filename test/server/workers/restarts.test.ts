import assert from 'node:assert/strict';
import { test } from 'node:test';
import { restartPauses } from '../../../server/src/workers/restarts.ts';

test('a dead worker is back at once; only a row of early deaths slows that down', () => {
  const pause = restartPauses();
  assert.equal(pause(60_000), 0);
  assert.equal(pause(60_000), 0);
  // Killed while it started, once.
  assert.equal(pause(300), 0);
  assert.equal(pause(60_000), 0);
  const row = Array.from({ length: 9 }, () => pause(100));
  assert.deepEqual(row, [0, 250, 500, 1000, 2000, 4000, 8000, 10_000, 10_000]);
  assert.equal(pause(5000), 0);
});
