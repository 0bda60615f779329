import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setImmediate as turn } from 'node:timers/promises';
import { Changes } from '../../../server/src/workers/changes.ts';
import type { FromPrimary } from '../../../server/src/workers/protocol.ts';

/** Workers that do at once what they are told, except those in `slow`. */
function team(patience?: number) {
  const told: string[] = [];
  const replaced: number[] = [];
  const slow = new Set<number>();
  const send = (id: number, message: FromPrimary): void => {
    told.push(`${id} ${message.kind}${'change' in message ? ` ${message.change}` : ''}`);
    const asked = message.kind === 'hold' || message.kind === 'apply';
    if (asked && !slow.has(id)) setImmediate(() => changes.ack(id));
  };
  const changes: Changes = new Changes(send, (id) => replaced.push(id), patience);
  const since = async (): Promise<string[]> => {
    // Answers come in a later turn of the event loop, and so on; time has no part in it.
    for (let turns = 0; turns < 20; turns++) await turn();
    return told.splice(0);
  };
  return { changes, since, slow, replaced };
}

async function twoUp(patience?: number) {
  const all = team(patience);
  for (const id of [1, 2]) {
    all.changes.enter(id);
    all.changes.vote(id, 'load m 1');
    all.changes.join(id);
    await all.since();
  }
  return all;
}

describe('versions change in all workers together', () => {
  test('labels too; who has not read them in time is passed over, and one that joins has its own', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { changes, since, replaced } = await twoUp(100);
    changes.vote(1, 'labels m/stable=2');
    assert.deepEqual(await since(), []);
    changes.vote(2, 'labels m/stable=2');
    const all = ['1 hold', '2 hold', '1 apply labels m/stable=2', '2 apply labels m/stable=2', '1 open', '2 open'];
    assert.deepEqual(await since(), all);
    changes.vote(1, 'labels m/stable=3');
    assert.deepEqual(await since(), []);
    t.mock.timers.tick(100);
    assert.deepEqual(await since(), ['1 hold', '2 hold', '1 apply labels m/stable=3', '1 open', '2 open']);
    assert.deepEqual(replaced, []);
    changes.enter(3);
    changes.vote(3, 'labels m/stable=3');
    assert.deepEqual(await since(), ['3 apply labels m/stable=3']);
  });

  test('the first worker waits for nobody, a later one first gets what is served', async () => {
    const { changes, since } = team();
    changes.enter(1);
    changes.vote(1, 'load m 1');
    assert.deepEqual(await since(), ['1 apply load m 1']);
    changes.join(1);
    assert.deepEqual(await since(), ['1 welcome']);
    changes.enter(2);
    changes.join(2);
    assert.deepEqual(await since(), []);
    changes.vote(2, 'load m 1');
    assert.deepEqual(await since(), ['2 apply load m 1', '2 welcome']);
  });

  test('a change is made when all are ready, between a hold and an open', async () => {
    const { changes, since } = await twoUp();
    changes.vote(1, 'load m 2');
    assert.deepEqual(await since(), []);
    changes.vote(2, 'load m 2');
    const expected = ['1 hold', '2 hold', '1 apply load m 2', '2 apply load m 2', '1 open', '2 open'];
    assert.deepEqual(await since(), expected);
  });

  test('no change is made while one still begins requests', async () => {
    const { changes, since, slow } = await twoUp();
    slow.add(2);
    changes.vote(1, 'load m 2');
    changes.vote(2, 'load m 2');
    assert.deepEqual(await since(), ['1 hold', '2 hold']);
    changes.ack(2);
    assert.deepEqual(await since(), ['1 apply load m 2', '2 apply load m 2']);
    changes.ack(2);
    assert.deepEqual(await since(), ['1 open', '2 open']);
  });

  test('one that dies holds up nobody, before or during a change', async () => {
    const { changes, since, slow } = await twoUp();
    changes.vote(1, 'load m 2');
    changes.leave(2);
    assert.deepEqual(await since(), ['1 hold', '1 apply load m 2', '1 open']);
    changes.enter(3);
    changes.vote(3, 'load m 2');
    // Version 1 is still served beside it.
    changes.vote(3, 'load m 1');
    changes.join(3);
    await since();
    slow.add(3);
    changes.vote(1, 'load m 3');
    changes.vote(3, 'load m 3');
    await since();
    changes.leave(3);
    assert.deepEqual(await since(), ['1 apply load m 3', '1 open']);
  });

  test('a version stops to answer once all that have it agree', async () => {
    const { changes, since } = await twoUp();
    changes.vote(1, 'unload m 1');
    assert.deepEqual(await since(), []);
    changes.unvote(1, 'unload m 1');
    changes.vote(2, 'unload m 1');
    assert.deepEqual(await since(), []);
    changes.vote(1, 'unload m 1');
    assert.deepEqual((await since()).slice(2, 4).sort(), ['1 apply unload m 1', '2 apply unload m 1']);
    // It is loaded anew like any other.
    changes.vote(1, 'load m 1');
    assert.deepEqual(await since(), []);
  });

  test('a worker that does not follow is replaced', async (t) => {
    t.mock.timers.enable({ apis: ['setTimeout'] });
    const { changes, since, replaced } = await twoUp(10);
    changes.vote(1, 'load m 2');
    t.mock.timers.tick(10);
    await since();
    assert.deepEqual(replaced, [2]);
    changes.leave(2);
    assert.deepEqual(await since(), ['1 hold', '1 apply load m 2', '1 open']);
  });
});
