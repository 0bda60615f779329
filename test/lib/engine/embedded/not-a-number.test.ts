import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';

const NONE = Number.NaN;

test('NaN stays NaN, as in TensorFlow, so that it is seen', () => {
  assert.deepEqual([...tf.relu6([NONE, 1, -1, 7]).dataSync()], [NONE, 1, 0, 6]);
  assert.deepEqual([...tf.maximum([1, NONE, 2], [NONE, 1, 1]).dataSync()], [NONE, NONE, 2]);
  assert.deepEqual([...tf.minimum([1, NONE, 2], [NONE, 1, 1]).dataSync()], [NONE, NONE, 1]);
});
