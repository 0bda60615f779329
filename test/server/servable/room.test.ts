import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { noRoom, type Room, whoLeaves } from '../../../server/src/servable/room.ts';

const room = (
  need: number,
  free: number,
  ...loaded: [name: string, bytes: number, idle: number, busy?: boolean][]
): Room => ({
  need,
  free,
  loaded: loaded.map(([name, bytes, idle, busy = false]) => ({ name, bytes, idle, busy })),
});

describe('for a model that is wanted', () => {
  test('nobody leaves where it fits, and no more than have to', () => {
    assert.deepEqual(whoLeaves([room(2, 2, ['a', 5, 100])]), []);
    assert.deepEqual(whoLeaves([room(2, 1, ['a', 5, 100], ['b', 5, 200])]), ['b']);
    assert.deepEqual(whoLeaves([room(8, 0, ['a', 5, 100], ['b', 5, 200], ['c', 5, 10])]), ['b', 'a']);
  });

  test('a model that is used anywhere stays', () => {
    const [one, two] = [room(2, 1, ['a', 5, 9, true], ['b', 5, 1]), room(2, 1, ['a', 5, 9], ['b', 5, 1])];
    assert.deepEqual(whoLeaves([one, two]), ['b']);
    assert.equal(whoLeaves([room(2, 1, ['a', 5, 9, true])]), undefined);
  });

  test('what one process has just asked is not old for the others', () => {
    assert.deepEqual(whoLeaves([room(2, 1, ['a', 5, 900], ['b', 5, 800]), room(2, 1, ['a', 5, 1], ['b', 5, 700])]), [
      'b',
    ]);
  });

  test('a process that has nothing loaded yet follows the others', () => {
    assert.deepEqual(whoLeaves([room(2, 1, ['a', 5, 9]), room(0, 0)]), ['a']);
    assert.deepEqual(whoLeaves([]), []);
  });

  test('the error says what the tightest process has', () => {
    const error = noRoom('m', [room(2e6, 1e6), room(2e6, 0.5e6)]);
    assert.match(
      error.message,
      /Model m cannot be loaded: 0\.5 MB of --max_loaded_models_mb are free, it takes 2\.0 MB/,
    );
    assert.equal(error.retryAfter, 1);
  });
});
