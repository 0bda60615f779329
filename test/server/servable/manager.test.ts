import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { build } from '../../../server/src/app.ts';
import { addVersion, baseFolder, config, fakeCore } from '../fake-core.ts';
import { half } from '../fake-models.ts';

/** The version decides what is added, so an answer tells which one gave it. */
const open = (path: string) => half(Number(path.split('/').at(-1)));

describe('the life of versions', () => {
  test('logs a load in the order of TF Serving', async () => {
    const { core, texts } = fakeCore(open);
    const base = baseFolder(3);
    await core.configure([config('m', base)]);
    const took = texts().findIndex((text) =>
      text.startsWith('SavedModel load for tags { serve }; Status: success: OK. Took '),
    );
    assert.deepEqual(
      texts().filter((_, i) => i !== took),
      [
        'Adding/updating models.',
        ' (Re-)adding model: m',
        'Successfully reserved resources to load servable {name: m version: 3}',
        'Approving load for servable version {name: m version: 3}',
        'Loading servable version {name: m version: 3}',
        `Reading SavedModel from: ${base}/3`,
        'Successfully loaded servable version {name: m version: 3}',
        'Finished adding/updating models',
      ],
    );
  });

  test('loads the new version before the old one goes, and logs both', async () => {
    const { core, texts } = fakeCore(open);
    const base = baseFolder(1);
    await core.configure([config('m', base)]);
    addVersion(base, 2);
    core.poll();
    await core.manager.board.until(() => core.manager.board.get('m', 1n)?.state === 'END');
    const of = (text: string) => texts().indexOf(`${text} {name: m version: ${text.startsWith('Succ') ? 2 : 1}}`);
    const order = [
      of('Successfully loaded servable version'),
      of('Quiescing servable version'),
      of('Done quiescing servable version'),
      of('Unloading just-loaded servable version'),
      of('Done unloading servable version'),
    ];
    assert.deepEqual(
      [...order].sort((a, b) => a - b),
      order,
    );
    assert.ok(order.every((at) => at > 0));
    assert.equal(core.find({ name: 'm' }).id.version, 2n);
  });

  test('a request in flight keeps its version until it ends', async () => {
    const { core } = fakeCore(open);
    const base = baseFolder(1);
    await core.configure([config('m', base)]);
    const old = core.find({ name: 'm' });
    const model = old.acquire();
    addVersion(base, 2);
    core.poll();
    await core.manager.board.until(() => core.manager.board.get('m', 1n)?.state === 'UNLOADING');
    await sleep(20);
    assert.equal(core.manager.board.get('m', 1n)?.state, 'UNLOADING');
    assert.ok(model.run('serving_default', { x: { dtype: 'float32', shape: [1], data: Float32Array.of(1) } }).y);
    old.release();
    await core.manager.board.until(() => core.manager.board.get('m', 1n)?.state === 'END');
  });

  test('a version that cannot be loaded stays visible, and the old one serves on', async () => {
    const { core } = fakeCore((path) => {
      if (path.endsWith('/2')) throw Object.assign(new Error('broken graph'), { code: 'DATA_LOSS' });
      return open(path);
    });
    const base = baseFolder(1);
    await core.configure([config('m', base)]);
    addVersion(base, 2);
    core.poll();
    await core.manager.board.until(() => core.manager.board.get('m', 2n)?.state === 'END');
    assert.equal(core.find({ name: 'm' }).id.version, 1n);
    const app = build({ core });
    const status = JSON.parse((await app.inject('/v1/models/m')).body).model_version_status;
    assert.deepEqual(status, [
      { version: '2', state: 'END', status: { error_code: 'DATA_LOSS', error_message: 'broken graph' } },
      { version: '1', state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } },
    ]);
    // Away with it, and the next one is taken.
    rmSync(join(base, '2'), { recursive: true });
    core.poll();
    addVersion(base, 3);
    core.poll();
    await core.manager.board.until(() => core.manager.board.get('m', 3n)?.state === 'AVAILABLE');
    assert.equal(core.find({ name: 'm' }).id.version, 3n);
  });

  test('retries with TF Serving’s lines, then says that the start failed', async () => {
    const { core, texts } = fakeCore(
      () => {
        throw Object.assign(new Error('no such op'), { code: 'UNIMPLEMENTED' });
      },
      { maxRetries: 2 },
    );
    const base = baseFolder(5);
    await assert.rejects(core.configure([config('m', base)]), {
      code: 'UNKNOWN',
      message:
        '1 servable(s) did not become available: {{{name: m version: 5} due to error: UNIMPLEMENTED: no such op}, }',
    });
    assert.deepEqual(
      texts().filter((text) => /Retrying|failed/.test(text)),
      [
        'Loading servable: {name: m version: 5} failed: UNIMPLEMENTED: no such op',
        'Retrying of Loading servable: {name: m version: 5} retry: 1',
        'Loading servable: {name: m version: 5} failed: UNIMPLEMENTED: no such op',
        'Retrying of Loading servable: {name: m version: 5} retry: 2',
        'Loading servable: {name: m version: 5} failed: UNIMPLEMENTED: no such op',
        'Retrying of Loading servable: {name: m version: 5} exhausted max_num_retries: 2',
      ],
    );
  });

  test('a base path that goes away unloads nothing; one without versions unloads all', async () => {
    const { core, texts } = fakeCore(open);
    const base = baseFolder(1);
    await core.configure([config('m', base)]);
    rmSync(base, { recursive: true });
    core.poll();
    assert.match(
      texts().at(-1) ?? '',
      /^FileSystemStoragePathSource encountered a filesystem access error: Could not find base path \/\S+ for servable m with error NOT_FOUND: /,
    );
    assert.equal(core.find({ name: 'm' }).id.version, 1n);
    addVersion(base, 'not-a-number');
    core.poll();
    assert.ok(texts().some((text) => text.endsWith("(eg. '/1/')? It contains: not-a-number.")));
    await core.manager.board.until(() => core.manager.board.get('m', 1n)?.state === 'END');
    assert.throws(() => core.find({ name: 'm' }), { message: 'Servable not found for request: Latest(m)' });
  });

  test('serves all or specific versions where the policy says so', async () => {
    const { core, texts } = fakeCore(open);
    const base = baseFolder(1, 2, '00000003', 'x', '4.5');
    await core.configure([
      config('all', base, { policy: { kind: 'all' } }),
      config('two', base, { policy: { kind: 'latest', count: 2 } }),
      config('some', base, { policy: { kind: 'specific', versions: [1n, 9n] } }),
    ]);
    const available = (name: string) =>
      core.manager.board.until(() => core.manager.board.versions(name).every(([, { state }]) => state === 'AVAILABLE'));
    await Promise.all([available('all'), available('two'), available('some')]);
    const served = (name: string) => core.manager.board.versions(name).map(([version]) => version);
    assert.deepEqual(served('all'), [3n, 2n, 1n]);
    assert.deepEqual(served('two'), [3n, 2n]);
    assert.deepEqual(served('some'), [1n]);
    assert.ok(texts().some((text) => text.startsWith('Version 9 of servable some, which was requested')));
  });

  test('rolls back when the newest folder is removed', async () => {
    const { core } = fakeCore(open);
    const base = baseFolder(1, 2);
    await core.configure([config('m', base)]);
    assert.equal(core.find({ name: 'm' }).id.version, 2n);
    rmSync(join(base, '2'), { recursive: true });
    core.poll();
    await core.manager.board.until(() => core.manager.board.get('m', 2n)?.state === 'END');
    assert.equal(core.find({ name: 'm' }).id.version, 1n);
  });

  test('refuses a list with relative paths, doubles and unknown platforms', async () => {
    const { core } = fakeCore(open);
    const reject = (models: Parameters<typeof core.configure>[0], message: string) =>
      assert.rejects(core.configure(models), { code: 'INVALID_ARGUMENT', message });
    await reject(
      [config('m', 'models/m')],
      'Expected model m to have an absolute path or URI; got base_path()=models/m',
    );
    await reject([config('m', '/a'), config('m', '/b')], 'Illegal to list model m multiple times in config list');
    await reject([config('m', '/a', { platform: 'torch' })], 'Model m requests unsupported platform torch');
    await reject(
      [config('m', '/a', { platform: '' })],
      'Illegal setting neither ModelServerConfig::model_type (deprecated) nor ModelServerConfig::model_platform, model name is m',
    );
  });

  test('labels name available versions only', async () => {
    const { core } = fakeCore(open);
    const base = baseFolder(1, 2);
    const policy = { kind: 'all' } as const;
    await core.configure([config('m', base, { policy, labels: new Map([['stable', 2n]]) })]);
    assert.equal(core.find({ name: 'm', label: 'stable' }).id.version, 2n);
    await assert.rejects(core.configure([config('m', base, { policy, labels: new Map([['stable', 7n]]) })]), {
      code: 'FAILED_PRECONDITION',
      message: 'Request to assign label to version 7 of model m, which is not currently available for inference',
    });
    assert.equal(core.find({ name: 'm', label: 'stable' }).id.version, 2n);
  });

  test('a list that is refused for a label leaves the models as they are', async () => {
    const { core } = fakeCore(open);
    const [a, b] = [baseFolder(1), baseFolder(2)];
    await core.configure([config('a', a), config('b', b)]);
    await assert.rejects(core.configure([config('a', a, { labels: new Map([['stable', 7n]]) })]), {
      code: 'FAILED_PRECONDITION',
    });
    await sleep(0);
    assert.equal(core.find({ name: 'b' }).id.version, 2n);
    assert.deepEqual(
      core.models.map(({ name }) => name),
      ['a', 'b'],
    );
  });
});
