import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { crc32c, mask } from '../../../lib/saved-model/crc32c.ts';
import { encode } from '../../../lib/saved-model/encode.ts';
import { toTensorProto } from '../../../lib/saved-model/tensor-proto.ts';
import { encodeExample } from '../../../server/src/codec/example.ts';
import { PredictionLog } from '../../../server/src/grpc/messages.ts';
import { createLog } from '../../../server/src/log.ts';
import type { ServableModel } from '../../../server/src/servable/servable.ts';
import { warmUp } from '../../../server/src/servable/warmup.ts';
import { examples, half } from '../fake-models.ts';

/** A version folder with these bytes as its records. */
function folder(bytes: Uint8Array): string {
  const path = mkdtempSync(join(tmpdir(), 'typelab-warmup-'));
  mkdirSync(join(path, 'assets.extra'));
  writeFileSync(join(path, 'assets.extra', 'tf_serving_warmup_requests'), bytes);
  return path;
}

function record(data: Uint8Array): Buffer {
  const header = Buffer.alloc(12);
  header.writeBigUInt64LE(BigInt(data.length));
  header.writeUInt32LE(mask(crc32c(header.subarray(0, 8))), 8);
  const footer = Buffer.alloc(4);
  footer.writeUInt32LE(mask(crc32c(data)));
  return Buffer.concat([header, data, footer]);
}

const log = (value: Partial<PredictionLog>): Buffer => record(encode(PredictionLog, value));
const predictLog = (name: string): Buffer => {
  const tensor = toTensorProto({ dtype: 'float32', shape: [2], data: Float32Array.of(1, 2) });
  const inputs = new Map([[name, tensor]]);
  return log({ predict_log: { request: { model_spec: undefined, inputs, output_filter: [] } } });
};

async function run(bytes: Uint8Array, model: ServableModel = half(), iterations = 1) {
  const signatures: string[] = [];
  const counted = {
    ...model,
    run: (...args: Parameters<typeof model.run>) => {
      signatures.push(args[0]);
      return model.run(...args);
    },
  };
  const lines: string[] = [];
  const path = folder(bytes);
  const options = { iterations, checkMethodName: false };
  await warmUp(
    counted,
    path,
    options,
    createLog((line) => lines.push(line)),
  );
  return {
    signatures,
    lines: lines.map((line) =>
      line
        .replace(/^[^\]]*\] /, '')
        .replaceAll(path, 'PATH')
        .trimEnd(),
    ),
  };
}

describe('warm-up records', () => {
  test('are replayed as often as asked, and the log says how many', async () => {
    const { signatures, lines } = await run(Buffer.concat([predictLog('x'), predictLog('x')]), half(), 3);
    assert.equal(signatures.length, 6);
    const file = 'PATH/assets.extra/tf_serving_warmup_requests';
    assert.equal(
      lines[0],
      `Starting to read warmup data for model at ${file} with model-warmup-options num_request_iterations { value: 3 }`,
    );
    assert.match(
      lines[1] as string,
      /^Finished reading warmup data for model at \S+\. Number of warmup records read: 2\. Elapsed time \(microseconds\): \d+\.$/,
    );
  });

  test('may be predict, classify, regress and multi-inference requests', async () => {
    const example = encodeExample(
      new Map([
        ['x', { kind: 'float', values: [1] }],
        ['s', { kind: 'bytes', values: [Buffer.from('a')] }],
      ]),
    );
    const input = { example_list: { examples: [example] }, example_list_with_context: undefined };
    const spec = (signature_name: string) => ({
      name: '',
      version: undefined,
      signature_name,
      version_label: undefined,
    });
    const request = (name: string) => ({ request: { model_spec: spec(name), input } });
    const task = (name: string, method_name: string) => ({ model_spec: { ...spec(name), name: 'm' }, method_name });
    const tasks = [task('', 'tensorflow/serving/classify'), task('regress', 'tensorflow/serving/regress')];
    const { signatures } = await run(
      Buffer.concat([
        log({ classify_log: request('labels') }),
        log({ regress_log: request('regress') }),
        log({ multi_inference_log: { request: { tasks, input } } }),
      ]),
      examples(),
    );
    assert.deepEqual(signatures, ['labels', 'regress', 'serving_default', 'regress']);
  });

  test('that fail, are no records, or too many fail the load', async () => {
    await assert.rejects(
      run(predictLog('x'), {
        ...half(),
        run: () => {
          throw new Error('no such input');
        },
      }),
      /no such input/,
    );
    const good = predictLog('x');
    const advice = /\. Please verify your warmup data is in TFRecord format\.$/;
    await assert.rejects(run(good.subarray(0, -3)), advice);
    await assert.rejects(run(Buffer.from('this is a text file, not records')), advice);
    const bad = Buffer.from(good);
    bad[14] = (bad[14] as number) ^ 1;
    await assert.rejects(run(bad), /^StatusError: corrupted record at 0\. Please/);
    await assert.rejects(run(record(Buffer.from([0x32, 0xff]))), /Failed to parse warmup record/);
    await assert.rejects(run(Buffer.concat(Array(1001).fill(good))), /exceeds the maximum \(1000\)/);
    await assert.rejects(run(log({ session_run_log: {} })), /Unsupported log_type for warmup: 5/);
  });
});
