import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { python } from '../../helpers/python.ts';
import { savedModel } from '../process/saved-model.ts';
import { freePort, startServer } from '../process/server.ts';
import { withoutServingApi } from './serving-api.ts';

test('the Python client meets the batching parameters, tensor_content and a channel argument', {
  skip: withoutServingApi,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-batching-'));
  writeFileSync(join(folder, 'monitoring'), 'prometheus_config { enable: true }');
  const base = savedModel(1);
  const rest = await freePort();
  const start = async (name: string, parameters: string, ...flags: string[]) => {
    const port = await freePort();
    const file = join(folder, name);
    writeFileSync(file, parameters);
    const batching = parameters === '' ? [] : ['--enable_batching', `--batching_parameters_file=${file}`];
    const server = await startServer(
      [`--port=${port}`, '--model_name=plus', `--model_base_path=${base}`, ...batching, ...flags],
      {
        until: flags.some((flag) => flag.startsWith('--rest')) ? 'Entering the event loop' : 'Running gRPC ModelServer',
      },
    );
    return { name, place: `127.0.0.1:${port}`, server };
  };
  const waits = 'batch_timeout_micros { value: 300000 }';
  const servers = await Promise.all([
    start(
      'padded',
      `${waits} max_batch_size { value: 8 } allowed_batch_sizes: [4, 8]`,
      `--rest_api_port=${rest}`,
      `--monitoring_config_file=${join(folder, 'monitoring')}`,
    ),
    start(
      'split',
      'max_batch_size { value: 16 } max_execution_batch_size { value: 4 } enable_large_batch_splitting { value: true }',
    ),
    start('full', `${waits} max_batch_size { value: 1 } max_enqueued_batches { value: 1 }`),
    start(
      'content',
      '',
      '--enable_serialization_as_tensor_content',
      '--grpc_channel_arguments=grpc.max_receive_message_length=10000',
    ),
  ]);
  const places = Object.fromEntries(servers.map(({ name, place }) => [name, place]));
  const script = join(import.meta.dirname, 'batching_client.py');
  const { stdout } = await promisify(execFile)(python as string, [script, JSON.stringify(places)], {
    timeout: 120_000,
  });
  const page = await (await fetch(`http://127.0.0.1:${rest}/monitoring/prometheus/metrics`)).text();
  for (const { server } of servers) assert.equal(await server.stop(), 0);
  const answers = new Map(
    stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
      .map(({ what, ...rest }) => [what, rest]),
  );
  assert.deepEqual(answers.get('together'), { answer: [[1], [1, 2], [1]] });
  assert.deepEqual(answers.get('too large'), {
    code: 'INVALID_ARGUMENT',
    text: 'Task size 9 is larger than maximum input batch size 8',
  });
  assert.deepEqual(answers.get('split'), { answer: [1, 2, 3, 4, 5, 6, 7, 8, 9] });
  const [codes, texts] = answers.get('a full queue').answer;
  // How many run before the next ones come is the system's affair.
  assert.equal(codes.OK + (codes.UNAVAILABLE ?? 0), 6);
  assert.ok(codes.OK >= 1);
  assert.deepEqual(
    texts,
    codes.UNAVAILABLE
      ? [
          'The batch scheduling queue to which this task was submitted is full; currently 1 batches enqueued and max_enqueued_batches is 1',
        ]
      : [],
  );
  assert.deepEqual(answers.get('as content'), { answer: [12, [1, 2, 3]] });
  assert.equal(answers.get('larger than the channel argument allows').code, 'RESOURCE_EXHAUSTED');
  // Three requests of 1, 2 and 1 rows were one batch of four.
  const session = ':tensorflow:serving:batching_session:';
  for (const line of [
    'wrapped_run_count{} 1',
    'queuing_latency_count{thread_pool_name=""} 3',
    'input_batch_size_sum{} 4',
    'processed_batch_size_sum{} 4',
    'padding_size_count{execution_batch_size="4"} 1',
  ]) {
    assert.ok(page.includes(`${session}${line}\n`), page);
  }
  assert.match(page, /:typelab:serving:batch_rows_sum\{model_name="plus"\} 4\n/);
});
