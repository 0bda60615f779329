import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { addSavedVersion, savedModel, savedModelBytes } from './saved-model.ts';
import { freePort, startServer } from './server.ts';

const flags = (port: number, grpc: number, base: string, ...more: string[]) => [
  `--port=${grpc}`,
  `--rest_api_port=${port}`,
  '--model_name=plus',
  `--model_base_path=${base}`,
  ...more,
];

describe('the server as a program', () => {
  test('loads a model that was written a moment ago without waiting for the next poll', async () => {
    const [port, grpc] = [await freePort(), await freePort()];
    const began = Date.now();
    const server = await startServer(flags(port, grpc, savedModel(1), '--file_system_poll_wait_seconds=3600'), {
      rest: port,
    });
    assert.equal((await fetch(`${server.url}/v1/models/plus`)).status, 200);
    assert.ok(Date.now() - began < 60_000);
    assert.equal(await server.stop(), 0);
  });

  test('answers fetch and curl, and logs its start in TF Serving’s order', async () => {
    const [port, grpc] = [await freePort(), await freePort()];
    const base = savedModel(1);
    const server = await startServer(flags(port, grpc, base), { rest: port });
    const answer = await fetch(`${server.url}/v1/models/plus:predict`, {
      method: 'POST',
      body: '{"instances": [1, 2.5]}',
    });
    assert.equal(answer.headers.get('content-type'), 'application/json');
    assert.equal(await answer.text(), '{\n    "predictions": [2.0, 3.5\n    ]\n}');
    const { stdout } = await promisify(execFile)('curl', [
      '-s',
      '-d',
      '{"inputs": 1}',
      `${server.url}/v1/models/plus:predict`,
    ]);
    assert.equal(stdout, '{\n    "outputs": 2.0\n}');
    const zipped = await fetch(`${server.url}/v1/models/plus:predict`, {
      method: 'POST',
      headers: { 'content-encoding': 'gzip' },
      body: gzipSync('{"inputs": 1}'),
    });
    assert.equal(await zipped.text(), stdout);
    assert.equal(await server.stop(), 0);

    const line = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{6}: [IWE] \S+\] (.*)$/;
    const texts = server
      .log()
      .split('\n')
      .map((text) => line.exec(text)?.[1] ?? text);
    const places = [
      `Building single TensorFlow model file config:  model_name: plus model_base_path: ${base}`,
      'Adding/updating models.',
      ' (Re-)adding model: plus',
      'Approving load for servable version {name: plus version: 1}',
      'Loading servable version {name: plus version: 1}',
      `No warmup data file found at ${base}/1/assets.extra/tf_serving_warmup_requests`,
      'Successfully loaded servable version {name: plus version: 1}',
      'Finished adding/updating models',
      `Exporting HTTP/REST API at:localhost:${port} ...`,
    ].map((text) => texts.indexOf(text));
    assert.ok(
      places.every((at) => at >= 0),
      server.log(),
    );
    assert.deepEqual(
      [...places].sort((a, b) => a - b),
      places,
    );
  });

  test('swaps versions under load without losing a request or answering with an older version', async () => {
    const [port, grpc] = [await freePort(), await freePort()];
    const base = savedModel(1);
    const server = await startServer(flags(port, grpc, base, '--file_system_poll_wait_seconds=1'), { rest: port });
    const agent = new Agent({ keepAlive: true, maxSockets: 8 });
    let stop = false;
    let answered = 0;
    let newest = 1;
    const client = async (): Promise<void> => {
      while (!stop) {
        const { status, body } = await post(port, agent, '{"instances": [0]}');
        assert.equal(status, 200, body);
        const add = JSON.parse(body).predictions[0];
        assert.ok(add >= newest, `${add} after ${newest}`);
        newest = Math.max(newest, add);
        answered++;
      }
    };
    // One after the other: with several, an older answer could overtake a newer one on its way to us.
    const clients = client();
    for (const version of [2, 3]) {
      addSavedVersion(base, version, version);
      rmSync(join(base, String(version - 1)), { recursive: true });
      while (newest < version) await sleep(20);
    }
    stop = true;
    await clients;
    assert.ok(answered > 50, String(answered));
    agent.destroy();
    assert.equal(await server.stop(), 0);
  });

  test('a folder that is copied slowly is served once it is whole', async () => {
    const [port, grpc] = [await freePort(), await freePort()];
    const base = savedModel(1);
    const server = await startServer(flags(port, grpc, base), { rest: port });
    mkdirSync(join(base, '2'));
    const bytes = savedModelBytes(2);
    await sleep(1100);
    writeFileSync(join(base, '2', 'saved_model.pb'), bytes.subarray(0, 40));
    await sleep(150);
    writeFileSync(join(base, '2', 'saved_model.pb'), bytes);
    const deadline = Date.now() + 10_000;
    let body = '';
    while (!body.includes('2.0') && Date.now() < deadline) {
      body = (await post(port, undefined, '{"instances": [0]}')).body;
      await sleep(50);
    }
    assert.equal(body, '{\n    "predictions": [2.0\n    ]\n}');
    await server.stop();
  });

  test('SIGTERM finishes what has begun and then ends', async () => {
    const [port, grpc] = [await freePort(), await freePort()];
    const server = await startServer(flags(port, grpc, savedModel(1)), { rest: port });
    // A client that has sent half of its request when the signal comes.
    const answer = new Promise<string>((resolve, reject) => {
      const body = '{"instances": [41]}';
      const slow = request({
        port,
        host: '127.0.0.1',
        method: 'POST',
        path: '/v1/models/plus:predict',
        headers: { 'content-length': body.length },
      });
      slow.on('response', (response) => response.on('data', (chunk) => resolve(String(chunk))));
      slow.on('error', reject);
      slow.write(body.slice(0, 5));
      setTimeout(() => server.process.kill('SIGTERM'), 100);
      setTimeout(() => slow.end(body.slice(5)), 300);
    });
    assert.equal(await answer, '{\n    "predictions": [42.0\n    ]\n}');
    assert.equal(await server.exit, 0);
    await assert.rejects(fetch(`${server.url}/v1/models/plus`));
  });

  test('an idle server ends at once on SIGINT, also with a connection that is kept open', async () => {
    const [port, grpc] = [await freePort(), await freePort()];
    const server = await startServer(flags(port, grpc, savedModel(1)), { rest: port });
    const agent = new Agent({ keepAlive: true });
    await post(port, agent, '{"instances": [0]}');
    const start = performance.now();
    server.process.kill('SIGINT');
    assert.equal(await server.exit, 0);
    assert.ok(performance.now() - start < 2000);
    agent.destroy();
  });

  test('half a million brackets end in an answer', async () => {
    const [port, grpc] = [await freePort(), await freePort()];
    const server = await startServer(flags(port, grpc, savedModel(1)), { rest: port });
    const deep = '['.repeat(500_000) + ']'.repeat(500_000);
    assert.equal((await post(port, undefined, `{"instances": [1], "nested": ${deep}}`)).status, 200);
    assert.equal((await post(port, undefined, `{"instances": ${deep}}`)).status, 400);
    assert.equal((await post(port, undefined, `{"signature_name": ${deep}}`)).status, 400);
    assert.equal((await post(port, undefined, '{"instances": [1]}')).status, 200);
    await server.stop();
  });
});

function post(port: number, agent: Agent | undefined, body: string): Promise<{ status: number; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request(
      { port, host: '127.0.0.1', method: 'POST', path: '/v1/models/plus:predict', ...(agent && { agent }) },
      async (response) => {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk as Buffer);
        resolve({ status: response.statusCode as number, body: Buffer.concat(chunks).toString() });
      },
    );
    call.on('error', reject);
    call.end(body);
  });
}
