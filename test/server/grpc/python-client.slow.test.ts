import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { python } from '../../helpers/python.ts';
import { savedModel } from '../process/saved-model.ts';
import { freePort, startServer } from '../process/server.ts';
import { withoutServingApi } from './serving-api.ts';

test('TensorFlow Serving’s Python client gets its answers over gRPC', { skip: withoutServingApi }, async () => {
  const port = await freePort();
  const server = await startServer([`--port=${port}`, '--model_name=plus', `--model_base_path=${savedModel(1)}`], {
    until: `Running gRPC ModelServer at 0.0.0.0:${port} ...`,
  });
  const script = join(import.meta.dirname, 'client.py');
  const { stdout } = await promisify(execFile)(python as string, [script, `127.0.0.1:${port}`], { timeout: 120_000 });
  assert.equal(await server.stop(), 0);
  const spec = ['plus', 'serving_default', 1];
  const invalid = (what: string, text: string) => ({ what, code: 'INVALID_ARGUMENT', text });
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    [
      { what: 'one', answer: { y: [2], typed: 1, spec } },
      { what: 'content', answer: { y: [2, 3.5, -2], typed: 3, spec } },
      { what: 'last repeats', answer: { y: [8, 8, 8], typed: 3, spec } },
      { what: 'large', answer: { sum: 4_000_000 } },
      { what: 'unknown model', code: 'NOT_FOUND', text: 'Servable not found for request: Latest(none)' },
      { what: 'unknown version', code: 'NOT_FOUND', text: 'Servable not found for request: Specific(plus, 7)' },
      { what: 'unknown signature', code: 'FAILED_PRECONDITION', text: 'Serving signature key "nope" not found.' },
      invalid('unknown output', 'output tensor alias not found in signature: z Outputs expected to be in the set {y}.'),
      invalid(
        'wrong input',
        'Signature input alias: x(feed name: x:0) not found in request and no default value provided. Inputs expected to be in the request {z}, or default input alias set: ',
      ),
      invalid('no spec', 'Missing ModelSpec'),
      { what: 'metadata', answer: { version: 1, input: ['x:0', 1, [-1]], method: 'tensorflow/serving/predict' } },
      invalid('no field', 'GetModelMetadataRequest must specify at least one metadata_field'),
      invalid('bad field', 'Metadata field f is not supported'),
      { what: 'status', answer: [[1, 30, 0, '']] },
      { what: 'status of a version', answer: [[1, 30, 0, '']] },
      { what: 'status of none', code: 'NOT_FOUND', text: 'Could not find any versions of model none' },
      { what: 'status of no version', code: 'NOT_FOUND', text: 'Could not find version 7 of model plus' },
    ],
  );
});
