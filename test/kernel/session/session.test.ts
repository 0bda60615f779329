import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { ownKernelspec } from '../../../kernel/kernelspec.ts';
import { connectKernel } from '../../../kernel/wire/client.ts';
import { tcpConnection } from '../../../kernel/wire/connection.ts';
import type { Message } from '../../../kernel/wire/protocol.ts';
import { type TestKernel, testKernel } from '../../helpers/kernel.ts';
import { root } from '../../helpers/root.ts';

let kernel: TestKernel;
before(async () => {
  kernel = await testKernel({ transport: 'tcp' });
});
after(() => kernel[Symbol.asyncDispose]());

const ask = async (type: string, content: Record<string, unknown> = {}, channel: 'shell' | 'control' = 'shell') =>
  (await kernel.client.request(type, content, { channel, timeout: 10_000 })).content;

/** The states and types on iopub for a request that may have no reply. */
async function iopubOf(type: string, content: Record<string, unknown> = {}) {
  const exchange = kernel.client.start(type, content, { timeout: 5000 });
  const all: Message[] = [];
  for await (const message of exchange.iopub) all.push(message);
  return all;
}

describe('requests', () => {
  test('kernel_info says who answers, the same on shell and control', async () => {
    const info = await ask('kernel_info_request');
    assert.deepEqual(await ask('kernel_info_request', {}, 'control'), info);
    const { version } = JSON.parse(readFileSync(join(root, 'node_modules/typescript/package.json'), 'utf8'));
    assert.equal(info.status, 'ok');
    assert.equal(info.protocol_version, '5.5');
    assert.equal(info.implementation, 'typelab');
    assert.deepEqual(info.supported_features, []);
    assert.deepEqual(info.language_info, {
      name: 'typescript',
      version,
      mimetype: 'text/typescript',
      file_extension: '.ts',
      pygments_lexer: 'typescript',
      codemirror_mode: { name: 'javascript', typescript: true, mode: 'typescript' },
      nbconvert_exporter: 'script',
    });
  });

  test('busy and idle surround a request whose handler fails, and its reply says why', async () => {
    const exchange = kernel.client.start('complete_request', { code: 5 }, { timeout: 5000 });
    const { content } = await exchange.reply;
    assert.equal(content.status, 'error');
    assert.match(content.evalue as string, /string as code/);
    const states: unknown[] = [];
    for await (const message of exchange.iopub) states.push(message.content.execution_state);
    assert.deepEqual(states, ['busy', 'idle']);
    assert.equal((await kernel.run('1')).reply.status, 'ok');
  });

  test('an unknown type is logged, even one that every object has', async () => {
    for (const type of ['teleport_request', 'constructor', '__proto__']) {
      const states = (await iopubOf(type)).map(({ content }) => content.execution_state);
      assert.deepEqual(states, ['busy', 'idle']);
      assert.match(kernel.log(), new RegExp(`unknown message type "${type}" on shell`));
    }
  });

  test('positions of completions are code points', async () => {
    const code = "const 𝒙 = '😀😀'; 'abc'.trimE";
    const content = await ask('complete_request', { code, cursor_pos: [...code].length });
    assert.deepEqual(content.matches, ['trimEnd']);
    assert.equal(content.cursor_start, [...code].length - 5);
    assert.equal(content.cursor_end, [...code].length);
    const { _jupyter_types_experimental: types } = content.metadata as { _jupyter_types_experimental: unknown[] };
    assert.equal((types[0] as { type: string }).type, 'method');
  });

  test('inspect finds a name, with documentation, and says so where there is none', async () => {
    await kernel.run('/** Doubles. */ function double(n: number) { return 2 * n }');
    const found = await ask('inspect_request', { code: '😀 double', cursor_pos: 8, detail_level: 0 });
    assert.equal(found.found, true);
    assert.match((found.data as Record<string, string>)['text/plain']!, /double\(n: number\): number[\s\S]*Doubles\./);
    const missing = await ask('inspect_request', { code: 'nowhere', cursor_pos: 3, detail_level: 0 });
    assert.deepEqual(missing, { status: 'ok', found: false, data: {}, metadata: {} });
  });

  test('an open comm is closed again, for nobody registered its target', async () => {
    const messages = await iopubOf('comm_open', { comm_id: 'c1', target_name: 'jupyter.widget', data: {} });
    assert.deepEqual(
      messages.map(({ header }) => header.msg_type),
      ['status', 'comm_close', 'status'],
    );
    assert.deepEqual(messages[1]!.content, { comm_id: 'c1', data: {} });
    assert.deepEqual(await ask('comm_info_request'), { status: 'ok', comms: {} });
  });

  test('debug_request is answered as the Debug Adapter Protocol answers what failed', async () => {
    const content = await ask('debug_request', { type: 'request', seq: 7, command: 'initialize' }, 'control');
    assert.equal(content.success, false);
    assert.equal(content.request_seq, 7);
    assert.equal(content.command, 'initialize');
  });

  test('history has what was run, with its output', async () => {
    await kernel.run("'hist' + 'ory'");
    const { history } = await ask('history_request', { hist_access_type: 'tail', n: 1, output: true, raw: true });
    assert.deepEqual((history as [number, number, string[]][])[0]![2], ["'hist' + 'ory'", "'history'"]);
  });

  test('late rejections and errors in timers leave the kernel alive', async () => {
    await kernel.run("setTimeout(() => { throw new Error('stray') }, 1); void Promise.reject(new Error('lost'))");
    await new Promise((resolve) => setTimeout(resolve, 50));
    assert.equal((await kernel.run('1')).reply.status, 'ok');
  });
});

describe('the end of a kernel', () => {
  for (const restart of [false, true]) {
    test(`shutdown with restart ${restart} replies, tells iopub, and exits with 0`, async () => {
      await using one = await testKernel();
      const told = new Promise<Message>((resolve) => {
        one.client.onIopub((message) => message.header.msg_type === 'shutdown_reply' && resolve(message));
      });
      const { content } = await one.client.request(
        'shutdown_request',
        { restart },
        { channel: 'control', timeout: 5000 },
      );
      assert.deepEqual(content, { status: 'ok', restart });
      assert.deepEqual((await told).content, content);
      assert.deepEqual(await one.exited, { code: 0, signal: null });
      assert.equal(one.log(), '');
    });
  }

  test('shutdown ends a kernel whose cell is in a loop', async () => {
    await using one = await testKernel();
    const { iopub } = one.client.execute("console.log('go'); for (;;);");
    for await (const { content } of iopub) if (content.text === 'go\n') break;
    one.client.send('shutdown_request', { restart: false }, { channel: 'control' });
    assert.deepEqual(await one.exited, { code: 0, signal: null });
  });

  test('SIGTERM ends it in order', { skip: process.platform === 'win32' }, async () => {
    await using one = await testKernel();
    await one.run('1');
    one.process.kill('SIGTERM');
    assert.deepEqual(await one.exited, { code: 0, signal: null });
  });

  test('SIGTERM ends a kernel whose cell is in a loop', { skip: process.platform === 'win32' }, async () => {
    await using one = await testKernel();
    const { iopub } = one.client.execute("console.log('go'); for (;;);");
    for await (const { content } of iopub) if (content.text === 'go\n') break;
    one.process.kill('SIGTERM');
    assert.deepEqual(await one.exited, { code: null, signal: 'SIGTERM' });
  });

  // jupyter_client gives each kernel a group of its own, and ipykernel ends what is in it.
  test('what a cell has started by itself ends with the kernel, what was detached on purpose stays', {
    skip: process.platform === 'win32',
  }, async () => {
    await using one = await testKernel();
    const { stdout } = await one.run(`
      import { spawn } from 'node:child_process';
      const ignore = spawn('sh', ['-c', 'trap "" TERM; while :; do sleep 1; done'], { stdio: 'ignore' });
      const child = spawn('sleep', ['300'], { stdio: 'ignore' });
      const detached = spawn('sleep', ['300'], { stdio: 'ignore', detached: true });
      console.log([ignore, child, detached].map(({ pid }) => pid).join());`);
    const [ignoring = 0, child = 0, detached = 0] = stdout.trim().split(',').map(Number);
    try {
      assert.deepEqual([ignoring, child, detached].map(isAlive), [true, true, true]);
      one.client.send('shutdown_request', { restart: true }, { channel: 'control' });
      assert.deepEqual(await one.exited, { code: 0, signal: null });
      for (const pid of [child, ignoring]) {
        for (const end = Date.now() + 20_000; isAlive(pid) && Date.now() < end; )
          await new Promise((resolve) => setTimeout(resolve, 20));
        assert.equal(isAlive(pid), false);
      }
      assert.equal(isAlive(detached), true);
    } finally {
      for (const pid of [ignoring, child, detached]) if (pid > 0 && isAlive(pid)) process.kill(pid, 'SIGKILL');
    }
  });

  test('a kernel whose parent has died does not stay', { skip: process.platform === 'win32' }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'typelab-test-'));
    const connection = await tcpConnection();
    writeFileSync(join(folder, 'c.json'), JSON.stringify(connection));
    const argv = ownKernelspec().argv.map((word) => word.replace('{connection_file}', join(folder, 'c.json')));
    // A parent that starts the kernel, tells its pid, and waits to be killed.
    const script = `
      const { spawn } = require('node:child_process');
      const [program, ...args] = ${JSON.stringify(argv)};
      const child = spawn(program, args, { detached: true, stdio: 'ignore', env: { ...process.env, JPY_PARENT_PID: String(process.pid) } });
      console.log(child.pid);
      setInterval(() => {}, 1000);`;
    const parent = spawn(process.execPath, ['-e', script], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
    const [chunk] = await once(parent.stdout, 'data');
    const pid = Number(String(chunk));
    const client = connectKernel(connection);
    try {
      await client.ready(10_000);
      const looping = client.execute("console.log('go'); for (;;);");
      for await (const { content } of looping.iopub) if (content.text === 'go\n') break;
      parent.kill('SIGKILL');
      const end = Date.now() + 10_000;
      while (isAlive(pid) && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
      assert.equal(isAlive(pid), false);
    } finally {
      client.close();
      parent.kill('SIGKILL');
      if (isAlive(pid)) process.kill(pid, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    }
  });

  test('without a connection file the program says how it is used', async () => {
    const child = spawn(process.execPath, [join(root, 'kernel/launch.cjs')], { stdio: ['ignore', 'pipe', 'pipe'] });
    const [[stderr], [code]] = await Promise.all([once(child.stderr, 'data'), once(child, 'exit')]);
    assert.equal(code, 2);
    assert.match(String(stderr), /^usage: launch\.cjs CONNECTION_FILE/);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
