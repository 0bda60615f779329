import assert from 'node:assert/strict';
import { execFile, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { times } from '../../helpers/long.ts';
import { python } from '../../helpers/python.ts';
import { reloadByGrpc } from '../grpc/call.ts';
import { withoutServingApi } from '../grpc/serving-api.ts';
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

  test('a label moves in all workers together', async (t) => {
    const base = savedModel(1);
    for (const version of [2, 3, 4, 5]) addSavedVersion(base, version, version);
    const file = join(mkdtempSync(join(tmpdir(), 'typelab-labels-')), 'models');
    const label = (version: number): void =>
      writeFileSync(
        file,
        `model_config_list { config { name: "plus" base_path: "${base}" model_platform: "tensorflow"
          model_version_policy { all {} } version_labels { key: "stable" value: ${version} } } }`,
      );
    label(1);
    const server = await started(t, [`--model_config_file=${file}`]);
    let [last, stop, answered] = [1, false, 0];
    const client = async (): Promise<void> => {
      while (!stop) {
        const from = last;
        const version = await ask(server, undefined, 'plus/labels/stable');
        assert.ok(version >= from, `${version} after ${from}`);
        last = Math.max(last, version);
        answered++;
      }
    };
    const clients = Array.from({ length: 4 }, client);
    try {
      for (const version of [2, 3, 4, 5]) {
        label(version);
        server.process.kill('SIGHUP');
        while (last < version) await Promise.race([sleep(20), ...clients]);
      }
    } finally {
      stop = true;
      await Promise.all(clients);
    }
    t.diagnostic(`4 moves, ${answered} requests, none back`);
  });

  test('kill -9 of a worker: the other answers, only what ran there fails, and there are two again', async (t) => {
    const begin = performance.now();
    const server = await started(t);
    const start = performance.now() - begin;
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
    const killed = performance.now();
    const then = answered;
    await until(() => workersOf(server).length === 2 && listening(server) === 3);
    const back = performance.now() - killed;
    await until(() => answered > then + 200);
    stop = true;
    await Promise.all(clients);
    t.diagnostic(`${answered} answered, ${failed.length} failed with ${[...new Set(failed)]}`);
    t.diagnostic(`it was back after ${Math.round(back)} ms; the start of the server took ${Math.round(start)} ms`);
    // A second on a quiet machine. The start is that of two workers, one after the other, without load.
    assert.ok(back < Math.max(1000, 2 * start), `back after ${back} ms, a start takes ${start} ms`);
    // A client has one request at a time, and a connection to one worker.
    assert.ok(failed.length <= agents.length, String(failed));
    assert.deepEqual(
      [...new Set(failed)].filter((code) => code !== 'ECONNRESET' && code !== 'EPIPE'),
      [],
    );
    assert.equal(await server.stop(), 0);
    assert.match(server.log(), /Worker \d+ ended \(SIGKILL\); its running requests are lost\. Starting another\./);
  });

  test('TensorFlow Serving’s Python client sees a killed worker as UNAVAILABLE once a connection, and no wrong answer', {
    skip: withoutServingApi,
  }, async (t) => {
    const server = await started(t);
    const script = join(import.meta.dirname, '../grpc/workers_client.py');
    const worker = String(workersOf(server)[0]);
    const { stdout } = await promisify(execFile)(python as string, [script, `127.0.0.1:${server.grpc}`, worker], {
      timeout: 120_000,
    });
    const { codes, wrong } = JSON.parse(stdout);
    t.diagnostic(stdout.trim());
    const { OK = 0, UNAVAILABLE = 0, ...others } = codes;
    assert.deepEqual(others, {});
    assert.equal(wrong, 0);
    assert.equal(OK + UNAVAILABLE, 320);
    assert.ok(UNAVAILABLE <= 8, `${UNAVAILABLE} of 8 connections`);
    await until(() => workersOf(server).length === 2);
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

  test('new connections go to all workers alike, and the ports are still taken for everybody else', async (t) => {
    const server = await started(t);
    const agent = new Agent({ keepAlive: true, maxSockets: 40 });
    t.after(() => agent.destroy());
    await isEven(server, () => Promise.all(Array.from({ length: 40 }, () => ask(server, agent))));
    await isEven(server, async () => {
      for (let i = 0; i < 40; i++) {
        const socket = connect(server.grpc, '127.0.0.1');
        t.after(() => socket.destroy());
        await once(socket, 'data');
      }
    });
    const flags = { rest_api_port: server.port, port: server.grpc };
    for (const [name, port] of Object.entries(flags)) {
      const free = Object.keys(flags).find((other) => other !== name);
      const ports = [`--${name}=${port}`, `--${free}=${await freePort()}`];
      for (const more of [[], ['--num_workers=2']]) {
        const { code, out } = await runServer(...ports, `--model_base_path=${server.base}`, ...more);
        assert.equal(code, 255);
        assert.match(out, /UNAVAILABLE: (REST|gRPC) port \d+ is already in use\./);
      }
    }
  });

  test('what one worker finds in the file of models, all read at once', async (t) => {
    const base = savedModel(1);
    const file = join(mkdtempSync(join(tmpdir(), 'typelab-poll-')), 'models');
    const config = (label: string): void =>
      writeFileSync(
        file,
        `model_config_list { config { name: "plus" base_path: "${base}" model_platform: "tensorflow"
          version_labels { key: "${label}" value: 1 } } }`,
      );
    config('old');
    const poll = '--model_config_file_poll_wait_seconds=';
    const server = await started(t, [`--model_config_file=${file}`, `${poll}1`]);
    config('new');
    await until(() => (server.log().match(/Finished reloading config/g)?.length ?? 0) >= 2);
    for (let i = 0; i < 20; i++) assert.equal(await ask(server, undefined, 'plus/labels/new'), 1);
  });

  test('one that is told to end while a worker starts ends', async (t) => {
    const flags = ['--num_workers=3', `--port=${await freePort()}`, `--rest_api_port=${await freePort()}`];
    const server = await startServer([...flags, '--model_name=plus', `--model_base_path=${savedModel(1)}`]);
    t.after(() => server.process.kill('SIGKILL'));
    assert.equal(await server.stop(), 0);
    t.diagnostic(`${listening(server)} of 3 had opened their ports`);
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

/** Opens 40 connections, and finds them in both workers. */
async function isEven(server: Running, open40: () => Promise<unknown>): Promise<void> {
  const before = workersOf(server).map(openSockets);
  await open40();
  const held = workersOf(server).map((pid, i) => openSockets(pid) - (before[i] as number));
  assert.equal((held[0] as number) + (held[1] as number), 40);
  // 40 coins: fewer than 8 of a side once in 10,000 times. A common queue gives nearly all to one.
  assert.ok(Math.min(...held) >= 8, String(held));
}

const openSockets = (pid: number): number =>
  readdirSync(`/proc/${pid}/fd`).filter((fd) => {
    try {
      return readlinkSync(`/proc/${pid}/fd/${fd}`).startsWith('socket:');
    } catch {
      return false;
    }
  }).length;

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
