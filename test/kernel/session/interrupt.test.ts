import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ExchangeOptions } from '../../../kernel/wire/client.ts';
import { type TestKernel, testKernel } from '../../helpers/kernel.ts';

let kernel: TestKernel;
before(async () => {
  kernel = await testKernel();
  await kernel.run("let runs = 0; import fs from 'node:fs'; const forever = () => { for (;;); }");
});
after(() => kernel[Symbol.asyncDispose]());

const pauses = 'await new Promise(() => {});';
const loops: Record<string, string> = {
  'in a cell': 'for (;;);',
  'after an await': 'await new Promise((done) => setTimeout(done, 5)); for (;;);',
  'of awaits that never pause': 'for (;;) await null;',
  'in a timer': `setTimeout(forever, 5); ${pauses}`,
  'in an immediate': `setImmediate(forever); ${pauses}`,
  'in process.nextTick': `process.nextTick(forever); ${pauses}`,
  'in a stream callback': `fs.createReadStream('/dev/zero', { end: 9 }).on('data', forever); ${pauses}`,
  'in a promise callback': `Promise.resolve().then(forever); ${pauses}`,
  'that catches everything': 'for (;;) try { for (;;); } catch {} finally {}',
  'in native code that waits': 'Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
};
const waits: Record<string, string> = {
  'that awaits what never comes': pauses,
  'that reads from a child process':
    "const { execFile } = await import('node:child_process'); await new Promise((done) => execFile('sleep', ['60'], done));",
};

// The pause lets the output out: a loop right after it may hold it back.
const begun = "console.log('begun'); await new Promise((go) => setTimeout(go, 30));";

/** Starts `code` and waits until it is surely running. */
async function begin(code: string, options: ExchangeOptions = {}) {
  // On a busy machine the check of a cell may take long; what it prints says that it runs.
  const exchange = kernel.client.execute(`${begun}\n${code}`, { timeout: 10_000, ...options });
  for await (const { header } of exchange.iopub) if (header.msg_type === 'stream') break;
  await new Promise((resolve) => setTimeout(resolve, 100));
  return exchange;
}

for (const [how, interrupt] of [
  ['a message', () => kernel.interrupt()],
  ['SIGINT', () => kernel.process.kill('SIGINT')],
] as const) {
  describe(`an interrupt by ${how}`, { skip: how === 'SIGINT' && process.platform === 'win32' }, () => {
    // The thread that hears SIGINT starts a little after the kernel.
    before(() => new Promise((resolve) => setTimeout(resolve, how === 'SIGINT' ? 800 : 0)));

    for (const [where, code] of Object.entries({ ...loops, ...waits })) {
      test(`ends a ${where in loops ? 'loop' : 'cell'} ${where}, and variables keep their values`, async () => {
        const before = Number((await kernel.run('console.log(runs)')).stdout);
        const exchange = await begin(`runs++; ${code}`);
        await interrupt();
        const { status, ename } = (await exchange.reply).content as unknown as Record<string, unknown>;
        assert.deepEqual({ status, ename }, { status: 'error', ename: 'KeyboardInterrupt' });
        assert.equal(Number((await kernel.run('console.log(runs)')).stdout), before + 1);
      });
    }
  });
}

test('an interrupt of an idle kernel does nothing', async () => {
  await kernel.interrupt();
  assert.equal((await kernel.run('runs > 0')).reply.status, 'ok');
});

test('a loop that an ended cell left in a timer can be interrupted', async () => {
  await kernel.run('setTimeout(forever, 20)');
  await new Promise((resolve) => setTimeout(resolve, 60));
  const next = kernel.run('1');
  await kernel.interrupt();
  await next;
  assert.equal((await kernel.run('1')).reply.status, 'ok');
});

test('an interrupt aborts what is queued behind the cell', async () => {
  const exchange = await begin('for (;;);');
  const queued = kernel.client.execute('1', { timeout: 10_000 });
  await kernel.interrupt();
  assert.equal((await exchange.reply).content.status, 'error');
  assert.equal((await queued.reply).content.status, 'aborted');
});

test('an interrupt ends a prompt, and a late answer goes nowhere', async () => {
  let asked: (() => void) | undefined;
  const prompt = new Promise<void>((resolve) => {
    asked = resolve;
  });
  let answer: ((text: string) => void) | undefined;
  const onInput = () => {
    asked!();
    return new Promise<string>((resolve) => {
      answer = resolve;
    });
  };
  const code = "import { input } from 'typelab/kernel'; await input('? ')";
  const { reply } = kernel.client.execute(code, { onInput, timeout: 10_000 });
  await prompt;
  await kernel.interrupt();
  const { content } = await reply;
  assert.equal((content as unknown as Record<string, unknown>).ename, 'KeyboardInterrupt');
  answer!('too late');
  const { stdout } = await kernel.run("console.log(await input('again? '))", { onInput: () => 'in time' });
  assert.equal(stdout, 'in time\n');
});

test('while a cell blocks its thread the kernel answers everything else', async () => {
  const busy = await begin('for (;;);', { timeout: 20_000 });
  assert.equal(await kernel.client.ping(3000), true);
  const info = await kernel.client.request('kernel_info_request', {}, { channel: 'control', timeout: 3000 });
  assert.equal(info.content.status, 'ok');
  const complete = await kernel.client.request(
    'complete_request',
    { code: 'console.deb', cursor_pos: 11 },
    { timeout: 5000 },
  );
  assert.deepEqual(complete.content.matches, ['debug']);
  const whole = await kernel.client.request('is_complete_request', { code: 'f(' }, { timeout: 3000 });
  assert.equal(whole.content.status, 'incomplete');
  await kernel.interrupt();
  assert.equal((await busy.reply).content.status, 'error');
});
