import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, test } from 'node:test';
import { execa } from 'execa';
import { freePort } from '../../lib/free-port.ts';

const listen = async (port: number, host: string) => {
  const server = createServer().listen(port, host);
  await once(server, 'listening');
  return server;
};

describe('freePort', () => {
  test('gives the preferred port when it is free, also when asked again', async () => {
    const port = await freePort();
    assert.equal(await freePort(port), port);
  });

  test('gives another when a server listens on it, on whatever address', async () => {
    for (const host of ['127.0.0.1', '0.0.0.0', '::1']) {
      const port = await freePort();
      const server = await listen(port, host);
      assert.notEqual(await freePort(port), port, host);
      server.close();
    }
  });

  test('gives none twice, however often it is asked before anybody listens', async () => {
    const ports = await Promise.all(Array.from({ length: 200 }, () => freePort()));
    assert.equal(new Set(ports).size, 200);
  });

  test('two processes that ask at the same moment get different ports', async () => {
    const port = await freePort();
    const url = new URL('../../lib/free-port.ts', import.meta.url).href;
    // Each of them asks for the same two hundred, at the same moments: a claim that can be lost is lost here.
    const code = `
      const { freePort } = await import(${JSON.stringify(url)});
      const begin = ${Date.now() + 1500};
      const got = [];
      for (let n = 1; n <= 200; n++) {
        while (Date.now() < begin + 10 * n);
        got.push(await freePort(${port} + n));
      }
      console.log(got.join());
      process.stdin.resume();`;
    const processes = [1, 2, 3].map(() =>
      execa(process.execPath, ['--input-type=module', '-e', code], { stdin: 'pipe' }),
    );
    // A claim ends with its process, so each stays until all have printed.
    await Promise.all(processes.map((one) => once(one.stdout, 'data')));
    for (const { stdin } of processes) stdin.end();
    const runs = await Promise.all(processes);
    // One process may get one again that it was given and now prefers.
    const ports = runs.flatMap(({ stdout }) => [...new Set(stdout.split(','))]);
    assert.deepEqual(
      ports.filter((one, at) => ports.indexOf(one) !== at),
      [],
    );
  });

  test('a port that a process claimed is free again when the process is gone', async () => {
    const url = new URL('../../lib/free-port.ts', import.meta.url).href;
    const ask = async (preferred = '') => {
      const code = `const { freePort } = await import(${JSON.stringify(url)}); console.log(await freePort(${preferred}))`;
      return (await execa(process.execPath, ['--input-type=module', '-e', code])).stdout;
    };
    const port = await ask();
    assert.equal(await ask(port), port);
  });
});
