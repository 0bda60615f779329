import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerCore } from '../../../server/src/servable/server-core.ts';
import { addVersion, baseFolder, config, fakeCore } from '../fake-core.ts';
import { half } from '../fake-models.ts';

const open = (path: string) => half(Number(path.split('/').at(-1)));

/** Drops all models and waits until they are gone. */
async function empty(core: ServerCore): Promise<void> {
  await core.configure([]);
  const { board } = core.manager;
  await board.until(() =>
    board.names().every((name) => board.versions(name).every(([, { state }]) => state === 'END')),
  );
}

describe('a model that was served before', () => {
  test('is waited for anew, whatever became of its versions then', async () => {
    const { core } = fakeCore(open);
    const base = baseFolder(1, 2);
    await core.configure([config('m', base, { policy: { kind: 'all' } })]);
    await empty(core);
    await core.configure([config('m', base)]);
    assert.equal(core.find({ name: 'm' }).id.version, 2n);
  });

  test('may come back while a request still holds it', async () => {
    const { core } = fakeCore(open);
    const models = [config('m', baseFolder(1))];
    await core.configure(models);
    const held = core.find({ name: 'm' });
    held.acquire();
    await core.configure([]);
    const again = core.configure(models);
    await sleep(20);
    held.release();
    await again;
    assert.equal(core.find({ name: 'm' }).id.version, 1n);
  });

  test('is waited for where its new folder has no version yet', async () => {
    const { core } = fakeCore(open);
    await core.configure([config('m', baseFolder(1))]);
    await empty(core);
    const base = baseFolder();
    const again = core.configure([config('m', base)]);
    assert.equal(await Promise.race([again, sleep(20, 'waits')]), 'waits');
    addVersion(base, 3);
    core.poll();
    await again;
    assert.equal(core.find({ name: 'm' }).id.version, 3n);
  });

  test('is no longer waited for once a later configuration drops it', async () => {
    const { core } = fakeCore(open);
    const [good, base] = [config('good', baseFolder(1)), baseFolder()];
    await core.configure([good]);
    const waiting = core.configure([good, config('m', base)]);
    await sleep(0);
    await core.configure([good]);
    await waiting;
  });

  test('is tried again after it failed; a reload speaks of models, the start of servables', async () => {
    let broken = false;
    const { core } = fakeCore((path) => {
      if (broken) throw Object.assign(new Error('bad'), { code: 'DATA_LOSS' });
      return open(path);
    });
    const [good, bad] = [config('good', baseFolder(1)), config('m', baseFolder(1))];
    await core.configure([]);
    broken = true;
    await assert.rejects(core.configure([bad]), {
      message: '1 model(s) did not become available: {{{name: m version: 1} due to error: DATA_LOSS: bad}, }',
    });
    await empty(core);
    broken = false;
    await core.configure([good, bad]);
    assert.equal(core.find({ name: 'm' }).id.version, 1n);
  });
});

test('a label may stay on a version that the same configuration sends away', async () => {
  const { core } = fakeCore(open);
  const base = baseFolder(1, 2);
  const labels = new Map([['old', 1n]]);
  await core.configure([config('m', base, { policy: { kind: 'all' }, labels })]);
  await core.configure([config('m', base, { labels })]);
  await core.manager.board.until(() => core.manager.board.get('m', 1n)?.state === 'END');
  assert.throws(() => core.find({ name: 'm', label: 'old' }), {
    message: 'Servable not found for request: Specific(m, 1)',
  });
});
