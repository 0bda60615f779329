import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Message } from '../../../kernel/wire/protocol.ts';
import { type TestKernel, testKernel } from '../../helpers/kernel.ts';

let kernel: TestKernel;
before(async () => {
  kernel = await testKernel();
});
after(() => kernel[Symbol.asyncDispose]());

/** What comes on iopub for a request, without the states. */
async function tell(type: string, content: Record<string, unknown>, buffers: Buffer[] = []): Promise<Message[]> {
  const exchange = kernel.client.start(type, content, { timeout: 10_000, buffers });
  const all: Message[] = [];
  for await (const message of exchange.iopub) if (message.header.msg_type !== 'status') all.push(message);
  return all;
}
const comms = async (content = {}) =>
  (await kernel.client.request('comm_info_request', content, { timeout: 5000 })).content.comms;
/** The next message of a comm, whatever request it belongs to. */
const heard = (type: string) =>
  new Promise<Message>((resolve) => {
    const stop = kernel.client.onIopub((message) => {
      if (message.header.msg_type !== type) return;
      stop();
      resolve(message);
    });
  });

/** The log comes through a pipe of its own. */
async function logged(text: string): Promise<void> {
  while (!kernel.log().includes(text)) await new Promise((resolve) => setTimeout(resolve, 10));
}

describe('a comm of the front end', () => {
  test('is closed again where nobody has registered its target', async () => {
    const messages = await tell('comm_open', { comm_id: 'c1', target_name: 'nobody', data: {} });
    assert.deepEqual(
      messages.map(({ header, content }) => [header.msg_type, content]),
      [['comm_close', { comm_id: 'c1', data: {} }]],
    );
    assert.deepEqual(await comms(), {});
  });

  test('reaches its target with buffers, and buffers come back', async () => {
    await kernel.run(`
      import { registerCommTarget } from 'typelab/kernel';
      registerCommTarget('double', (comm, { data }) => {
        comm.send({ hello: data.name });
        comm.onMessage(({ data, buffers }) => {
          console.log('heard', data);
          comm.send({ n: data.n * 2 }, { buffers: [buffers[0]!.map((byte) => byte * 2)] });
        });
        comm.onClose(() => console.log('closed'));
      });`);
    const [hello] = await tell('comm_open', { comm_id: 'c2', target_name: 'double', data: { name: 'Ada' } });
    assert.deepEqual(hello?.content, { comm_id: 'c2', data: { hello: 'Ada' } });
    assert.deepEqual(await comms(), { c2: { target_name: 'double' } });
    assert.deepEqual(await comms({ target_name: 'other' }), {});
    const answer = heard('comm_msg');
    await tell('comm_msg', { comm_id: 'c2', data: { n: 21 } }, [Buffer.from([1, 2, 3])]);
    assert.deepEqual((await answer).content, { comm_id: 'c2', data: { n: 42 } });
    assert.deepEqual([...(await answer).buffers[0]!], [2, 4, 6]);
    await tell('comm_close', { comm_id: 'c2', data: {} });
    assert.deepEqual(await comms(), {});
  });

  test('that no one has open is ignored and logged', async () => {
    assert.deepEqual(await tell('comm_msg', { comm_id: 'gone', data: {} }), []);
    await logged('ignored comm_msg: no comm "gone" is open');
    assert.deepEqual(await tell('comm_open', { comm_id: 5 }), []);
    await logged('needs a string as comm_id');
  });
});

describe('a comm of a cell', () => {
  test('is opened, used and closed in the name of its cell', async () => {
    const { outputs } = await kernel.run(`
      import { openComm } from 'typelab/kernel';
      const line = openComm('viewer', { a: 1 }, { metadata: { version: '1' } });
      line.send({ b: 2 }, { buffers: [Uint8Array.of(7)] });
      line.close({ c: 3 });`);
    const [open, message, close] = outputs;
    assert.deepEqual(
      outputs.map(({ header }) => header.msg_type),
      ['comm_open', 'comm_msg', 'comm_close'],
    );
    const { comm_id } = open!.content;
    assert.deepEqual(open!.content, { comm_id, target_name: 'viewer', data: { a: 1 } });
    assert.deepEqual(open!.metadata, { version: '1' });
    assert.deepEqual([message!.content, [...message!.buffers[0]!]], [{ comm_id, data: { b: 2 } }, [7]]);
    assert.deepEqual(close!.content, { comm_id, data: { c: 3 } });
    const after = await kernel.run('line.send({})');
    assert.match(JSON.stringify(after.reply), /is closed/);
  });

  test('is answered while the cell waits', async () => {
    const opened = heard('comm_open');
    const running = kernel.run(`
      const asked = openComm('asker');
      await new Promise((done) => asked.onMessage(({ data }) => done(data.answer)))`);
    const { comm_id } = (await opened).content;
    await tell('comm_msg', { comm_id, data: { answer: 42 } });
    const { outputs } = await running;
    assert.deepEqual(outputs.at(-1)?.content.data, { 'text/plain': '42' });
  });

  test('whose listener never ends is ended by an interrupt, and one that fails tells its cell', async () => {
    const opened = heard('comm_open');
    await kernel.run(`
      const stuck = openComm('stuck');
      stuck.onMessage(({ data }) => { if (data.fail) throw new RangeError('too far'); for (;;); });`);
    const { comm_id } = (await opened).content;
    const looping = tell('comm_msg', { comm_id, data: {} });
    await new Promise((resolve) => setTimeout(resolve, 200));
    await kernel.interrupt();
    assert.deepEqual(await looping, []);
    const told = heard('stream');
    await tell('comm_msg', { comm_id, data: { fail: true } });
    assert.match(String((await told).content.text), /too far/);
  });
});

describe('a slider', () => {
  test('shows itself, calls back in its cell, moves when it is set and tells its state to a new page', async () => {
    const { outputs } = await kernel.run(`
      import { slider } from 'typelab/kernel';
      const k = slider({ max: 9, label: 'k' }).onChange((value) => console.log('now', value));
      k`);
    const models = outputs.filter(({ header }) => header.msg_type === 'comm_open');
    assert.deepEqual(
      models.map(({ content }) => (content.data as { state: Record<string, unknown> }).state._model_name),
      ['SliderStyleModel', 'LayoutModel', 'IntSliderModel'],
    );
    const { comm_id } = models[2]!.content;
    const data = outputs.at(-1)!.content.data as Record<string, unknown>;
    assert.equal(data['text/plain'], 'slider k 0 (0 … 9)');
    assert.deepEqual(data['application/vnd.jupyter.widget-view+json'], {
      version_major: 2,
      version_minor: 0,
      model_id: comm_id,
    });
    const printed = heard('stream');
    await tell('comm_msg', { comm_id, data: { method: 'update', state: { value: 4 }, buffer_paths: [] } });
    assert.equal((await printed).content.text, 'now 4\n');
    assert.equal((await kernel.run('console.log(k.value)')).stdout, '4\n');
    const moved = (await kernel.run('k.value = 7')).outputs.find(({ header }) => header.msg_type === 'comm_msg');
    assert.deepEqual(moved?.content.data, { method: 'update', state: { value: 7 }, buffer_paths: [] });
    const state = heard('comm_msg');
    await tell('comm_msg', { comm_id, data: { method: 'request_state' } });
    assert.equal(((await state).content.data as { state: { value: number } }).state.value, 7);
  });
});
