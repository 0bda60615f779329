import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { promisify } from 'node:util';
import { python } from '../../helpers/python.ts';
import { savedModel } from '../process/saved-model.ts';
import { freePort, startServer } from '../process/server.ts';
import { withoutServingApi } from './serving-api.ts';

const options = { skip: withoutServingApi };

test('the Python client classifies, regresses, infers and reloads, with TensorFlow’s own numbers', options, (t) =>
  drive(t),
);

test('it gets the same answers where requests are batched', options, (t) => drive(t, '--enable_batching'));

async function drive(t: TestContext, ...flags: string[]): Promise<void> {
  const port = await freePort();
  const server = await startServer(
    [`--port=${port}`, '--model_name=plus', `--model_base_path=${savedModel(1)}`, ...flags],
    { until: `Running gRPC ModelServer at 0.0.0.0:${port} ...` },
  );
  const script = join(import.meta.dirname, 'examples_client.py');
  const folder = mkdtempSync(join(tmpdir(), 'typelab-grpc-'));
  const { stdout } = await promisify(execFile)(python as string, [script, `127.0.0.1:${port}`, folder], {
    timeout: 120_000,
  });
  assert.equal(await server.stop(), 0);
  t.assert.fileSnapshot(stdout, join(import.meta.dirname, 'golden', 'examples.txt'), { serializers: [String] });
}
