import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect } from 'node:http2';
import { test } from 'node:test';
import { Server, ServerCredentials } from '@grpc/grpc-js';
import { widenWindows } from '../../../server/src/grpc/window.ts';

test('from its first call on a client may send a megabyte of a message at once', async (t) => {
  widenWindows();
  const server = new Server();
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error ? reject(error) : resolve(port),
    ),
  );
  t.after(() => server.forceShutdown());
  const session = connect(`http://127.0.0.1:${port}`);
  t.after(() => session.destroy());
  const [first] = await once(session, 'remoteSettings');
  assert.equal(first.initialWindowSize, 65_535);
  const stream = session.request({ ':method': 'POST', ':path': '/none', 'content-type': 'application/grpc' });
  const [then] = await once(session, 'remoteSettings');
  assert.equal(then.initialWindowSize, 2 ** 20);
  stream.resume().end();
  await once(stream, 'close');
  assert.equal(session.state.remoteWindowSize, 2 ** 22);
});
