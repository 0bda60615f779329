import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { predict } from '../../lib/client.ts';
import { tf } from '../../lib/engine/index.ts';
import { freePort, isFree } from '../../lib/free-port.ts';
import { digitsModel } from '../../lib/model.ts';
import { saveModel } from '../../lib/saved-model/save.ts';
import { launchServer } from '../../lib/serve.ts';
import { waitForModel } from '../../lib/wait-for-model.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-serve-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const base = join(folder, 'digits');
const model = digitsModel({ seed: 9 });
await saveModel(model, base);

describe('launchServer', () => {
  test('starts a server that answers as the model does, and ends it', async () => {
    const server = await launchServer({ modelName: 'digits_model', modelBasePath: base });
    const port = Number(new URL(server.url).port);
    assert.match(server.url, /^http:\/\/localhost:\d+\/v1\/models\/digits_model$/);
    await waitForModel(server.url, { timeout: 5 });
    const x = tf.randomUniform([2, 28, 28, 1], 0, 1, 'float32', 1);
    const { predictions } = await predict(server.url, { instances: x });
    tf.test_util.expectArraysClose(
      predictions as number[][],
      (await (model.predict(x) as tf.Tensor).array()) as number[][],
      1e-6,
    );
    assert.match(server.log(), /Successfully loaded servable version \{name: digits_model version: 1\}/);
    await server.close();
    await server.close();
    assert.throws(() => process.kill(server.pid, 0), { code: 'ESRCH' });
    assert.equal(await isFree(port), true);
  });

  test('a model that cannot be loaded is an error with the reason and the log', async () => {
    const bad = join(folder, 'bad');
    mkdirSync(join(bad, '1'), { recursive: true });
    writeFileSync(join(bad, '1', 'saved_model.pb'), 'not a model');
    const log = join(folder, 'bad.log');
    await assert.rejects(launchServer({ modelName: 'bad', modelBasePath: bad, log }), (error: Error) => {
      assert.match(error.message, /^launchServer: /);
      assert.match(error.message, /The server's log ends with:\n[\s\S]*saved_model\.pb/);
      return true;
    });
    assert.ok(existsSync(log), 'a log that was asked for stays');
  });

  test('wrong options are refused before anything starts', async () => {
    const blocker = createServer();
    await new Promise<void>((done) => blocker.listen(0, '127.0.0.1', done));
    const { port } = blocker.address() as AddressInfo;
    await assert.rejects(
      launchServer({ modelName: 'm', modelBasePath: base, restApiPort: port }),
      new RegExp(`restApiPort ${port} is in use`),
    );
    blocker.close();
    await assert.rejects(launchServer({ modelName: 'm', modelBasePath: '' }), /modelBasePath is ""/);
    await assert.rejects(
      launchServer({ modelName: 'm', modelBasePath: join(folder, 'none') }),
      /none does not exist\. Save a model there first/,
    );
    await assert.rejects(launchServer({ modelName: 'm', modelBasePath: folder }), /has no version/);
    await assert.rejects(launchServer({ modelName: 'a/b', modelBasePath: base }), /modelName is "a\/b"/);
    await assert.rejects(
      launchServer({ modelName: 'm', modelBasePath: base, port: 70000 }),
      /port is 70000; expected 1…65535/,
    );
  });

  test('the server ends when its parent is killed', async () => {
    const program = `
      const { launchServer } = await import(${JSON.stringify(new URL('../../lib/serve.ts', import.meta.url).href)});
      const server = await launchServer({ modelName: 'm', modelBasePath: ${JSON.stringify(base)} });
      console.log(server.pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const pid = Number(await new Promise((done) => parent.stdout.once('data', (data) => done(String(data)))));
    process.kill(pid, 0);
    parent.kill('SIGKILL');
    for (let i = 0; i < 200 && isAlive(pid); i++) await new Promise((done) => setTimeout(done, 25));
    assert.equal(isAlive(pid), false);
  });
});

describe('freePort', () => {
  test('gives the preferred port when it is free, another when any address of it is taken', async () => {
    const preferred = await freePort();
    assert.equal(await freePort(preferred), preferred);
    for (const host of ['127.0.0.1', '0.0.0.0', '::']) {
      const blocker = createServer();
      await new Promise<void>((done) => blocker.listen(preferred, host, done));
      assert.notEqual(await freePort(preferred), preferred, host);
      await new Promise((done) => blocker.close(done));
    }
  });
});

describe('waitForModel', () => {
  test('says what it saw last when the time is over', async () => {
    const port = await freePort();
    await assert.rejects(
      waitForModel(`http://localhost:${port}/v1/models/m`, { timeout: 0.2 }),
      /not available after 0\.2 s: nothing listens there/,
    );
  });
});

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
