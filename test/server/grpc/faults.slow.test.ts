import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { connect as connectHttp2 } from 'node:http2';
import { connect, type Socket } from 'node:net';
import { describe, type TestContext, test } from 'node:test';
import { create } from '../../../lib/saved-model/proto.ts';
import { toTensorProto } from '../../../lib/saved-model/tensor-proto.ts';
import * as messages from '../../../server/src/grpc/messages.ts';
import { times } from '../../helpers/long.ts';
import { savedModel } from '../process/saved-model.ts';
import { freePort, type Server, startServer } from '../process/server.ts';
import { callGrpc } from './call.ts';

type Running = Server & { port: number };

async function started(t: TestContext): Promise<Running> {
  const port = await freePort();
  const flags = [`--port=${port}`, '--model_name=plus', `--model_base_path=${savedModel(1)}`];
  const server = await startServer(flags, { until: `Running gRPC ModelServer at 0.0.0.0:${port} ...` });
  t.after(() => server.stop());
  return { ...server, port };
}

/** The sum of what comes back for `count` zeros, to each of which the model adds one. */
async function ask({ port }: Running, count = 3): Promise<number> {
  const x = toTensorProto({ dtype: 'float32', shape: [count], data: new Float32Array(count) });
  const { outputs } = await callGrpc(
    `127.0.0.1:${port}`,
    '/tensorflow.serving.PredictionService/Predict',
    [messages.PredictRequest, messages.PredictResponse],
    { model_spec: create(messages.ModelSpec, { name: 'plus' }), inputs: new Map([['x', x]]) },
  );
  const bytes = outputs.get('y')?.float_val as Uint8Array;
  return new Float32Array(Uint8Array.from(bytes).buffer).reduce((sum, value) => sum + value, 0);
}

function opened(t: TestContext, port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => resolve(socket));
    socket.on('error', reject);
    socket.on('error', () => {});
    socket.resume();
    t.after(() => socket.destroy());
  });
}

const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
const SETTINGS = Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0]);
const HALVES = [
  Buffer.alloc(0),
  PREFACE.subarray(0, 10),
  Buffer.concat([PREFACE, SETTINGS, Buffer.from([0, 1, 0, 1])]),
];
const resident = (server: Server): number =>
  Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))?.[1]) / 1024;

describe('the gRPC port in a hostile world', () => {
  test('malformed HTTP/2 frames end their own connection only', async (t) => {
    const server = await started(t);
    let state = 7;
    const random = (below: number): number => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * below);
    };
    for (let i = 0; i < times(200, 20_000); i++) {
      const socket = await opened(t, server.port);
      const frame = Buffer.from(Array.from({ length: 9 + random(60) }, () => random(256)));
      // A type that exists, and a length that is nearly right, lead further in.
      if (random(2) === 0) frame.writeUIntBE(frame.length - 9 + random(2), 0, 3);
      if (random(2) === 0) frame[3] = random(10);
      socket.write(random(4) === 0 ? frame : Buffer.concat([PREFACE, SETTINGS, frame, frame]));
      socket.end();
      if (i % 50 === 0) assert.equal(await ask(server), 3);
    }
    assert.equal(await ask(server), 3);
    assert.equal(server.process.exitCode, null);
  });

  test('half-open connections hold up nobody', async (t) => {
    const server = await started(t);
    for (let i = 0; i < 300; i++) {
      const socket = await opened(t, server.port);
      // Nothing, half a preface, or a header frame that never ends.
      socket.write(HALVES[i % HALVES.length] as Buffer);
    }
    for (let i = 0; i < 10; i++) assert.equal(await ask(server), 3);
  });

  test('a message that says it has 4 GiB takes the memory of what came', async (t) => {
    const server = await started(t);
    assert.equal(await ask(server), 3);
    const before = resident(server);
    const session = connectHttp2(`http://127.0.0.1:${server.port}`);
    session.on('error', () => {});
    const call = session.request({
      ':method': 'POST',
      ':path': '/tensorflow.serving.PredictionService/Predict',
      'content-type': 'application/grpc',
      te: 'trailers',
    });
    call.on('error', () => {});
    call.write(Buffer.from([0, 255, 255, 255, 255]));
    for (let i = 0; i < 16; i++) await new Promise((resolve) => call.write(Buffer.alloc(2 ** 20), resolve));
    assert.equal(await ask(server), 3);
    const grown = resident(server) - before;
    session.destroy();
    assert.ok(grown < 200, `${grown} MB`);
  });

  const megabytes = times(32, 512);
  test(`a message of ${megabytes} MB is served`, async (t) => {
    const server = await started(t);
    const count = megabytes * 2 ** 18;
    assert.equal(await ask(server, count), count);
  });
});
