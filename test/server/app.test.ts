import assert from 'node:assert/strict';
import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { test } from 'node:test';
import { build } from '../../server/src/app.ts';
import { baseFolder, config, fakeCore } from './fake-core.ts';
import { half } from './fake-models.ts';

test('requests that libevent takes are taken: without a host, with a whole URL', async (t) => {
  const { core } = fakeCore(() => half());
  await core.configure([config('half', baseFolder(1))]);
  const app = build({ core, cors: true });
  t.after(() => app.close());
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const body = '{"instances": [1.0]}';
  const post = `Connection: close\r\nContent-Length: ${body.length}\r\n\r\n${body}`;

  const bare = await send(port, `POST /v1/models/half:predict HTTP/1.1\r\n${post}`);
  assert.match(bare, /^HTTP\/1\.1 200 OK\r\n/);
  assert.match(bare, /\r\nContent-Type: application\/json\r\nContent-Length: \d+\r\n/);
  assert.match(bare, /\r\nAccess-Control-Allow-Origin: \*\r\n/);
  assert.match(
    await send(port, `POST http://x:8501/v1/models/half:predict HTTP/1.1\r\nHost: x\r\n${post}`),
    /"predictions": \[/,
  );
  const strange = await send(port, 'PROPFIND /v1/models/half HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
  assert.match(strange, /^HTTP\/1\.1 501 Not Implemented\r\n.*<TITLE>501 Not Implemented<\/TITLE>/s);
});

async function send(port: number, request: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.setEncoding('latin1').on('data', (text) => {
    answer += text;
  });
  socket.write(request);
  await once(socket, 'close');
  return answer;
}
