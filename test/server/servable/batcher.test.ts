import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { HostTensor } from '../../../lib/saved-model/value.ts';
import { build } from '../../../server/src/app.ts';
import type { BatchingParameters } from '../../../server/src/config/batching-config.ts';
import { createBatcher } from '../../../server/src/servable/batcher.ts';
import type { ServableModel } from '../../../server/src/servable/servable.ts';
import { baseFolder, config, fakeCore } from '../fake-core.ts';
import { echo, half } from '../fake-models.ts';

const DEFAULTS: BatchingParameters = {
  maxBatchSize: 4,
  batchTimeoutMicros: 0,
  maxEnqueuedBatches: 10,
  numBatchThreads: 2,
  threadPoolName: '',
  splitLarge: false,
  maxExecutionBatchSize: 4,
  allowedBatchSizes: [],
  padVariableLengthInputs: false,
};

const floats = (...values: number[]): HostTensor => ({
  dtype: 'float32',
  shape: [values.length, 1],
  data: Float32Array.from(values),
});

const until = (deadline: number) => ({ deadline, gone: () => false });

function batcher(parameters: Partial<BatchingParameters> = {}, model: ServableModel = half()) {
  const batches: { rows: number; padding: number; tasks: number }[] = [];
  const asked: number[] = [];
  const run = createBatcher(model, { ...DEFAULTS, ...parameters }, (report) => {
    batches.push({ rows: report.rows, padding: report.padding, tasks: report.queued.length });
    asked.push(...report.asked);
  });
  const ask = async (...values: number[]) => {
    const { y } = await run('serving_default', { x: floats(...values) });
    return Array.from((y as HostTensor).data as Float32Array);
  };
  return { run, ask, batches, asked };
}

describe('a batch', () => {
  test('holds the requests that came together, and gives each its own rows', async () => {
    const { ask, batches } = batcher();
    assert.deepEqual(await Promise.all([ask(2), ask(4, 6), ask(8)]), [[3], [4, 5], [6]]);
    assert.deepEqual(batches, [{ rows: 4, padding: 0, tasks: 3 }]);
  });

  test('leaves out who has stopped waiting', async () => {
    const { run, batches } = batcher({ batchTimeoutMicros: 20_000 });
    const late = run('serving_default', { x: floats(2) }, undefined, until(performance.now()));
    const [, { y }] = await Promise.all([
      assert.rejects(late, {
        code: 'RESOURCE_EXHAUSTED',
        message: 'Run() timeout exceeded while waiting in batching queue',
      }),
      run('serving_default', { x: floats(4) }, undefined, until(performance.now() + 60_000)),
    ]);
    assert.deepEqual([...(y as HostTensor).data], [4]);
    assert.deepEqual(batches, [{ rows: 1, padding: 0, tasks: 1 }]);
  });

  test('is never larger than max_batch_size; what does not fit opens the next', async () => {
    const { ask, batches } = batcher();
    assert.deepEqual(await Promise.all([ask(2, 4, 6), ask(8, 10)]), [
      [3, 4, 5],
      [6, 7],
    ]);
    assert.deepEqual(
      batches.map(({ rows }) => rows),
      [3, 2],
    );
  });

  test('waits for batch_timeout_micros, unless it is full before', async () => {
    const { ask, batches } = batcher({ batchTimeoutMicros: 60_000_000 });
    const first = ask(2);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(batches, []);
    assert.deepEqual(await Promise.all([first, ask(4, 6, 8)]), [[3], [4, 5, 6]]);
    const short = batcher({ batchTimeoutMicros: 5000 });
    assert.deepEqual(await short.ask(2), [3]);
  });

  test('is filled up to the next allowed size, and nobody sees the filling', async () => {
    const { ask, batches } = batcher({ allowedBatchSizes: [2, 4] });
    assert.deepEqual(await ask(2, 4, 6), [3, 4, 5]);
    assert.deepEqual(batches, [{ rows: 3, padding: 1, tasks: 1 }]);
  });

  test('takes a part of a large request where splitting is on', async () => {
    const { ask, batches, asked } = batcher({ splitLarge: true, maxBatchSize: 100, maxExecutionBatchSize: 4 });
    assert.deepEqual(await Promise.all([ask(0), ask(2, 4, 6, 8, 10, 12, 14, 16)]), [[2], [3, 4, 5, 6, 7, 8, 9, 10]]);
    assert.deepEqual(
      batches.map(({ rows }) => rows),
      [4, 4, 1],
    );
    assert.deepEqual(asked, [1, 8]);
  });

  test('has one row shape; others wait in a queue of their own', async () => {
    const { run, batches } = batcher({}, echo({ x: { dtype: 'int32' } }));
    const wide = (...row: number[]) =>
      run('serving_default', { x: { dtype: 'int32', shape: [1, row.length], data: Int32Array.from(row) } });
    const [a, b, c] = await Promise.all([wide(1, 2), wide(3), wide(4, 5)]);
    assert.deepEqual([a.x?.data, b.x?.data, c.x?.data], [Int32Array.of(1, 2), Int32Array.of(3), Int32Array.of(4, 5)]);
    assert.deepEqual(batches.map(({ tasks }) => tasks).sort(), [1, 2]);
  });

  test('pads shorter rows with their first element where pad_variable_length_inputs is on', async () => {
    const { run, batches } = batcher({ padVariableLengthInputs: true }, echo({ x: { dtype: 'int64' } }));
    const rows = (shape: number[], ...values: bigint[]) =>
      run('serving_default', { x: { dtype: 'int64', shape, data: BigInt64Array.from(values) } });
    const [a, b] = await Promise.all([rows([1, 2, 1], 1n, 2n), rows([1, 1, 3], 3n, 4n, 5n)]);
    assert.deepEqual(a.x, { dtype: 'int64', shape: [1, 2, 3], data: BigInt64Array.of(1n, 1n, 1n, 2n, 1n, 1n) });
    assert.deepEqual(b.x, { dtype: 'int64', shape: [1, 2, 3], data: BigInt64Array.of(3n, 4n, 5n, 3n, 3n, 3n) });
    assert.equal(batches.length, 1);
  });

  test('of strings is joined and parted too', async () => {
    const { run } = batcher({}, echo({ s: { dtype: 'string' } }));
    const words = (...list: string[]) =>
      run('serving_default', {
        s: { dtype: 'string', shape: [list.length], data: list.map((word) => Buffer.from(word)) },
      });
    const [, b] = await Promise.all([words('a'), words('b', 'c')]);
    assert.deepEqual(b.s, { dtype: 'string', shape: [2], data: [Buffer.from('b'), Buffer.from('c')] });
  });
});

describe('a request', () => {
  test('that is larger than a batch is refused in TensorFlow’s words', async () => {
    const { ask } = batcher();
    await assert.rejects(ask(1, 2, 3, 4, 5), {
      code: 'INVALID_ARGUMENT',
      message: 'Task size 5 is larger than maximum input batch size 4',
    });
  });

  test('that finds the queue full is told to come later', async () => {
    const { ask } = batcher({ maxEnqueuedBatches: 2 });
    const results = await Promise.allSettled([ask(1, 2, 3, 4), ask(1, 2, 3, 4), ask(1)]);
    assert.deepEqual(
      results.map(({ status }) => status),
      ['fulfilled', 'fulfilled', 'rejected'],
    );
    const { code, message } = (results[2] as PromiseRejectedResult).reason;
    assert.deepEqual(
      [code, message],
      [
        'UNAVAILABLE',
        'The batch scheduling queue to which this task was submitted is full; currently 2 batches enqueued and max_enqueued_batches is 2',
      ],
    );
    const splitting = batcher({ splitLarge: true, maxBatchSize: 100, maxExecutionBatchSize: 4, maxEnqueuedBatches: 2 });
    const first = splitting.ask(1);
    await assert.rejects(splitting.ask(...Array(8).fill(1)), {
      message:
        'The batch scheduling queue to which this task was submitted is full; task size is 8 but scheduling capacity is only 7 (num_enqueued_batches=1, max_enqueued_batches=2, open_batch_size=1, max_execution_batch_size=4)',
    });
    await first;
  });

  test('without a first dimension, or with two, cannot be put into a batch', async () => {
    const { run } = batcher({}, echo({ a: { dtype: 'float32' }, b: { dtype: 'float32' } }));
    const scalar: HostTensor = { dtype: 'float32', shape: [], data: Float32Array.of(1) };
    await assert.rejects(run('serving_default', { a: scalar, b: scalar }), /must have at least one dimension/);
    await assert.rejects(run('serving_default', { a: floats(1), b: floats(1, 2) }), /equal 0th-dimension size/);
  });

  test('without inputs has those that the signature has defaults for', async () => {
    const model = half();
    const signature = model.signatures.serving_default as (typeof model.signatures)[string];
    const signatures = { serving_default: { ...signature, defaults: { x: floats(6) } } };
    const { run, ask, batches } = batcher({}, { ...model, signatures });
    const [{ y }, other] = await Promise.all([run('serving_default', {}), ask(2)]);
    assert.deepEqual([[...(y as HostTensor).data], other], [[5], [3]]);
    assert.equal(batches.length, 1);
    await assert.rejects(batcher().run('serving_default', {}), {
      message: 'Batching Run() must have at least one input tensor',
    });
  });

  test('that fails in a batch fails alone', async () => {
    const model = half();
    const picky: ServableModel = {
      ...model,
      run: (name, inputs, outputs) => {
        if ((inputs.x as HostTensor).data.some((value: unknown) => value === 13)) throw new Error('unlucky');
        return model.run(name, inputs, outputs);
      },
    };
    const { ask } = batcher({}, picky);
    const [good, bad, other] = await Promise.allSettled([ask(2), ask(13), ask(4)]);
    assert.deepEqual(
      [good, other],
      [
        { status: 'fulfilled', value: [3] },
        { status: 'fulfilled', value: [4] },
      ],
    );
    assert.match(String((bad as PromiseRejectedResult).reason), /unlucky/);
  });
});

test('REST requests that come together share a batch, and one of wrong shape gets its own error', async () => {
  const model = half();
  const batches: number[] = [];
  const submit = createBatcher(model, { ...DEFAULTS, maxBatchSize: 100 }, ({ queued }) => batches.push(queued.length));
  const { core } = fakeCore(() => ({ ...model, submit }));
  await core.configure([config('half', baseFolder(1))]);
  const app = build({ core, cors: false });
  const post = (body: string) => app.inject({ method: 'POST', url: '/v1/models/half:predict', body });
  const answers = await Promise.all([
    post('{"instances": [[2]]}'),
    post('{"instances": [[4], [6]]}'),
    post('{"instances": [[1]], "signature_name": "none"}'),
    post('{"inputs": 1.0}'),
  ]);
  assert.deepEqual(
    answers.map(({ statusCode, body }) => [statusCode, JSON.parse(body).predictions ?? JSON.parse(body).error]),
    [
      [200, [[3]]],
      [200, [[4], [5]]],
      [400, 'Serving signature name: "none" not found in signature def'],
      [400, 'Batching Run() input tensors must have at least one dimension'],
    ],
  );
  assert.deepEqual(batches, [2]);
  await app.close();
});

test('over REST a full queue is a 503 that says when to come again, and a request that waited too long a 429', async () => {
  const parameters = { ...DEFAULTS, maxEnqueuedBatches: 1, maxBatchSize: 1, maxExecutionBatchSize: 1 };
  const model = half();
  const { core } = fakeCore(() => ({ ...model, submit: createBatcher(model, parameters) }));
  await core.configure([config('half', baseFolder(1))]);
  const ask = (app: ReturnType<typeof build>) =>
    app.inject({ method: 'POST', url: '/v1/models/half:predict', payload: '{"instances": [[1]]}' });
  const app = build({ core, timeout: 60_000 });
  const answers = await Promise.all([ask(app), ask(app)]);
  assert.deepEqual(
    answers.map(({ statusCode, headers }) => [statusCode, headers['retry-after']]),
    [
      [200, undefined],
      [503, '1'],
    ],
  );
  await app.close();
  const slow = { ...DEFAULTS, batchTimeoutMicros: 20_000 };
  const { core: waiting } = fakeCore(() => ({ ...model, submit: createBatcher(model, slow) }));
  await waiting.configure([config('half', baseFolder(1))]);
  const hasty = build({ core: waiting, timeout: 1 });
  assert.equal((await ask(hasty)).statusCode, 429);
  await hasty.close();
});
