import assert from 'node:assert/strict';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ExchangeOptions } from '../../../kernel/wire/client.ts';
import { type TestKernel, testKernel } from '../../helpers/kernel.ts';

let kernel: TestKernel;
before(async () => {
  kernel = await testKernel();
  await kernel.run(`
    import fs from 'node:fs';
    let runs = 0;
    const there = () => fs.writeFileSync('there', String(++runs));
    const forever = () => { there(); for (;;); };`);
});
after(() => kernel[Symbol.asyncDispose]());

/** Each calls there() on the main thread's last way to where it is to be interrupted: nothing can come in between. */
const pauses = 'await new Promise(() => {});';
const loops: Record<string, string> = {
  'in a cell': 'there(); for (;;);',
  'after an await': 'await new Promise((done) => setTimeout(done, 5)); there(); for (;;);',
  'of awaits that never pause': 'there(); for (;;) await null;',
  'in a timer': `setTimeout(forever, 5); ${pauses}`,
  'in an immediate': `setImmediate(forever); ${pauses}`,
  'in process.nextTick': `process.nextTick(forever); ${pauses}`,
  'in a stream callback': `fs.createReadStream('/dev/zero', { end: 9 }).on('data', forever); ${pauses}`,
  'in a promise callback': `Promise.resolve().then(forever); ${pauses}`,
  'that catches everything': 'there(); for (;;) try { for (;;); } catch {} finally {}',
  'in native code that waits': 'there(); Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);',
};
const waits: Record<string, string> = {
  'that awaits what never comes': `there(); ${pauses}`,
  'that reads from a child process':
    "const { execFile } = await import('node:child_process'); there(); await new Promise((done) => execFile('sleep', ['60'], done));",
};

const there = () => join(kernel.folder, 'there');

/** Resolves when there is no such process: sooner than what sleeps for a minute is gone by itself. */
async function gone(pid: number): Promise<void> {
  const until = Date.now() + 30_000;
  for (assert.ok(pid > 1); ; await new Promise((resolve) => setTimeout(resolve, 10))) {
    assert.ok(Date.now() < until, `process ${pid} goes on`);
    try {
      process.kill(pid, 0);
    } catch {
      return;
    }
  }
}

/** Starts `code` and waits until it is where it says there(): by the file that says so, since output may be held back. */
async function begin(code: string, options: ExchangeOptions = {}) {
  rmSync(there(), { force: true });
  const exchange = kernel.client.execute(code, { timeout: 60_000, ...options });
  let over = false;
  void exchange.reply.then(() => {
    over = true;
  });
  while (!existsSync(there()) && !over) await new Promise((resolve) => setTimeout(resolve, 5));
  return exchange;
}

/** Commands; each tells its pid when it runs ($$ in a line is IPython's way to write $). */
const commands: Record<string, string> = {
  'with a ! command': "runs++;\n!sh -c 'echo $$$$ > pid; mv pid there; exec sleep 60'",
  'with a ! command in a loop':
    "runs++;\nfor (const n of [1, 2]) {\n  !sh -c 'echo $$$$ > pid; mv pid there; exec sleep 60'\n}",
  'with a captured ! command': "runs++;\nconst text = !sh -c 'echo $$$$ > pid; mv pid there; exec sleep 60'",
};

for (const [how, interrupt] of [
  ['a message', () => kernel.interrupt()],
  ['SIGINT', () => kernel.process.kill('SIGINT')],
] as const) {
  describe(`an interrupt by ${how}`, { skip: how === 'SIGINT' && process.platform === 'win32' }, () => {
    // The thread that hears SIGINT starts a little after the kernel.
    before(async () => {
      if (how !== 'SIGINT') return;
      const first = await begin('forever();');
      const timer = setInterval(interrupt, 100);
      await first.reply;
      clearInterval(timer);
      await new Promise((resolve) => setTimeout(resolve, 300));
    });

    for (const [where, code] of Object.entries({ ...loops, ...waits, ...commands })) {
      test(`ends a ${where in loops ? 'loop' : 'cell'} ${where}, and variables keep their values`, async () => {
        const before = Number((await kernel.run('console.log(runs)')).stdout);
        const exchange = await begin(code);
        await interrupt();
        const { status, ename } = (await exchange.reply).content as unknown as Record<string, unknown>;
        assert.deepEqual({ status, ename }, { status: 'error', ename: 'KeyboardInterrupt' });
        assert.equal(Number((await kernel.run('console.log(runs)')).stdout), before + 1);
        if (where in commands) await gone(Number(readFileSync(there(), 'utf8')));
      });
    }

    test('ends the script of a %%bash cell', async () => {
      const { reply } = await begin('%%bash\necho $$ > pid; mv pid there\nsleep 60');
      await interrupt();
      const { status, ename } = (await reply).content as unknown as Record<string, unknown>;
      assert.deepEqual({ status, ename }, { status: 'error', ename: 'KeyboardInterrupt' });
      await gone(Number(readFileSync(there(), 'utf8')));
    });
  });
}

test('SIGINT ends a script that asks for it by breakOnSigint, and not the kernel', {
  skip: process.platform === 'win32',
}, async () => {
  await kernel.run("import vm from 'node:vm';");
  const { reply } = await begin("vm.runInNewContext('there(); for (;;);', { there }, { breakOnSigint: true });");
  kernel.process.kill('SIGINT');
  assert.equal(((await reply).content as unknown as Record<string, unknown>).ename, 'Error');
  assert.equal((await kernel.run('1')).reply.status, 'ok');
});

describe('a program whose start takes long', () => {
  // A machine that is busy holds the thread up between starting it and knowing it.
  before(() =>
    kernel.run(`
      import childProcess from 'node:child_process';
      import { syncBuiltinESMExports } from 'node:module';
      const { spawn } = childProcess;
      childProcess.spawn = ((...given: Parameters<typeof spawn>) => {
        const child = spawn(...given);
        for (const until = Date.now() + 500; Date.now() < until; );
        return child;
      }) as typeof spawn;
      syncBuiltinESMExports();`),
  );
  after(() => kernel.run('childProcess.spawn = spawn; syncBuiltinESMExports();'));

  for (const [what, code] of Object.entries({
    'a ! command': commands['with a ! command']!,
    'the script of a %%bash cell': '%%bash\necho $$ > pid; mv pid there\nsleep 60',
  }))
    test(`${what} is ended by an interrupt in the midst of it`, async () => {
      const { reply } = await begin(code);
      await kernel.interrupt();
      const { ename } = (await reply).content as unknown as Record<string, unknown>;
      assert.equal(ename, 'KeyboardInterrupt');
      await gone(Number(readFileSync(there(), 'utf8')));
      assert.equal((await kernel.run('1')).reply.status, 'ok');
    });

  test('a job in the background is known after it', async () => {
    const { reply } = await begin('%%bash --bg --proc late\necho $$ > pid; mv pid there\nexec sleep 60');
    await kernel.interrupt();
    await reply;
    assert.match((await kernel.run('%jobs')).stdout, /late .*running/);
    // The cell waits for no job: it may be over before its job has said anything.
    while (!existsSync(there())) await new Promise((resolve) => setTimeout(resolve, 5));
    await kernel.run('%kill late');
    await gone(Number(readFileSync(there(), 'utf8')));
  });
});

test('an interrupt of an idle kernel does nothing', async () => {
  await kernel.interrupt();
  assert.equal((await kernel.run('runs > 0')).reply.status, 'ok');
});

test('a loop that an ended cell left in a timer can be interrupted', async () => {
  rmSync(there(), { force: true });
  await kernel.run('setTimeout(forever, 20)');
  while (!existsSync(there())) await new Promise((resolve) => setTimeout(resolve, 5));
  const next = kernel.run('1');
  await kernel.interrupt();
  await next;
  assert.equal((await kernel.run('1')).reply.status, 'ok');
});

test('an interrupt aborts what is queued behind the cell', async () => {
  const exchange = await begin('forever();');
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
  const busy = await begin('forever();', { timeout: 20_000 });
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
