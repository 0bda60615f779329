import assert from 'node:assert/strict';
import { readFileSync, rmSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { times } from '../../helpers/long.ts';
import { addSavedVersion, savedModel } from './saved-model.ts';
import { freePort, type Server, startServer } from './server.ts';

type Running = Server & { port: number };

async function started(t: TestContext, base: string): Promise<Running> {
  const port = await freePort();
  const flags = [`--port=${await freePort()}`, `--rest_api_port=${port}`, '--model_name=plus'];
  const server = await startServer([...flags, `--model_base_path=${base}`], { rest: port });
  t.after(() => server.stop());
  return { ...server, port };
}

describe('a long life', () => {
  test('version swaps under load lose no request and answer none with a version that had gone or had not come', async (t) => {
    const base = savedModel(1);
    const server = await started(t, base);
    const agent = new Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    const swaps = times(5, 1000);
    let [written, served, answered, stop] = [1, 1, 0, false];
    const client = async (): Promise<void> => {
      while (!stop) {
        // Once an answer came from a version, no later request may be answered by an older one.
        const from = served;
        const add = await ask(server.port, agent, 0);
        assert.ok(add >= from && add <= written, `${add} answered; it should be ${from} to ${written}`);
        served = Math.max(served, add);
        answered++;
      }
    };
    const clients = Array.from({ length: 8 }, client);
    try {
      for (let version = 2; version <= swaps + 1; version++) {
        written = version;
        addSavedVersion(base, version, version);
        rmSync(join(base, String(version - 1)), { recursive: true });
        while (served < version) await Promise.race([sleep(20), ...clients]);
      }
    } finally {
      stop = true;
      await Promise.all(clients);
    }
    t.diagnostic(`${swaps} swaps, ${answered} requests, none lost, none wrong`);
    assert.ok(answered > swaps);
  });

  test('memory stays flat over many requests', async (t) => {
    const server = await started(t, savedModel(1));
    const agent = new Agent({ keepAlive: true });
    t.after(() => agent.destroy());
    const count = times(4000, 1_000_000);
    let left = count;
    const figures: number[] = [];
    const client = async (): Promise<void> => {
      while (left > 0) {
        if (left-- % Math.ceil(count / 10) === 0) figures.push(resident(server));
        assert.equal(await ask(server.port, agent, 41), 42);
      }
    };
    await Promise.all(Array.from({ length: 32 }, client));
    figures.push(resident(server));
    t.diagnostic(`${count} requests; MB resident after each tenth: ${figures.map((mb) => mb.toFixed(0)).join(', ')}`);
    // The first half fills caches and lets the heap find its size.
    const [middle, end] = [figures[5] as number, figures.at(-1) as number];
    assert.ok(end - middle < 48, `grew by ${(end - middle).toFixed(1)} MB in the second half`);
  });
});

function ask(port: number, agent: Agent, x: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const call = request(
      { port, host: '127.0.0.1', method: 'POST', path: '/v1/models/plus:predict', agent },
      async (response) => {
        let text = '';
        for await (const chunk of response) text += chunk;
        if (response.statusCode === 200) resolve(JSON.parse(text).predictions[0]);
        else reject(new Error(`${response.statusCode}: ${text}`));
      },
    );
    call.on('error', reject);
    call.end(`{"instances": [${x}]}`);
  });
}

function resident(server: Server): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${server.process.pid}/status`, 'utf8'))?.[1]) / 1024;
}
