/** What several clients, and strangers, see on the five channels of a real kernel. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Dealer } from 'zeromq';
import { connectKernel, type KernelClient } from '../../../kernel/wire/client.ts';
import { address } from '../../../kernel/wire/connection.ts';
import { createCodec, createHeader } from '../../../kernel/wire/message.ts';
import type { Content, Message } from '../../../kernel/wire/protocol.ts';
import { type TestKernel, testKernel } from '../../helpers/kernel.ts';

let kernel: TestKernel;
before(async () => {
  kernel = await testKernel();
});
after(() => kernel[Symbol.asyncDispose]());

async function logged(text: string): Promise<void> {
  while (!kernel.log().includes(text)) await new Promise((resolve) => setTimeout(resolve, 10));
}

/** The frames of a message, signed with the kernel's key. */
function frames(type: string, content: Content, id?: string): Buffer[] {
  const { signature_scheme, key } = kernel.connection;
  const header = { ...createHeader(type, 'stranger'), ...(id ? { msg_id: id } : {}) };
  return createCodec(signature_scheme, key).encode({
    identities: [],
    header,
    parent: {},
    metadata: {},
    content,
    buffers: [],
  });
}

async function withClient(body: (client: KernelClient) => Promise<void>): Promise<void> {
  const client = connectKernel(kernel.connection);
  try {
    await client.ready(30_000);
    await body(client);
  } finally {
    client.close();
  }
}

describe('what the protocol does not know', () => {
  test('is logged on shell, control and stdin, and answered by nothing but busy and idle', async () => {
    for (const channel of ['shell', 'control'] as const) {
      const { iopub } = kernel.client.start('teleport_request', {}, { channel, timeout: 30_000 });
      const states: unknown[] = [];
      for await (const { content } of iopub) states.push(content.execution_state);
      assert.deepEqual(states, ['busy', 'idle']);
      await logged(`unknown message type "teleport_request" on ${channel}`);
    }
    for (const type of ['teleport_request', 'execute_request', 'shutdown_request']) {
      kernel.client.send(type, { code: 'globalThis.fromStdin = 1' }, { channel: 'stdin' });
      await logged(`ignored "${type}" on stdin`);
    }
    assert.equal((await kernel.run('console.log((globalThis as any).fromStdin)')).stdout, 'undefined\n');
  });

  test('a message that is sent again runs once, on whichever channel it comes back', async () => {
    await kernel.run('let times = 0');
    const socket = new Dealer({ linger: 0 });
    const control = new Dealer({ linger: 0 });
    try {
      socket.connect(address(kernel.connection, 'shell'));
      control.connect(address(kernel.connection, 'control'));
      const sent = frames('execute_request', { code: 'times++', silent: true });
      await socket.send(sent);
      await socket.receive();
      await socket.send(sent);
      await control.send(sent);
      await logged('dropped a message on shell: the signature was seen before');
      await logged('dropped a message on control: the signature was seen before');
    } finally {
      socket.close();
      control.close();
    }
    assert.equal((await kernel.run('console.log(times)')).stdout, '1\n');
  });
});

describe('an execute_request that is not as it should be', () => {
  test('without code is answered by an error, with the counter where it was', async () => {
    const { execution_count } = (await kernel.run('1')).reply;
    const { content } = await kernel.client.request('execute_request', {}, { timeout: 30_000 });
    assert.deepEqual([content.status, content.ename, content.execution_count], ['error', 'TypeError', execution_count]);
    assert.equal((await kernel.run('1')).reply.execution_count, execution_count + 1);
  });

  test('whose user_expressions are no text fails in those alone', async () => {
    const user_expressions = { good: '1 + 1', bad: 5, none: null } as unknown as Record<string, string>;
    const { reply } = await kernel.run('7', { user_expressions });
    const { good, bad, none } = (reply as unknown as { user_expressions: Record<string, Content> }).user_expressions;
    assert.equal(reply.status, 'ok');
    assert.deepEqual(good!.data, { 'text/plain': '2' });
    assert.match(String(bad!.evalue), /needs a string as bad, not number/);
    assert.equal(none!.status, 'error');
  });
});

describe('two clients at once', () => {
  test('get the answers to their own requests, and iopub tells both of both', { timeout: 120_000 }, async () => {
    await withClient(async (other) => {
      await kernel.run('let sum = 0');
      const strays: string[] = [];
      const heard: Record<string, string[]> = { first: [], second: [] };
      const note = (name: string) => (message: Message) => {
        if (message.header.msg_type === 'execute_result')
          heard[name]!.push((message.content.data as Record<string, string>)['text/plain']!);
      };
      const stops = [kernel.client.onIopub(note('first')), other.onIopub(note('second'))];
      const jobs = [kernel.client, other].flatMap((client, who) =>
        Array.from({ length: 50 }, async (_, n) => {
          const { id, reply } = client.execute(`sum += ${who ? 1000 : 1}; '${who}:${n}'`, { timeout: 60_000 });
          const message = await reply;
          if (message.parent.msg_id !== id || message.parent.session !== client.session) strays.push(id);
        }),
      );
      await Promise.all(jobs);
      // One that both see to its end: what came before it was seen too.
      const { iopub, id } = other.execute('console.log(sum)', { timeout: 60_000 });
      let printed = '';
      const seen = new Promise<void>((resolve) => {
        const stop = kernel.client.onIopub(({ parent, content }) => {
          if (parent.msg_id !== id || content.execution_state !== 'idle') return;
          stop();
          resolve();
        });
      });
      for await (const { header, content } of iopub) if (header.msg_type === 'stream') printed += content.text;
      await seen;
      for (const stop of stops) stop();
      assert.equal(printed, '50050\n');
      assert.deepEqual(strays, []);
      assert.equal(heard.first!.length, 100);
      assert.deepEqual(heard.first, heard.second);
    });
  });

  test('are asked each for its own cell, and answer for no other', { timeout: 120_000 }, async () => {
    await withClient(async (other) => {
      let asked: () => void = () => {};
      const prompt = new Promise<void>((resolve) => {
        asked = resolve;
      });
      let answer: (text: string) => void = () => {};
      const onInput = () => {
        asked();
        return new Promise<string>((resolve) => {
          answer = resolve;
        });
      };
      const running = kernel.run("import { input } from 'typelab/kernel'; console.log(await input('mine? '))", {
        onInput,
      });
      await prompt;
      other.send('input_reply', { value: 'intruder', status: 'ok' }, { channel: 'stdin' });
      // Its answer on stdin is before that on control.
      await other.request('kernel_info_request', {}, { channel: 'control', timeout: 30_000 });
      await new Promise((resolve) => setTimeout(resolve, 50));
      answer('owner');
      assert.equal((await running).stdout, 'owner\n');
    });
  });

  test('whose late answer is to a question that an interrupt has ended does not answer the next one', async () => {
    const answers: ((text: string) => void)[] = [];
    let asked: () => void = () => {};
    const onInput = () =>
      new Promise<string>((resolve) => {
        answers.push(resolve);
        asked();
      });
    const next = () =>
      new Promise<void>((resolve) => {
        asked = resolve;
      });
    let opened = next();
    const first = kernel.client.execute("import { input } from 'typelab/kernel'; await input('first? ')", {
      onInput,
      timeout: 60_000,
    });
    await opened;
    await kernel.interrupt();
    await first.reply;
    opened = next();
    const second = kernel.run("console.log(await input('second? '))", { onInput });
    await opened;
    answers[0]!('too late');
    await kernel.client.request('kernel_info_request', {}, { channel: 'control', timeout: 30_000 });
    await new Promise((resolve) => setTimeout(resolve, 50));
    answers[1]!('in time');
    assert.equal((await second).stdout, 'in time\n');
  });
});

test('after an interrupt the queue goes on where stop_on_error is false', { timeout: 120_000 }, async () => {
  const { reply, iopub } = kernel.client.execute("console.log('begun'); for (;;);", {
    stop_on_error: false,
    timeout: 60_000,
  });
  const queued = ['5', '6'].map((code) => kernel.client.execute(code, { timeout: 60_000 }));
  for await (const { header } of iopub) if (header.msg_type === 'stream') break;
  await kernel.interrupt();
  assert.equal((await reply).content.status, 'error');
  for (const one of queued) assert.equal((await one.reply).content.status, 'ok');
});

test('what a cell has printed is seen while it is in an endless loop, also the last of many lines', {
  timeout: 120_000,
}, async () => {
  const { reply, iopub } = kernel.client.execute(
    'for (let i = 0; i < 1000; i++) console.log(i); let turns = 0; for (;;) turns++;',
    { timeout: 60_000 },
  );
  let text = '';
  for await (const { content } of iopub) {
    text += content.text ?? '';
    if (text.endsWith('\n999\n')) break;
  }
  await kernel.interrupt();
  assert.equal((await reply).content.status, 'error');
  assert.equal(text, Array.from({ length: 1000 }, (_, i) => `${i}\n`).join(''));
});
