import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { ServerCredentials } from '@grpc/grpc-js';
import { create } from '../../../lib/saved-model/proto.ts';
import { toTensorProto } from '../../../lib/saved-model/tensor-proto.ts';
import { encodeExample } from '../../../server/src/codec/example.ts';
import * as messages from '../../../server/src/grpc/messages.ts';
import { buildGrpc } from '../../../server/src/grpc/serve.ts';
import { createMetrics } from '../../../server/src/metrics.ts';
import type { ServableModel } from '../../../server/src/servable/servable.ts';
import { baseFolder, config, fakeCore } from '../fake-core.ts';
import { examples, half } from '../fake-models.ts';
import { callGrpc } from './call.ts';

async function served(t: TestContext, model: ServableModel) {
  const { core } = fakeCore(() => model);
  await core.configure([config('m', baseFolder(1))]);
  const metrics = createMetrics();
  const server = buildGrpc({ core, channelArguments: '', asContent: false, metrics, log: () => {} });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
  t.after(() => server.forceShutdown());
  return { place: `127.0.0.1:${port}`, metrics };
}

const SERVICE = '/tensorflow.serving.PredictionService';
const m = create(messages.ModelSpec, { name: 'm' });

test('calls are counted under the names of their methods, and MultiInference by its examples', async (t) => {
  const { place, metrics } = await served(t, examples());
  const example = encodeExample(new Map([['x', { kind: 'float', values: [1] }]]));
  const input = create(messages.InputProto, { example_list: { examples: [example, example] } });
  const labels = { ...m, signature_name: 'scores' };
  await callGrpc(place, `${SERVICE}/Classify`, [messages.ExamplesRequest, messages.ClassificationResponse], {
    model_spec: labels,
    input,
  });
  const task = { model_spec: labels, method_name: 'tensorflow/serving/classify' };
  await callGrpc(
    place,
    `${SERVICE}/MultiInference`,
    [messages.MultiInferenceRequest, messages.MultiInferenceResponse],
    {
      tasks: [task],
      input,
    },
  );
  const page = await metrics.page();
  for (const line of [
    'request_count{model_name="m",status="OK"} 1',
    'request_latency_count{model_name="m",API="Classify",entrypoint="GRPC"} 1',
    'runtime_latency_count{model_name="m",API="Classify",runtime="TF1"} 1',
    'request_example_count_total{model="m"} 2',
    'request_example_counts_count{model="m"} 1',
  ]) {
    assert.ok(page.includes(`\n:tensorflow:serving:${line}\n`), `${line} is not in\n${page}`);
  }
});

test('a long error is cut after 1024 bytes, in front of a character that would be cut through', async (t) => {
  const text = 'ab€'.repeat(400);
  const { place } = await served(t, {
    ...half(),
    run: () => {
      throw Object.assign(new Error(text), { code: 'INTERNAL' });
    },
  });
  const x = toTensorProto({ dtype: 'float32', shape: [1], data: Float32Array.of(1) });
  const request = { model_spec: m, inputs: new Map([['x', x]]) };
  const call = callGrpc(place, `${SERVICE}/Predict`, [messages.PredictRequest, messages.PredictResponse], request);
  await assert.rejects(call, { code: 13, details: `${text.slice(0, 614)}...TRUNCATED` });
});
