import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { python } from '../../helpers/python.ts';
import { withoutServingApi } from '../grpc/serving-api.ts';
import { savedModel } from './saved-model.ts';
import { freePort, startServer } from './server.ts';

/** Models of a megabyte, which add 1, 2, 3 …, and the flags of a server where so many of them fit into each process. */
async function models(names: string[], fit: number, workers: number) {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-demand-'));
  const entries = names.map((name, i) => {
    const base = savedModel(i + 1);
    writeFileSync(join(base, '1', 'weights'), Buffer.alloc(1e6));
    return `config { name: "${name}" base_path: "${base}" model_platform: "tensorflow" }`;
  });
  writeFileSync(join(folder, 'models'), `model_config_list { ${entries.join(' ')} }`);
  writeFileSync(join(folder, 'monitoring'), 'prometheus_config { enable: true }');
  const [grpc, rest] = [await freePort(), await freePort()];
  const flags = [
    `--port=${grpc}`,
    `--rest_api_port=${rest}`,
    `--model_config_file=${join(folder, 'models')}`,
    `--monitoring_config_file=${join(folder, 'monitoring')}`,
    '--load_on_demand',
    `--max_loaded_models_mb=${(fit + 1) * Math.max(1, workers)}`,
    `--num_workers=${workers}`,
  ];
  return { grpc, rest, flags };
}

for (const workers of [0, 2]) {
  test(`TensorFlow Serving’s Python client finds models loaded on demand, and what it cost is counted, with ${workers || 'no'} workers`, {
    skip: withoutServingApi,
  }, async () => {
    const { grpc, rest, flags } = await models(['a', 'b', 'c'], 2, workers);
    const server = await startServer(flags);
    const script = join(import.meta.dirname, '../grpc/demand_client.py');
    const { stdout } = await promisify(execFile)(python as string, [script, `127.0.0.1:${grpc}`], { timeout: 120_000 });
    const page = await (await fetch(`http://127.0.0.1:${rest}/monitoring/prometheus/metrics`)).text();
    assert.equal(await server.stop(), 0);
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.deepEqual(answers, [
      { what: 'at first', answer: { a: [10], b: [10], c: [10] } },
      { what: 'eight at once', answer: Array(8).fill(2) },
      { what: 'one is loaded', answer: { a: [30], b: [10], c: [10] } },
      { what: 'another', answer: 3 },
      { what: 'the third', answer: 4 },
      { what: 'the first made room', answer: { a: [10], b: [30], c: [30] } },
      { what: 'metadata load too', answer: 1 },
      { what: 'the second made room', answer: { a: [30], b: [10], c: [30] } },
    ]);
    for (const line of [
      ':typelab:serving:cold_load_count{model_name="a",status="OK"} 2',
      ':typelab:serving:cold_load_count{model_name="b",status="OK"} 1',
      ':typelab:serving:cold_load_latency_count{model_name="a"} 2',
      ':typelab:serving:eviction_count{model_name="a"} 1',
      ':typelab:serving:eviction_count{model_name="b"} 1',
    ]) {
      assert.ok(page.includes(`${line}\n`), `${line} is missing in\n${page}`);
    }
  });
}

test('workers load and unload the same models, also one that starts anew in the middle', async (t) => {
  const names = ['a', 'b', 'c', 'd', 'e'];
  const { rest, flags } = await models(names, 2, 2);
  const server = await startServer(flags, { rest });
  t.after(() => server.stop());
  const lost: string[] = [];
  /** Over a connection of its own, which goes to any of the workers. */
  const ask = async (name: string): Promise<void> => {
    try {
      const answer = await send(rest, 'POST', `/v1/models/${name}:predict`);
      assert.deepEqual(answer, { predictions: [names.indexOf(name) + 1] });
    } catch (error) {
      const { code = '' } = error as NodeJS.ErrnoException;
      if (code !== 'ECONNRESET' && code !== 'EPIPE') throw error;
      lost.push(code);
    }
  };
  const clients = async (rounds: number): Promise<void> => {
    const client = async (_: unknown, own: number): Promise<void> => {
      for (let i = 0; i < rounds; i++) await ask(names[(i * 3 + own) % 5] as string);
    };
    await Promise.all(Array.from({ length: 6 }, client));
  };
  await clients(5);
  assert.deepEqual(lost, []);
  const [first = ''] = execFileSync('pgrep', ['-P', String(server.process.pid)], { encoding: 'utf8' }).split('\n');
  const busy = clients(10);
  process.kill(Number(first), 'SIGKILL');
  await busy;
  assert.ok(lost.length <= 6, String(lost));
  // Whichever worker says so, the same two are loaded, and no third.
  const states = async (): Promise<string> => {
    const list = await Promise.all(names.map((name) => send(rest, 'GET', `/v1/models/${name}`)));
    return list.map(({ model_version_status = [] }) => model_version_status[0]?.state).join();
  };
  let said = new Set<string>();
  for (const end = Date.now() + 60_000; said.size !== 1; ) {
    assert.ok(Date.now() < end, [...said].join(' or '));
    said = new Set(await Promise.all(Array.from({ length: 16 }, states)));
  }
  assert.equal([...said][0]?.match(/AVAILABLE/g)?.length, 2, [...said][0]);
});

function send(port: number, method: string, path: string): Promise<Record<string, { state: string }[]>> {
  return new Promise((resolve, reject) => {
    const call = request({ port, host: '127.0.0.1', method, path, agent: false }, async (response) => {
      try {
        let text = '';
        for await (const chunk of response) text += chunk;
        if (response.statusCode === 200) resolve(JSON.parse(text));
        else reject(new Error(`${response.statusCode}: ${text}`));
      } catch (error) {
        reject(error);
      }
    });
    call.on('error', reject);
    call.end(method === 'POST' ? '{"instances": [0]}' : undefined);
  });
}
