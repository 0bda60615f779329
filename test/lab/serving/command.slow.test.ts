import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { execa } from 'execa';
import { root } from '../../helpers/root.ts';
import { addSavedVersion, savedModel } from '../../server/process/saved-model.ts';
import { freePort, startServer } from '../../server/process/server.ts';

test('rollout and rollback of a running server are one command each', async (t) => {
  const base = savedModel(1);
  addSavedVersion(base, 2, 2);
  const config = join(mkdtempSync(join(tmpdir(), 'typelab-rollout-')), 'models.config');
  writeFileSync(
    config,
    `model_config_list { config { name: 'plus' base_path: '${base}' model_platform: 'tensorflow' model_version_policy { all {} } } }`,
  );
  const rest = await freePort();
  const server = await startServer(
    [`--port=${await freePort()}`, `--rest_api_port=${rest}`, `--model_config_file=${config}`],
    { rest },
  );
  t.after(() => server.stop());
  const typelab = (...args: string[]) =>
    execa(process.execPath, [join(root, 'lab/main.ts'), ...args, '--url', server.url], { reject: false });
  const pid = ['--pid', String(server.process.pid)];

  assert.equal((await typelab('versions', 'plus')).stdout, '2        AVAILABLE\n1        AVAILABLE');
  const labelled = await typelab('label', 'plus', 'stable', '1', '--config', config, ...pid);
  assert.equal(labelled.stdout, 'plus: stable → 1', labelled.stderr);
  assert.equal((await typelab('versions', 'plus')).stdout, '2        AVAILABLE\n1        AVAILABLE  stable');
  const ask = async (path: string): Promise<string> =>
    (await fetch(`${server.url}/v1/models/${path}:predict`, { method: 'POST', body: '{"inputs": 0}' })).text();
  assert.match(await ask('plus/labels/stable'), /1\.0/);
  assert.match(await ask('plus'), /2\.0/);

  const back = await typelab('rollback', 'plus', '--config', config, ...pid);
  assert.equal(back.stdout, 'plus: serves version 1', back.stderr);
  assert.match(await ask('plus'), /1\.0/);

  const refused = await typelab('rollback', 'plus', '7', '--config', config, ...pid);
  assert.equal(refused.exitCode, 1);
  assert.equal(refused.stderr, `${base} has no version 7; it has: 2, 1`);
  const nobody = await execa(
    process.execPath,
    [join(root, 'lab/main.ts'), 'versions', 'plus', '--url', `http://127.0.0.1:${await freePort()}`],
    { reject: false },
  );
  assert.equal(nobody.exitCode, 1);
  assert.match(nobody.stderr, /no model server answers at .* --url/);
});
