import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { Dealer, Subscriber } from 'zeromq';
import { connectKernel } from '../../../kernel/wire/client.ts';
import { address, ipcConnection, tcpConnection } from '../../../kernel/wire/connection.ts';
import { createCodec, createHeader } from '../../../kernel/wire/message.ts';
import type { Connection, Message } from '../../../kernel/wire/protocol.ts';
import { openSockets, type Sockets } from '../../../kernel/wire/sockets.ts';

/** Sockets that answer every request `x_request` with `x_reply` and its content, between busy and idle. */
async function echo(connection: Connection, log: (line: string) => void = () => {}): Promise<Sockets> {
  const sockets = await openSockets(connection, {
    session: 'kernel',
    log,
    receive(channel, message) {
      sockets.publish('status', message.header, { execution_state: 'busy' });
      sockets.reply(channel, message, message.header.msg_type.replace('request', 'reply'), message.content);
      sockets.publish('status', message.header, { execution_state: 'idle' });
    },
  });
  return sockets;
}

for (const transport of ['tcp', 'ipc'] as const) {
  describe(`over ${transport}`, { skip: transport === 'ipc' && process.platform === 'win32' }, () => {
    const folder = mkdtempSync(join(tmpdir(), 'typelab-wire-'));

    test('a request comes back with its parent on shell and control, and iopub tells busy and idle', async () => {
      const connection = transport === 'tcp' ? await tcpConnection() : ipcConnection(folder);
      const sockets = await echo(connection);
      const client = connectKernel(connection);
      try {
        await client.ready(5000);
        for (const channel of ['shell', 'control'] as const) {
          const exchange = client.start('some_request', { text: '😀'.repeat(10) }, { channel, timeout: 5000 });
          const reply = await exchange.reply;
          assert.equal(reply.header.msg_type, 'some_reply');
          assert.equal(reply.parent.msg_id, exchange.id);
          assert.deepEqual(reply.content, { text: '😀'.repeat(10) });
          const states: unknown[] = [];
          for await (const message of exchange.iopub) states.push(message.content.execution_state);
          assert.deepEqual(states, ['busy', 'idle']);
        }
        assert.equal(await client.ping(5000), true);
      } finally {
        client.close();
        await sockets.close();
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
}

test('every subscriber is welcomed, with no parent', async () => {
  const connection = await tcpConnection();
  const sockets = await echo(connection);
  try {
    for (let n = 0; n < 2; n++) {
      const client = connectKernel(connection);
      const welcome = await new Promise<Message>((resolve) => client.onIopub(resolve));
      assert.equal(welcome.header.msg_type, 'iopub_welcome');
      assert.deepEqual(welcome.parent, {});
      assert.deepEqual(welcome.content, { subscription: '' });
      client.close();
    }
  } finally {
    await sockets.close();
  }
});

test('who sends before he listens misses nothing, and who never listens is answered all the same', async () => {
  for (const listens of [true, false]) {
    const connection = await tcpConnection();
    const sockets = await echo(connection);
    const codec = createCodec(connection.signature_scheme, connection.key);
    const [dealer, subscriber] = [new Dealer({ linger: 0 }), new Subscriber({ linger: 0, receiveTimeout: 5000 })];
    try {
      dealer.connect(address(connection, 'shell'));
      const header = createHeader('some_request', 'early');
      await dealer.send(codec.encode({ identities: [], header, parent: {}, metadata: {}, content: {}, buffers: [] }));
      await new Promise((resolve) => setTimeout(resolve, 100));
      if (listens) {
        subscriber.connect(address(connection, 'iopub'));
        subscriber.subscribe();
        const types: string[] = [];
        while (types.length < 3) {
          const { header, content } = codec.decode(await subscriber.receive());
          types.push(`${header.msg_type} ${content.execution_state ?? ''}`);
        }
        assert.deepEqual(types, ['iopub_welcome ', 'status busy', 'status idle']);
      }
      assert.equal(codec.decode(await dealer.receive()).header.msg_type, 'some_reply');
    } finally {
      dealer.close();
      subscriber.close();
      await sockets.close();
    }
  }
});

test('forged and short messages are dropped and logged, and the next good one is answered', async () => {
  const connection = await tcpConnection();
  const lines: string[] = [];
  const sockets = await echo(connection, (line) => lines.push(line));
  const forger = connectKernel({ ...connection, key: 'guessed' }, () => {});
  const stranger = new Dealer({ linger: 0 });
  const client = connectKernel(connection);
  try {
    forger.send('shutdown_request', {}, { channel: 'shell' });
    stranger.connect(address(connection, 'shell'));
    await stranger.send(['<IDS|MSG>', 'x']);
    await stranger.send('');
    await client.ready(5000);
    const end = Date.now() + 5000;
    while (lines.length < 3 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.deepEqual(lines.toSorted(), [
      'dropped a message on shell: 1 frames after the delimiter, 5 needed',
      'dropped a message on shell: no <IDS|MSG> delimiter',
      'dropped a message on shell: the signature does not match',
    ]);
    assert.equal((await client.request('some_request', { still: 'here' }, { timeout: 5000 })).content.still, 'here');
  } finally {
    forger.close();
    stranger.close();
    client.close();
    await sockets.close();
  }
});

test('64 MB arrive whole', async () => {
  const connection = await tcpConnection();
  const sockets = await echo(connection);
  const client = connectKernel(connection);
  try {
    await client.ready(5000);
    const text = 'x'.repeat(64 << 20);
    const { content } = await client.request<{ text: string }>('some_request', { text }, { timeout: 30_000 });
    assert.ok(content.text === text);
  } finally {
    client.close();
    await sockets.close();
  }
});

test('a port that is taken is named', async () => {
  const connection = await tcpConnection();
  const sockets = await echo(connection);
  try {
    await assert.rejects(echo(connection), new RegExp(`cannot listen for hb on tcp://127.0.0.1:${connection.hb_port}`));
  } finally {
    await sockets.close();
  }
});

test('a request that nobody answers gives up after its timeout, and all of them when the client is closed', async () => {
  const client = connectKernel(await tcpConnection());
  await assert.rejects(client.request('kernel_info_request', {}, { timeout: 30 }), /within 30 ms/);
  assert.equal(await client.ping(30), false);
  const { reply, iopub } = client.start('kernel_info_request', {});
  client.close(new Error('gone'));
  await assert.rejects(reply, /gone/);
  await assert.rejects(async () => {
    for await (const _ of iopub);
  }, /gone/);
});
