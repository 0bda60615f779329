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

  test('two processes that ask at the same moment get different ports', async () => {
    const port = await freePort();
    const url = new URL('../../lib/free-port.ts', import.meta.url).href;
    const code = `const { freePort } = await import(${JSON.stringify(url)}); console.log(await freePort(${port + 1})); setTimeout(() => {}, 1500);`;
    const runs = await Promise.all([1, 2, 3].map(() => execa(process.execPath, ['--input-type=module', '-e', code])));
    assert.equal(new Set(runs.map(({ stdout }) => stdout)).size, 3);
  });
});
