import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import { encode } from '../../../lib/saved-model/encode.ts';
import { create } from '../../../lib/saved-model/proto.ts';
import { toTensorProto } from '../../../lib/saved-model/tensor-proto.ts';
import * as messages from '../../../server/src/grpc/messages.ts';
import { addSavedVersion, savedModel, slowModel } from './saved-model.ts';
import { freePort, startServer } from './server.ts';

/** Runs in the server before its own code: the time of day jumps at each SIGUSR2, a day ahead, then a day behind, and so on. */
const JUMPS = `
  const Real = Date;
  let shift = 0;
  process.on('SIGUSR2', () => { shift = shift > 0 ? -864e5 : 864e5; });
  globalThis.Date = class extends Real {
    constructor(...given) { super(...(given.length === 0 ? [Real.now() + shift] : given)); }
    static now() { return Real.now() + shift; }
  };
`;

test('when the clock jumps, queues and deadlines go on as if nothing had happened', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-clock-'));
  const [base, slow] = [savedModel(1), slowModel(4000)];
  const entry = (name: string, path: string): string =>
    `config { name: "${name}" base_path: "${path}" model_platform: "tensorflow" }`;
  writeFileSync(join(folder, 'models'), `model_config_list { ${entry('plus', base)} ${entry('slow', slow)} }`);
  writeFileSync(join(folder, 'batching'), 'batch_timeout_micros { value: 400000 }');
  const [grpc, rest] = [await freePort(), await freePort()];
  process.env.NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(JUMPS)}`;
  const starting = startServer([
    `--port=${grpc}`,
    `--rest_api_port=${rest}`,
    `--model_config_file=${join(folder, 'models')}`,
    '--enable_batching',
    `--batching_parameters_file=${join(folder, 'batching')}`,
    '--rest_api_timeout_in_ms=20000',
  ]);
  delete process.env.NODE_OPTIONS;
  const server = await starting;
  t.after(() => server.stop());
  const client = new Client(`127.0.0.1:${grpc}`, credentials.createInsecure());
  t.after(() => client.close());
  const predict = (name: string, seconds: number): Promise<string> => {
    const x = toTensorProto({ dtype: 'float32', shape: [1], data: Float32Array.of(1) });
    const model_spec = create(messages.ModelSpec, { name });
    const bytes = encode(messages.PredictRequest, { model_spec, inputs: new Map([['x', x]]) });
    const asIs = (given: Buffer): Buffer => given;
    return new Promise((resolve) => {
      const path = '/tensorflow.serving.PredictionService/Predict';
      const done = (error: ServiceError | null): void => resolve(error ? `${error.code}` : 'OK');
      client.makeUnaryRequest(path, asIs, asIs, Buffer.from(bytes), { deadline: Date.now() + seconds * 1000 }, done);
    });
  };
  const ask = async (): Promise<unknown> => {
    const init = { method: 'POST', body: '{"instances": [1.0]}' };
    return (await fetch(`http://127.0.0.1:${rest}/v1/models/plus:predict`, init)).json();
  };
  assert.deepEqual([await predict('plus', 60), await predict('slow', 60)], ['OK', 'OK']);
  for (let version = 2; version < 6; version++) {
    // They wait in the batch queue, and the slow one runs, while the clock jumps.
    const waiting = [ask(), predict('plus', 30), predict('slow', 60)];
    await sleep(100);
    server.process.kill('SIGUSR2');
    assert.deepEqual(await Promise.all(waiting), [{ predictions: [version] }, 'OK', 'OK']);
    // Deadlines still end what takes too long.
    assert.equal(await predict('slow', 0.1), '4');
    addSavedVersion(base, version, version);
    for (const end = performance.now() + 60_000; JSON.stringify(await ask()) !== `{"predictions":[${version + 1}]}`; ) {
      assert.ok(performance.now() < end, `version ${version} was not loaded within 60 s`);
    }
  }
  assert.equal(server.process.exitCode, null);
});
