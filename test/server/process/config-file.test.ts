import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { addSavedVersion, savedModel } from './saved-model.ts';
import { freePort, startServer } from './server.ts';

test('a model config file is read at start, polled, and read again on SIGHUP; labels and rollbacks come with it', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-config-'));
  const file = join(folder, 'models.config');
  const base = savedModel(1);
  addSavedVersion(base, 2, 2);
  const write = (stable: number, more = '') =>
    writeFileSync(
      file,
      `model_config_list { config { name: 'plus' base_path: '${base}' model_platform: 'tensorflow'
        model_version_policy { all {} } version_labels { key: 'stable' value: ${stable} } } ${more} }`,
    );
  write(1);
  const [port, grpc] = [await freePort(), await freePort()];
  const server = await startServer(
    [
      `--port=${grpc}`,
      `--rest_api_port=${port}`,
      `--model_config_file=${file}`,
      '--model_config_file_poll_wait_seconds=1',
    ],
    { rest: port },
  );
  const ask = async (path: string): Promise<unknown> => {
    const answer = await fetch(`${server.url}/v1/models/${path}:predict`, { method: 'POST', body: '{"inputs": 0}' });
    return ((await answer.json()) as { outputs?: number; error?: string }).outputs;
  };
  const until = async (path: string, wanted: number) => {
    const deadline = Date.now() + 10_000;
    while ((await ask(path)) !== wanted && Date.now() < deadline) await sleep(50);
    assert.equal(await ask(path), wanted, server.log());
  };
  await until('plus', 2);
  await until('plus/labels/stable', 1);
  write(2);
  await until('plus/labels/stable', 2);
  // A file that does not parse changes nothing.
  writeFileSync(file, 'model_config_list {');
  while (!server.log().includes(`Failed to read ModelServerConfig file: Invalid protobuf file: '${file}'`))
    await sleep(50);
  assert.equal(await ask('plus/labels/stable'), 2);
  write(1, `config { name: 'other' base_path: '${savedModel(7)}' model_platform: 'tensorflow' }`);
  server.process.kill('SIGHUP');
  await until('other', 7);
  await until('plus/labels/stable', 1);
  // Dropped models are unloaded.
  write(1);
  while ((await ask('other')) !== undefined) await sleep(50);
  assert.equal(await server.stop(), 0);
});
