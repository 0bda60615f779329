import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { BatchingParametersProto, toBatchingParameters } from '../../../server/src/config/batching-config.ts';
import { batchingOf } from '../../../server/src/config/options.ts';
import { parseTextProto } from '../../../server/src/config/text-proto.ts';

const read = (text: string) => toBatchingParameters(parseTextProto(text, BatchingParametersProto));

describe('batching parameters', () => {
  test('that no scheduler can work with are refused in TensorFlow’s words', () => {
    const refused = (text: string, message: string) =>
      assert.throws(() => read(text), { code: 'INVALID_ARGUMENT', message });
    refused('num_batch_threads { value: 0 }', 'num_batch_threads must be positive; was 0');
    refused('max_batch_size { value: 0 }', 'input_batch_size_limit must be positive; was 0');
    refused('batch_timeout_micros { value: -1 }', 'batch_timeout_micros must be non-negative; was -1');
    const split = 'enable_large_batch_splitting { value: true }';
    refused(`${split} max_enqueued_batches { value: 0 }`, 'max_enqueued_batches must be positive; was 0');
    refused(
      `${split} max_batch_size { value: 4 } max_execution_batch_size { value: 8 }`,
      'When enable_large_batch_splitting is true, input_batch_size_limit must be greater than or equal to max_execution_batch_size.',
    );
    refused(
      `${split} max_batch_size { value: 16 } max_execution_batch_size { value: 4 } allowed_batch_sizes: 8`,
      'Last entry in allowed_batch_sizes must match max_batch_size; last entry was 8; expected 16',
    );
  });

  test('of a model are its own where each brings them, and a model that brings none is not batched', () => {
    const [plain, own] = ['plain', 'own'].map((name) => mkdtempSync(join(tmpdir(), `typelab-${name}-`))) as [
      string,
      string,
    ];
    writeFileSync(join(own, 'batching_params.pbtxt'), 'max_batch_size { value: 7 }');
    const sizeOf = (path: string, batchingPerModel: boolean, batching = read('max_batch_size { value: 3 }')) =>
      batchingOf(path, { batching, batchingPerModel }, () => {})?.maxBatchSize;
    assert.deepEqual([sizeOf(plain, false), sizeOf(own, false)], [3, 3]);
    assert.deepEqual([sizeOf(plain, true), sizeOf(own, true)], [undefined, 7]);
    assert.equal(
      batchingOf(own, { batching: undefined, batchingPerModel: true }, () => {}),
      undefined,
    );
  });

  test('allow no waiting batch as one, and sizes up to either limit where large batches are split', () => {
    assert.equal(read('max_enqueued_batches { value: 0 }').maxEnqueuedBatches, 1);
    const limits = 'max_batch_size { value: 16 } max_execution_batch_size { value: 4 }';
    for (const last of [4, 16]) {
      const { allowedBatchSizes } = read(
        `enable_large_batch_splitting { value: true } ${limits} allowed_batch_sizes: [2, ${last}]`,
      );
      assert.deepEqual(allowedBatchSizes, [2, last]);
    }
  });
});
