import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../helpers/root.ts';
import { savedModel } from './saved-model.ts';
import { freePort } from './server.ts';

test('the image’s entry point serves MODEL_NAME from MODEL_BASE_PATH, and flags of docker run win', async (t) => {
  const [, stage = ''] = readFileSync(join(root, 'Dockerfile'), 'utf8').split('FROM base AS serving\n');
  const defaults = /^ENV (.*)$/m.exec(stage)?.[1] as string;
  assert.equal(defaults, 'MODEL_NAME=model MODEL_BASE_PATH=/models');
  const entry: string[] = JSON.parse(/^ENTRYPOINT (.*)$/m.exec(stage)?.[1] as string);
  // tini only reaps processes.
  assert.deepEqual(entry.slice(0, 2), ['tini', '--']);
  const base = savedModel(1);
  const [grpc, rest] = [await freePort(), await freePort()];
  const [command = '', ...args] = entry.slice(2);
  const child = spawn(command, [...args, `--port=${grpc}`, `--rest_api_port=${rest}`], {
    cwd: root,
    env: {
      ...process.env,
      PATH: `${dirname(process.execPath)}${delimiter}${process.env.PATH}`,
      MODEL_NAME: basename(base),
      MODEL_BASE_PATH: dirname(base),
    },
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  t.after(() => child.kill());
  let log = '';
  await new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk) => {
      log += chunk;
      if (log.includes('Entering the event loop')) resolve();
    });
    child.on('exit', () => resolve());
  });
  const answer = await fetch(`http://127.0.0.1:${rest}/v1/models/${basename(base)}:predict`, {
    method: 'POST',
    body: '{"instances": [1]}',
  });
  assert.equal(await answer.text(), '{\n    "predictions": [2.0\n    ]\n}', log);
  // The shell has become the server: docker stop drains it.
  child.kill('SIGTERM');
  assert.equal(await new Promise((resolve) => child.on('exit', resolve)), 0);
});
