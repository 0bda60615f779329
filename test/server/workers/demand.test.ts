import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep, setImmediate as turn } from 'node:timers/promises';
import type { Room } from '../../../server/src/servable/room.ts';
import { CommonDemand } from '../../../server/src/workers/demand.ts';
import type { FromPrimary } from '../../../server/src/workers/protocol.ts';

/** Two workers that answer at once, with room for two models of one byte each. */
function team(patience?: number) {
  const told: string[] = [];
  const workers = new Set([1, 2]);
  const silent = new Set<number>();
  const loaded: string[] = [];
  let busy = false;
  const room = (): Room => ({
    need: 1,
    free: 2 - loaded.length,
    loaded: loaded.map((name, i) => ({ name, bytes: 1, idle: 100 - i, busy })),
  });
  const send = (id: number, message: FromPrimary): void => {
    if (message.kind === 'room') {
      if (!silent.has(id)) setImmediate(() => demand.rooms.answer(id, message.call, room()));
      return;
    }
    if (message.kind === 'refused') told.push(`${id} refused ${message.name}`);
    if (message.kind !== 'demand') return;
    told.push(`${id} ${message.name}${message.leaving.length > 0 ? ` instead of ${message.leaving}` : ''}`);
    if (id === 1)
      loaded.splice(0, loaded.length, ...loaded.filter((one) => !message.leaving.includes(one)), message.name);
    if (!silent.has(id)) setImmediate(() => demand.made.answer(id, message.call, undefined));
  };
  const demand: CommonDemand = new CommonDemand(() => [...workers], send, patience);
  const since = async (): Promise<string[]> => {
    // Answers come in a later turn of the event loop, and so on; time has no part in it.
    for (let turns = 0; turns < 30; turns++) await turn();
    return told.splice(0);
  };
  return { demand, since, workers, silent, use: (on: boolean) => (busy = on) };
}

describe('models on demand in several workers', () => {
  test('are loaded in all by the first request in one; the same leave everywhere', async () => {
    const { demand, since } = team();
    demand.wake(1, 'a');
    assert.deepEqual(await since(), ['1 a', '2 a']);
    demand.wake(2, 'b');
    demand.wake(1, 'c');
    assert.deepEqual(await since(), ['1 b', '2 b', '1 c instead of a', '2 c instead of a']);
    assert.deepEqual(demand.awake, ['b', 'c']);
  });

  test('one that both ask for is loaded once', async () => {
    const { demand, since } = team();
    demand.wake(1, 'a');
    demand.wake(2, 'a');
    assert.deepEqual(await since(), ['1 a', '2 a', '2 a']);
  });

  test('one that could not be loaded is tried again in all', async () => {
    const { demand, since } = team();
    demand.wake(1, 'a');
    await since();
    demand.asleep('a');
    assert.deepEqual(demand.awake, []);
    demand.wake(2, 'a');
    assert.deepEqual(await since(), ['1 a', '2 a']);
  });

  test('a worker that dies is not waited for', async () => {
    const { demand, since, workers, silent } = team();
    silent.add(2);
    demand.wake(1, 'a');
    assert.deepEqual(await since(), []);
    workers.delete(2);
    demand.leave(2);
    assert.deepEqual(await since(), ['1 a']);
  });

  test('only who asked is refused where all that are loaded stay in use', async () => {
    const { demand, since, use } = team(50);
    for (const name of ['a', 'b']) demand.wake(1, name);
    await since();
    use(true);
    demand.wake(2, 'c');
    assert.deepEqual(await since(), []);
    let told: string[] = [];
    for (; told.length === 0; told = await since()) await sleep(10);
    assert.deepEqual(told, ['2 refused c']);
    assert.deepEqual(demand.awake, ['a', 'b']);
  });
});
