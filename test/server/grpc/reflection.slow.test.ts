import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { credentials, loadPackageDefinition } from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { python } from '../../helpers/python.ts';
import { savedModel } from '../process/saved-model.ts';
import { freePort, startServer } from '../process/server.ts';
import { withoutServingApi } from './serving-api.ts';

const protos = join(
  dirname(createRequire(import.meta.url).resolve('@grpc/reflection')),
  '..',
  'proto',
  'grpc',
  'reflection',
);

for (const version of ['v1', 'v1alpha']) {
  test(`reflection ${version}: the services and fields are those of tensorflow-serving-api`, {
    skip: withoutServingApi,
  }, async (t) => {
    const port = await freePort();
    const flags = [`--port=${port}`, `--model_base_path=${savedModel(1)}`];
    const server = await startServer(flags, { until: 'Running gRPC ModelServer at 0.0.0.0' });
    t.after(() => server.stop());
    const ask = client(version, `127.0.0.1:${port}`);
    const { list_services_response } = await ask({ list_services: '' });
    const names = (list_services_response as { service: { name: string }[] }).service.map(({ name }) => name);
    assert.deepEqual(names.filter((name) => name.startsWith('tensorflow')).sort(), [
      'tensorflow.serving.ModelService',
      'tensorflow.serving.PredictionService',
    ]);
    const { file_descriptor_response } = await ask({ file_containing_symbol: 'tensorflow.serving.PredictionService' });
    const files = (file_descriptor_response as { file_descriptor_proto: Buffer[] }).file_descriptor_proto;
    const input = files.map((file) => Buffer.from(file).toString('base64')).join('\n');
    const { stdout, stderr } = spawnSync(python as string, [join(import.meta.dirname, 'protos.py')], {
      input,
      encoding: 'utf8',
    });
    assert.match(stdout, /^1\d\d compared\n$/, stdout + stderr);
  });
}

test('reflection has the health service where that is on, and can be turned off', async (t) => {
  const services = async (flag: string): Promise<string[]> => {
    const port = await freePort();
    const flags = [`--port=${port}`, flag, `--model_base_path=${savedModel(1)}`];
    const server = await startServer(flags, { until: 'Running gRPC ModelServer at 0.0.0.0' });
    t.after(() => server.stop());
    const { list_services_response } = await client('v1', `127.0.0.1:${port}`)({ list_services: '' });
    return (list_services_response as { service: { name: string }[] }).service.map(({ name }) => name).sort();
  };
  assert.deepEqual(await services('--enable_grpc_healthcheck_service'), [
    'grpc.health.v1.Health',
    'tensorflow.serving.ModelService',
    'tensorflow.serving.PredictionService',
  ]);
  await assert.rejects(services('--enable_grpc_reflection=false'), /UNIMPLEMENTED/);
});

type Reply = Record<string, unknown>;

function client(version: string, address: string): (request: Reply) => Promise<Reply> {
  const loaded = loadPackageDefinition(loadSync(join(protos, version, 'reflection.proto'), { keepCase: true }));
  // biome-ignore lint/suspicious/noExplicitAny: a client made at run time
  const Service = (loaded as any).grpc.reflection[version].ServerReflection;
  return (request) =>
    new Promise((resolve, reject) => {
      const stub = new Service(address, credentials.createInsecure());
      const call = stub.ServerReflectionInfo();
      call.on('data', (reply: Reply) => {
        resolve(reply);
        call.end();
      });
      call.on('error', reject);
      call.on('end', () => stub.close());
      call.write(request);
    });
}
