import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { savedModel } from './saved-model.ts';
import { freePort, type Server, startServer } from './server.ts';

async function monitored(t: TestContext, config: string): Promise<Server> {
  const file = join(mkdtempSync(join(tmpdir(), 'typelab-monitoring-')), 'monitoring.config');
  writeFileSync(file, config);
  const rest = await freePort();
  const flags = [`--port=${await freePort()}`, `--rest_api_port=${rest}`, '--model_name=plus'];
  const server = await startServer(
    [...flags, `--model_base_path=${savedModel(1)}`, `--monitoring_config_file=${file}`],
    { rest },
  );
  t.after(() => server.stop());
  return server;
}

const post = (server: Server, path: string, body: string) =>
  fetch(`${server.url}/v1/models/${path}`, { method: 'POST', body });

describe('monitoring', () => {
  test('Prometheus finds TF Serving’s names, labels and buckets, and ours by version and signature', async (t) => {
    const server = await monitored(t, 'prometheus_config { enable: true }');
    for (let i = 0; i < 3; i++) await post(server, 'plus:predict', '{"instances": [1]}');
    await post(server, 'plus:predict', '{"instances": ["x"]}');
    await post(server, 'none:predict', '{"instances": [1]}');
    await fetch(`${server.url}/v1/models/plus`);
    await fetch(`${server.url}/v1/nothing`);
    // Refused by the path alone, yet counted under the model that it names.
    await post(server, 'plus:PREDICT', '{}');
    await post(server, 'plus/versions/99999999999999999999:predict', '{}');
    const answer = await fetch(`${server.url}/monitoring/prometheus/metrics`);
    assert.equal(answer.headers.get('content-type'), 'text/plain');
    const text = await answer.text();
    const lines = text.split('\n');
    const has = (line: string) => assert.ok(lines.includes(line), `${line} is not in\n${text}`);
    has('# TYPE :tensorflow:serving:request_count counter');
    has(':tensorflow:serving:request_count{model_name="plus",status="OK"} 4');
    has(':tensorflow:serving:request_count{model_name="plus",status="INVALID_ARGUMENT"} 3');
    has(':tensorflow:serving:request_count{model_name="none",status="NOT_FOUND"} 1');
    has(':tensorflow:serving:request_count{model_name="",status="INVALID_ARGUMENT"} 1');
    has('# TYPE :tensorflow:serving:request_latency histogram');
    has(':tensorflow:serving:request_latency_count{model_name="plus",API="predict",entrypoint="REST"} 3');
    has(':tensorflow:serving:request_latency_bucket{model_name="plus",API="predict",entrypoint="REST",le="+Inf"} 3');
    has(':tensorflow:serving:runtime_latency_count{model_name="plus",API="Predict",runtime="TF1"} 3');
    has('# TYPE :tensorflow:serving:model_warmup_latency histogram');
    assert.match(text, /^:tensorflow:cc:saved_model:load_attempt_count\{model_path="[^"]*\/1",status="success"\} 1$/m);
    assert.match(text, /^:tensorflow:cc:saved_model:load_latency\{model_path="[^"]*\/1"\} [1-9]\d*$/m);
    const ours = 'model_name="plus",version="1",signature_name="serving_default"';
    has(`:typelab:serving:request_count{${ours},status="OK"} 3`);
    for (const stage of ['parse', 'queue', 'run', 'write'])
      has(`:typelab:serving:stage_latency_count{${ours},stage="${stage}"} 3`);
    const limits = lines
      .filter((line) => line.startsWith(':tensorflow:serving:request_latency_bucket{model_name="plus",API="predict"'))
      .map((line) => /le="([^"]*)"/.exec(line)?.[1]);
    assert.equal(limits.length, 34);
    assert.deepEqual(limits.slice(0, 6), ['10', '18', '32.4', '58.32', '104.976', '188.957']);
    assert.equal(limits[32], '1.47476e+09');
  });

  test('the page is where the file says, and nowhere when it is not enabled', async (t) => {
    const moved = await monitored(t, "prometheus_config { enable: true path: '/v1/here' }");
    assert.equal((await fetch(`${moved.url}/v1/here`)).status, 200);
    assert.equal((await fetch(`${moved.url}/monitoring/prometheus/metrics`)).status, 404);
    const off = await monitored(t, "prometheus_config { path: '/v1/here' }");
    assert.equal((await fetch(`${off.url}/v1/here`)).status, 400);
  });
});
