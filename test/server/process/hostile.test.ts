import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { times } from '../../helpers/long.ts';
import { addSavedVersion, savedModel, savedModelBytes } from './saved-model.ts';
import { freePort, type Server, startServer } from './server.ts';

async function started(t: TestContext, base = savedModel(1), ...more: string[]): Promise<Server & { port: number }> {
  const port = await freePort();
  const flags = [`--port=${await freePort()}`, `--rest_api_port=${port}`, '--model_name=plus', ...more];
  const server = await startServer([...flags, `--model_base_path=${base}`], { rest: port });
  t.after(() => server.stop());
  return { ...server, port };
}

const GOOD = '{\n    "predictions": [2.0\n    ]\n}';
const post = (server: Server, body: string | Uint8Array, headers = {}, path = 'plus:predict') =>
  fetch(`${server.url}/v1/models/${path}`, { method: 'POST', body: body as BodyInit, headers });
const answers = async (server: Server) => assert.equal(await (await post(server, '{"instances": [1]}')).text(), GOOD);

describe('a hostile world', () => {
  test('fuzzed requests are answered, each with a status of its own, and the server lives', async (t) => {
    const server = await started(t);
    const seen = new Map<number, number>();
    const random = generator(11);
    const started_ = performance.now();
    const count = times(1000, 100_000);
    let memory = 0;
    for (let i = 0; i < count; i += 50) {
      const statuses = await Promise.all(Array.from({ length: 50 }, () => fuzz(server, random)));
      for (const status of statuses) seen.set(status, (seen.get(status) ?? 0) + 1);
      if (i >= count / 2 && memory === 0) memory = resident(server);
    }
    const seconds = (performance.now() - started_) / 1000;
    const grown = resident(server) - memory;
    t.diagnostic(
      `${count} requests, ${Math.round(count / seconds)}/s, grown by ${grown.toFixed(1)} MB; ${[...seen].map(([status, n]) => `${status}: ${n}`).join(', ')}`,
    );
    assert.ok([200, 400, 404].every((status) => (seen.get(status) ?? 0) > 0));
    assert.deepEqual(
      [...seen.keys()].filter((status) => status >= 500 && status !== 501),
      [],
    );
    assert.ok(grown < 64, `${grown} MB`);
    await answers(server);
  });

  test('names like __proto__ are names', async (t) => {
    const server = await started(t);
    const body =
      '{"instances": [1], "__proto__": {"polluted": true}, "constructor": {"prototype": {"polluted": true}}}';
    assert.equal(await (await post(server, body)).text(), GOOD);
    for (const name of ['__proto__', 'constructor', 'toString']) {
      assert.equal((await post(server, '{"instances": [1]}', {}, `${name}:predict`)).status, 404);
      const signature = await post(server, `{"signature_name": "${name}", "instances": [1]}`);
      assert.match(await signature.text(), new RegExp(`Serving signature name: \\\\"${name}\\\\" not found`));
    }
  });

  test('no path leads out of the base paths', async (t) => {
    const server = await started(t);
    for (const path of ['..%2f..%2fetc%2fpasswd', '../../etc/passwd', '%2e%2e', 'plus/versions/1%2f..%2f..', '.']) {
      const answer = await raw(server.port, `GET /v1/models/${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`);
      assert.match(answer, /^HTTP\/1.1 (400|404) /);
      assert.doesNotMatch(answer, /root:/);
    }
  });

  test('too long headers, no HTTP and a zipped flood are refused in JSON', async (t) => {
    const server = await started(t);
    const long = await raw(server.port, `GET /v1/models/plus HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(100_000)}\r\n\r\n`);
    assert.match(long, /^HTTP\/1.1 431 .*\{\n {4}"error": "The header is larger than 65536 bytes"\n\}$/s);
    assert.match(await raw(server.port, 'NONSENSE\r\n\r\n'), /^HTTP\/1.1 400 .*"error": "Malformed request: /s);
    const flood = gzipSync(Buffer.alloc(2 ** 30 + 1));
    const refused = await post(server, flood, { 'content-encoding': 'gzip' });
    assert.equal(refused.status, 429);
    assert.match(await refused.text(), /The unpacked body is larger than/);
    await answers(server);
  });

  const megabytes = times(64, 256);
  test(`a body of ${megabytes} MB is read`, async (t) => {
    const server = await started(t);
    const value = '0.123456789012345,';
    const body = Buffer.alloc(megabytes * 2 ** 20, value);
    body.write('{"inputs": [');
    body.write(`${'1'.repeat(value.length - 13)},`, 12);
    const end = Math.floor(body.length / value.length - 1) * value.length;
    const answer = await post(server, Buffer.concat([body.subarray(0, end - 1), Buffer.from(']}')]));
    assert.equal(answer.status, 200, (await answer.clone().text()).slice(0, 200));
    await answers(server);
  });

  test('clients that send slowly do not hold up others', async (t) => {
    const server = await started(t);
    const slow = Array.from({ length: 100 }, () => connect(server.port, '127.0.0.1'));
    for (const socket of slow) {
      socket.on('error', () => {});
      socket.write('POST /v1/models/plus:predict HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{"inst');
    }
    for (let i = 0; i < 20; i++) await answers(server);
    for (const socket of slow) socket.destroy();
    await answers(server);
  });

  test('5,000 connections at once all get their answers', async (t) => {
    const server = await started(t);
    const sockets: Socket[] = [];
    t.after(() => {
      for (const socket of sockets) socket.destroy();
    });
    for (let i = 0; i < 5000; i += 250)
      sockets.push(...(await Promise.all(Array.from({ length: 250 }, () => open(server.port)))));
    const body = '{"instances": [1]}';
    const request = `POST /v1/models/plus:predict HTTP/1.1\r\nHost: x\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
    const texts = await Promise.all(sockets.map((socket) => exchange(socket, request)));
    assert.equal(texts.filter((text) => text.endsWith(GOOD)).length, 5000);
  });

  test('corrupt SavedModels and a full disk leave the version that serves, and the status says why', async (t) => {
    const base = savedModel(1);
    const server = await started(t, base, '--max_num_load_retries=0');
    const bytes = Buffer.from(savedModelBytes(2));
    const folders: [number, Uint8Array][] = [
      [2, bytes.subarray(0, bytes.length / 2)],
      [3, Buffer.from('not a protobuf at all')],
      // What a full disk leaves: the file is there, with nothing in it.
      [4, Buffer.alloc(0)],
    ];
    for (const [version, content] of folders) {
      mkdirSync(join(base, String(version)));
      writeFileSync(join(base, String(version), 'saved_model.pb'), content);
      let state: { state: string; status: { error_code: string; error_message: string } } | undefined;
      for (const end = Date.now() + 60_000; state?.state !== 'END' && Date.now() < end; await sleep(50)) {
        const answer = await fetch(`${server.url}/v1/models/plus/versions/${version}`);
        state = ((await answer.json()) as { model_version_status?: (typeof state)[] }).model_version_status?.[0];
      }
      assert.equal(state?.state, 'END', server.log());
      assert.notEqual(state?.status.error_code, 'OK');
      assert.ok((state?.status.error_message ?? '').length > 10);
      await answers(server);
    }
    addSavedVersion(base, 5, 1);
    for (const end = Date.now() + 60_000; Date.now() < end; await sleep(50)) {
      if ((await fetch(`${server.url}/v1/models/plus/versions/5`)).ok && /version: 5\}/.test(server.log())) break;
    }
    await answers(server);
  });
});

type Random = () => number;
function generator(seed: number): Random {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

const BODIES = [
  '{"instances": [1, 2.5]}',
  '{"signature_name": "serving_default", "inputs": [[1e3], [-0.5]]}',
  '{"examples": [{"x": [1.5, 2]}, {"s": {"b64": "AA=="}}], "context": {"y": true}}',
  '{"inputs": {"x": NaN}}',
];
const PATHS = [
  'plus:predict',
  'plus/versions/1:predict',
  'plus:classify',
  'none:predict',
  'plus',
  'plus/metadata',
  'plus:regress',
];

async function fuzz(server: Server, random: Random): Promise<number> {
  const bytes = Buffer.from(pick(random, BODIES));
  const cut: Buffer[] = [];
  for (let i = Math.floor(random() * 4); i > 0; i--) {
    const at = Math.floor(random() * bytes.length);
    bytes[at] = pick(random, [0, 34, 44, 48, 91, 92, 93, 123, 125, 128, 255, Math.floor(random() * 256)]);
  }
  const times_ = random() < 0.1 ? 50 : 1;
  for (let i = 0; i < times_; i++) cut.push(bytes.subarray(0, Math.ceil(random() * bytes.length * 1.5)));
  const get = random() < 0.1;
  const headers = random() < 0.1 ? { 'content-encoding': 'gzip' } : undefined;
  const answer = await fetch(`${server.url}/v1/models/${pick(random, PATHS)}`, {
    method: get ? 'GET' : 'POST',
    ...(headers && { headers }),
    ...(!get && { body: Buffer.concat(cut) as BodyInit }),
  });
  const text = await answer.text();
  if (!answer.ok) assert.ok(text.startsWith('{\n    "error": "'), text);
  return answer.status;
}

function resident(server: Server): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))?.[1]) / 1024;
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
  });
}

/** Resolves with the whole answer of a connection that stays open. */
function exchange(socket: Socket, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    socket.on('data', (chunk) => {
      text += chunk;
      if (text.endsWith('}')) resolve(text);
    });
    socket.on('error', reject);
    socket.on('close', () => resolve(text));
    socket.write(request);
  });
}

function raw(port: number, request: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () => socket.write(request));
    socket.on('data', (chunk) => (text += chunk));
    socket.on('error', (error) => (text === '' ? reject(error) : resolve(text)));
    socket.on('close', () => resolve(text));
  });
}
