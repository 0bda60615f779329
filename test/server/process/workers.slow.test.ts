import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { times } from '../../helpers/long.ts';
import { reloadByGrpc } from '../grpc/call.ts';
import { addSavedVersion, savedModel } from './saved-model.ts';
import { freePort, runServer, type Server, startServer } from './server.ts';

type Running = Server & { port: number; grpc: number; base: string };

async function started(t: TestContext, more: string[] = [], ports?: { port: number; grpc: number }): Promise<Running> {
  const base = savedModel(1);
  const { port, grpc } = ports ?? { port: await freePort(), grpc: await freePort() };
  const flags = [`--port=${grpc}`, `--rest_api_port=${port}`, '--num_workers=2', '--model_name=plus'];
  const server = await startServer([...flags, `--model_base_path=${base}`, ...more], { rest: port });
  t.after(() => server.stop());
  const running = { ...server, port, grpc, base };
  await until(() => workersOf(running).length === 2 && listening(running) === 2);
  return running;
}

const listening = (server: Server): number => server.log().match(/Entering the event loop/g)?.length ?? 0;
const workersOf = (server: Server): number[] => {
  try {
    const list = execFileSync('pgrep', ['-P', String(server.process.pid)], { encoding: 'utf8' });
    return list.trim().split('\n').map(Number);
  } catch {
    return [];
  }
};

async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = Date.now() + 60_000; !(await done()); await sleep(50)) assert.ok(Date.now() < end, 'waited 60 s');
}

/** Each request has a connection of its own, so that the workers take turns; without `agent` it is closed at once. */
function ask(server: Running, agent?: Agent, model = 'plus'): Promise<number> {
  return new Promise((resolve, reject) => {
    const where = { port: server.port, host: '127.0.0.1', method: 'POST', path: `/v1/models/${model}:predict` };
    const call = request({ ...where, agent: agent ?? false }, async (response) => {
      try {
        let text = '';
        for await (const chunk of response) text += chunk;
        if (response.statusCode === 200) resolve(JSON.parse(text).predictions[0]);
        else reject(new Error(`${response.statusCode}: ${text}`));
      } catch (error) {
        reject(error);
      }
    });
    call.on('error', reject);
    call.end('{"instances": [0]}');
  });
}

describe('several processes', () => {
  test('a version never goes back for a client, whichever worker answers', async (t) => {
    const server = await started(t);
    const swaps = times(4, 100);
    let [served, answered, stop] = [1, 0, false];
    const client = async (): Promise<void> => {
      while (!stop) {
        const from = served;
        const version = await ask(server);
        assert.ok(version >= from, `${version} after ${from}`);
        served = Math.max(served, version);
        answered++;
      }
    };
    const clients = Array.from({ length: 4 }, client);
    try {
      for (let version = 2; version <= swaps + 1; version++) {
        addSavedVersion(server.base, version, version);
        while (served < version) await Promise.race([sleep(20), ...clients]);
      }
    } finally {
      stop = true;
      await Promise.all(clients);
    }
    t.diagnostic(`${swaps} swaps, ${answered} requests, none lost, none back`);
  });

  test('kill -9 of a worker: the other answers, only what ran there fails, and there are two again', async (t) => {
    const server = await started(t);
    const before = workersOf(server);
    const agents = Array.from({ length: 8 }, () => new Agent({ keepAlive: true, maxSockets: 1 }));
    t.after(() => {
      for (const agent of agents) agent.destroy();
    });
    const failed: string[] = [];
    let [answered, stop] = [0, false];
    const client = async (agent: Agent): Promise<void> => {
      while (!stop) {
        await ask(server, agent).then(
          (value) => {
            assert.equal(value, 1);
            answered++;
          },
          (error) => failed.push(error.code),
        );
      }
    };
    const clients = agents.map(client);
    await until(() => answered > 200);
    process.kill(before[0] as number, 'SIGKILL');
    const then = answered;
    await until(() => answered > then + 200);
    await until(() => workersOf(server).length === 2 && listening(server) === 3);
    stop = true;
    await Promise.all(clients);
    t.diagnostic(`${answered} answered, ${failed.length} failed with ${[...new Set(failed)]}`);
    // A client has one request at a time, and a connection to one worker.
    assert.ok(failed.length <= agents.length, String(failed));
    assert.deepEqual(
      [...new Set(failed)].filter((code) => code !== 'ECONNRESET' && code !== 'EPIPE'),
      [],
    );
    assert.equal(await server.stop(), 0);
    assert.match(server.log(), /Worker \d+ ended \(SIGKILL\); its running requests are lost\. Starting another\./);
  });

  test('when the main process is killed the workers go too, and it can be started again on the same ports', async (t) => {
    const server = await started(t);
    const workers = workersOf(server);
    server.process.kill('SIGKILL');
    await server.exit;
    await until(() => workers.every((pid) => !lives(pid)));
    const again = await started(t, [], server);
    assert.equal(await ask(again), 1);
  });

  test('a configuration that comes by gRPC reaches all, also those that start later; metrics are summed', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'typelab-workers-'));
    writeFileSync(join(folder, 'monitoring'), 'prometheus_config { enable: true }');
    const server = await started(t, [`--monitoring_config_file=${join(folder, 'monitoring')}`]);
    const other = savedModel(7);
    await reloadByGrpc(`127.0.0.1:${server.grpc}`, { plus: server.base, other });
    for (let i = 0; i < 20; i++) assert.equal(await ask(server, undefined, 'other'), 7);
    const page = await (await fetch(`${server.url}/monitoring/prometheus/metrics`)).text();
    assert.match(page, /:tensorflow:serving:request_count\{model_name="other",status="OK"\} 20\n/);
    process.kill(workersOf(server)[0] as number, 'SIGKILL');
    await until(() => workersOf(server).length === 2 && listening(server) === 3);
    for (let i = 0; i < 20; i++) assert.equal(await ask(server, undefined, 'other'), 7);
  });

  test('a refused start is said once', async () => {
    const { code, out } = await runServer('--num_workers=2', '--model_base_path=x');
    assert.equal(code, 255);
    assert.equal(
      out,
      'Failed to start server. Error: INVALID_ARGUMENT: Expected model default to have an absolute path or URI; got base_path()=x\n',
    );
  });
});

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
