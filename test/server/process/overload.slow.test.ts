import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { python } from '../../helpers/python.ts';
import { withoutServingApi } from '../grpc/serving-api.ts';
import { savedModel, slowModel } from './saved-model.ts';
import { freePort, type Server, startServer } from './server.ts';

/** Half a second and more of sums, in steps of a fraction of a millisecond: ten times what a fast machine is given here. */
const STEPS = 10_000;

async function started(t: TestContext, ...flags: string[]): Promise<Server & { grpc: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-overload-'));
  const [rest, grpc] = [await freePort(), await freePort()];
  const entry = (name: string, base: string): string =>
    `config { name: "${name}" base_path: "${base}" model_platform: "tensorflow" }`;
  const models = join(folder, 'models');
  writeFileSync(models, `model_config_list { ${entry('slow', slowModel(STEPS))} ${entry('quick', savedModel(1))} }`);
  const monitoring = join(folder, 'monitoring');
  writeFileSync(monitoring, 'prometheus_config { enable: true }');
  const files = [`--model_config_file=${models}`, `--monitoring_config_file=${monitoring}`];
  const server = await startServer([`--port=${grpc}`, `--rest_api_port=${rest}`, ...files, ...flags], { rest });
  t.after(() => server.stop());
  return { ...server, grpc };
}

const ask = (server: Server, name: string, signal?: AbortSignal): Promise<Response> =>
  fetch(`${server.url}/v1/models/${name}:predict`, {
    method: 'POST',
    body: '{"instances": [1.0]}',
    ...(signal && { signal }),
  });

async function counted(server: Server, model: string, status: string): Promise<number> {
  const page = await (await fetch(`${server.url}/monitoring/prometheus/metrics`)).text();
  return Number(
    new RegExp(`:tensorflow:serving:request_count{model_name="${model}",status="${status}"} (\\d+)`).exec(page)?.[1] ??
      0,
  );
}

describe('a model that is slow', () => {
  test('leaves the others their turns', async (t) => {
    const server = await started(t);
    await Promise.all([ask(server, 'slow'), ask(server, 'quick')]);
    let running = true;
    const slow = Promise.all([1, 2, 3].map(() => ask(server, 'slow'))).then((answers) => {
      running = false;
      return answers;
    });
    const times: number[] = [];
    while (running) {
      const began = performance.now();
      assert.deepEqual(await (await ask(server, 'quick')).json(), { predictions: [2] });
      times.push(performance.now() - began);
    }
    for (const answer of await slow) assert.deepEqual(await answer.json(), { predictions: [1] });
    times.sort((a, b) => a - b);
    t.diagnostic(
      `${times.length} quick ones beside three slow ones; median ${times[times.length >> 1]?.toFixed(1)} ms`,
    );
    assert.ok(times.length > 10, String(times.length));
  });

  test('is given up at the time limit, and when nobody waits any more', async (t) => {
    const server = await started(t, '--rest_api_timeout_in_ms=50');
    const late = await ask(server, 'slow');
    assert.equal(late.status, 504);
    assert.match(await late.text(), /Timed out waiting for notification/);
    const patient = await started(t);
    await ask(patient, 'slow');
    const hangUp = new AbortController();
    const left = assert.rejects(ask(patient, 'slow', hangUp.signal), { name: 'AbortError' });
    await sleep(50);
    hangUp.abort();
    await left;
    for (const end = Date.now() + 60_000; (await counted(patient, 'slow', 'CANCELLED')) === 0; await sleep(20)) {
      assert.ok(Date.now() < end, 'it ran on for 60 s');
    }
    assert.equal((await ask(patient, 'slow')).status, 200);
  });

  test('answers TensorFlow Serving’s Python client: deadlines, a full queue, cancelled calls', {
    skip: withoutServingApi,
  }, async (t) => {
    const server = await started(t, '--max_queued_requests=3');
    const script = join(import.meta.dirname, '../grpc/overload_client.py');
    const { stdout } = await promisify(execFile)(python as string, [script, `127.0.0.1:${server.grpc}`], {
      timeout: 180_000,
    });
    assert.deepEqual(
      stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
      [
        { what: 'warm', answer: [1, 2] },
        { what: 'both', answer: { slow: 1, 'quick ones meanwhile': 'many' } },
        { what: 'deadline during the run', code: 'DEADLINE_EXCEEDED' },
        { what: 'after that', answer: 1 },
        { what: 'flood', answer: { OK: 3, UNAVAILABLE: 5, 'told when to come again': 5 } },
        { what: 'cancelled', answer: 1 },
      ],
    );
    const cancelled = await counted(server, 'slow', 'CANCELLED');
    assert.ok(cancelled > 0, 'nobody ran for those that cancelled');
    // A client whose time is over also cancels its call, which may come in before the server's own clock says so.
    assert.ok((await counted(server, 'slow', 'DEADLINE_EXCEEDED')) + cancelled > 1, 'the run was given up');
  });
});
