import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Message } from '../../kernel/wire/protocol.ts';
import { type TestKernel, testKernel } from '../helpers/kernel.ts';

let kernel: TestKernel;
before(async () => {
  kernel = await testKernel();
});
after(() => kernel[Symbol.asyncDispose]());

describe('64 MB', () => {
  const size = 64 << 20;

  test('of a buffer go to a comm and back', { timeout: 120_000 }, async () => {
    await kernel.run(`
      import { registerCommTarget } from 'typelab/kernel';
      registerCommTarget('echo', (comm) => comm.onMessage(({ data, buffers }) => comm.send(data, { buffers })));`);
    await kernel.client
      .start('comm_open', { comm_id: 'big', target_name: 'echo', data: {} }, { timeout: 60_000 })
      .iopub[Symbol.asyncIterator]()
      .next();
    const back = new Promise<Message>((resolve) => {
      kernel.client.onIopub((message) => message.header.msg_type === 'comm_msg' && resolve(message));
    });
    const bytes = Buffer.alloc(size, 7);
    bytes[size - 1] = 9;
    kernel.client.send('comm_msg', { comm_id: 'big', data: { n: 1 } }, { buffers: [bytes] });
    const { content, buffers } = await back;
    assert.deepEqual(content, { comm_id: 'big', data: { n: 1 } });
    assert.ok(buffers[0]!.equals(bytes));
  });

  test('of output come whole', { timeout: 120_000 }, async () => {
    const { stdout } = await kernel.run(`process.stdout.write('y'.repeat(${size}))`, { timeout: 60_000 });
    assert.ok(stdout === 'y'.repeat(size));
  });

  test('of code are a cell like another', { timeout: 120_000 }, async () => {
    const code = `1 /* ${'x'.repeat(size)} */`;
    const { reply } = await kernel.run(code, { timeout: 90_000, store_history: false });
    assert.equal(reply.status, 'ok');
  });
});

test('a cell that prints long lines without end takes no more memory than a few of them, and can be interrupted', {
  timeout: 120_000,
  skip: process.platform !== 'linux' && 'the memory of a process is read from /proc',
}, async () => {
  await using own = await testKernel();
  const { reply, iopub } = own.client.execute("for (;;) console.log('x'.repeat(1000));", { timeout: 110_000 });
  let received = 0;
  for await (const { content } of iopub) {
    received += ((content.text as string | undefined) ?? '').length;
    if (received > 400e6) break;
  }
  await own.interrupt();
  assert.equal(((await reply).content as { ename?: string }).ename, 'KeyboardInterrupt');
  const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${own.process.pid}/status`, 'utf8'))![1]) / 1024;
  assert.ok(peak < 1200, `${peak.toFixed(0)} MB`);
});
