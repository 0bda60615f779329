import assert from 'node:assert/strict';
import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { build } from '../../../server/src/app.ts';
import { Memory } from '../../../server/src/servable/memory.ts';
import { addVersion, baseFolder, config, fakeCore } from '../fake-core.ts';
import { half } from '../fake-models.ts';

/** Models of one megabyte each, and what happened to them. */
function models(limit: number, fails: () => boolean = () => false) {
  const events: string[] = [];
  const bases = new Map<string, string>();
  const nameOf = (path: string): string => [...bases].find(([, base]) => path.startsWith(base))?.[0] ?? '';
  const { core, texts } = fakeCore(
    async (path) => {
      const name = nameOf(path);
      await new Promise((resolve) => setTimeout(resolve, 5));
      if (fails()) throw new Error('broken');
      events.push(`open ${name}`);
      return { ...half(Number(path.at(-1))), close: () => void events.push(`close ${name}`) };
    },
    {
      onDemand: {
        report: {
          coldLoad: (name, status) => events.push(`cold ${name} ${status}`),
          eviction: (name) => events.push(`evict ${name}`),
        },
      },
      memory: new Memory({ total: limit, ofModel: () => Infinity }),
    },
  );
  const add = (name: string): ReturnType<typeof config> => {
    const base = baseFolder(1);
    writeFileSync(join(base, '1', 'weights'), Buffer.alloc(1e6));
    bases.set(name, base);
    return config(name, base);
  };
  const app = build({ core });
  const ask = async (name: string): Promise<unknown> => {
    const url = `/v1/models/${name}:predict`;
    const answer = await app.inject({ method: 'POST', url, payload: '{"instances": [[2.0]]}' });
    return answer.statusCode === 200
      ? answer.json().predictions[0][0]
      : { status: answer.statusCode, ...(answer.json() as object) };
  };
  const states = async (name: string): Promise<string[]> =>
    (await app.inject(`/v1/models/${name}`))
      .json()
      .model_version_status.map((one: { version: string; state: string }) => `${one.version} ${one.state}`);
  return { core, app, add, ask, states, events, texts, bases };
}

describe('models on demand', () => {
  test('are loaded by their first request, once, however many come together', async () => {
    const { core, add, ask, states, events, app } = models(Infinity);
    await core.configure([add('a'), add('b')]);
    assert.deepEqual(await states('a'), ['1 START']);
    assert.equal((await app.inject('/v1/health/ready')).statusCode, 200);
    assert.deepEqual(events, []);
    assert.deepEqual(await Promise.all([ask('a'), ask('a'), ask('a')]), [2, 2, 2]);
    assert.equal(await ask('a'), 2);
    assert.deepEqual(events, ['open a', 'cold a OK']);
    assert.deepEqual([await states('a'), await states('b')], [['1 AVAILABLE'], ['1 START']]);
    assert.equal((await app.inject('/v1/models/b/metadata')).statusCode, 200);
    assert.deepEqual(await states('b'), ['1 AVAILABLE']);
  });

  test('the least recently used makes room under the limit, and comes back when it is asked', async () => {
    const { core, add, ask, states, events } = models(2.5e6);
    await core.configure([add('a'), add('b'), add('c')]);
    for (const name of ['a', 'b', 'a', 'c']) assert.equal(await ask(name), 2);
    assert.deepEqual(events.slice(4), ['evict b', 'close b', 'open c', 'cold c OK']);
    assert.deepEqual(await states('b'), ['1 START']);
    assert.equal(await ask('b'), 2);
    assert.deepEqual(events.slice(8), ['evict a', 'close a', 'open b', 'cold b OK']);
  });

  test('one that a request is using is not unloaded; the other waits for it', async () => {
    const { core, add, ask, states, events } = models(1.5e6);
    await core.configure([add('a'), add('b')]);
    await ask('a');
    const version = core.find({ name: 'a' });
    version.acquire();
    const waiting = ask('b');
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.deepEqual(events, ['open a', 'cold a OK']);
    assert.deepEqual(await states('a'), ['1 AVAILABLE']);
    version.release();
    assert.equal(await waiting, 2);
    assert.deepEqual(events.slice(2), ['evict a', 'close a', 'open b', 'cold b OK']);
  });

  test('many clients of more models than fit all get their answers', async () => {
    const { core, add, ask, events } = models(2.5e6);
    const names = ['a', 'b', 'c', 'd', 'e'];
    await core.configure(names.map(add));
    const clients = Array.from({ length: 10 }, async (_, client) => {
      for (let i = 0; i < 10; i++) assert.equal(await ask(names[(i * 3 + client) % 5] as string), 2);
    });
    await Promise.all(clients);
    const count = (what: string): number => events.filter((event) => event.startsWith(what)).length;
    assert.equal(count('open') - count('close'), 2);
    assert.equal(count('evict'), count('close'));
  });

  test('one that others send away while it is being loaded is no failure: whoever asks for it gets it', async () => {
    const { core, add, ask, events } = models(1.5e6);
    await core.configure([add('a'), add('b')]);
    // As other workers decide it: a is loaded here because of them, and leaves for b before it is there.
    await core.demand?.decide('a', []);
    const waiting = ask('a');
    const left = core.demand?.decide('b', ['a']);
    assert.equal(await waiting, 2);
    await left;
    assert.equal(await ask('a'), 2);
    assert.deepEqual(events.slice(-2), ['open a', 'cold a OK']);
  });

  test('what can never fit is refused, and costs no other its place', async () => {
    const { core, add, ask, events } = models(0.5e6);
    await core.configure([add('a')]);
    const refused = {
      status: 429,
      error: 'Model a takes 1.0 MB; --max_loaded_models_mb allows 0.5 MB',
    };
    assert.deepEqual(await ask('a'), refused);
    assert.deepEqual(events, ['cold a RESOURCE_EXHAUSTED']);
  });

  test('one that cannot be loaded says why, stays listed with its error, and is not tried at every request', async () => {
    const { core, add, ask, app, events } = models(Infinity, () => true);
    await core.configure([add('a')]);
    const refused = {
      status: 503,
      error: '{name: a version: 1} could not be loaded on demand: INTERNAL: broken',
    };
    assert.deepEqual(await ask('a'), refused);
    assert.deepEqual(await ask('a'), refused);
    assert.deepEqual(events, ['cold a UNAVAILABLE']);
    const [status] = (await app.inject('/v1/models/a')).json().model_version_status;
    assert.deepEqual([status.state, status.status.error_code], ['END', 'INTERNAL']);
  });

  test('a new version replaces the old one where the model is loaded, and is only listed where it is not', async () => {
    const { core, add, ask, states, bases } = models(Infinity);
    await core.configure([add('a'), add('b')]);
    await ask('a');
    for (const base of bases.values()) addVersion(base, 2);
    core.poll();
    await core.manager.board.until(() => core.manager.board.get('a', 1n)?.state === 'END');
    assert.deepEqual(
      [await states('a'), await states('b')],
      [
        ['2 AVAILABLE', '1 END'],
        ['2 START', '1 END'],
      ],
    );
    assert.deepEqual([await ask('a'), await ask('b')], [3, 3]);
  });

  test('a new configuration may add and drop models; labels name versions that are not loaded', async () => {
    const { core, add, ask, states, events, app } = models(Infinity);
    const [a, b] = [add('a'), add('b')];
    await core.configure([a]);
    await ask('a');
    await core.configure([{ ...b, labels: new Map([['stable', 1n]]) }]);
    await core.manager.board.until(() => core.manager.board.get('a', 1n)?.state === 'END');
    assert.deepEqual(events, ['open a', 'cold a OK', 'close a']);
    assert.equal(((await ask('a')) as { status: number }).status, 404);
    const url = '/v1/models/b/labels/stable:predict';
    const answer = await app.inject({ method: 'POST', url, payload: '{"instances": [[2.0]]}' });
    assert.deepEqual(answer.json(), { predictions: [[2]] });
    assert.deepEqual(await states('b'), ['1 AVAILABLE']);
  });

  test('one whose folder has gone is not found', async () => {
    const { core, add, ask, states, bases } = models(Infinity);
    await core.configure([add('a')]);
    const base = bases.get('a') as string;
    renameSync(join(base, '1'), join(base, 'aside'));
    core.poll();
    assert.deepEqual(await states('a'), ['1 END']);
    assert.equal(((await ask('a')) as { status: number }).status, 404);
    rmSync(base, { recursive: true });
  });
});

describe('without demand', () => {
  test('a version that does not fit is not loaded, in TensorFlow Serving’s words, and the old one serves on', async () => {
    const { core } = fakeCore((path) => half(Number(path.at(-1))), {
      memory: new Memory({ total: Infinity, ofModel: (name) => (name === 'm' ? 1.5e6 : Infinity) }),
    });
    const base = baseFolder(1);
    await core.configure([config('m', base)]);
    addVersion(base, 2);
    writeFileSync(join(base, '2', 'weights'), Buffer.alloc(2e6));
    core.poll();
    await core.manager.board.until(() => core.manager.board.get('m', 2n)?.state === 'END');
    assert.equal(
      core.manager.board.get('m', 2n)?.error?.message,
      'Insufficient resources to load servable {name: m version: 2}: it takes 2.0 MB, its limit is 1.5 MB',
    );
    assert.equal(core.find({ name: 'm' }).id.version, 1n);
  });
});
