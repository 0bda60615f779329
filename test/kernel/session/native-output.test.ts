/** What reaches descriptors 1 and 2 past Node: WebAssembly, user's threads, files that are another name of them. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type TestKernel, testKernel } from '../../helpers/kernel.ts';

let kernel: TestKernel;
before(async () => {
  kernel = await testKernel();
  await kernel.run(wasi);
});
after(() => kernel[Symbol.asyncDispose]());

/**
 * `say(text, fd)` has WebAssembly write to a descriptor by WASI's fd_write, which is C in Node.
 * The module: (import fd_write) (memory 1) (func $_start: fd_write(i32.load 0, 8, 1, 4); drop).
 */
const wasi = `
import { WASI } from 'node:wasi';
const module = new WebAssembly.Module(Uint8Array.from([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 12, 2, 96, 4, 127, 127, 127, 127, 1, 127, 96, 0, 0,
  2, 35, 1, 22, ...Buffer.from('wasi_snapshot_preview1'), 8, ...Buffer.from('fd_write'), 0, 0,
  3, 2, 1, 1, 5, 3, 1, 0, 1, 7, 19, 2, 6, ...Buffer.from('memory'), 2, 0, 6, ...Buffer.from('_start'), 0, 1,
  10, 18, 1, 16, 0, 65, 0, 40, 2, 0, 65, 8, 65, 1, 65, 4, 16, 0, 26, 11,
]));
function say(text: string, descriptor = 1) {
  const system = new WASI({ version: 'preview1' });
  const { exports } = new WebAssembly.Instance(module, system.getImportObject() as WebAssembly.Imports);
  const bytes = Buffer.from(text);
  const { buffer } = exports.memory as WebAssembly.Memory;
  new Uint8Array(buffer).set(bytes, 64);
  new Uint32Array(buffer).set([descriptor, 0, 64, bytes.length]);
  system.start({ exports: { memory: exports.memory, _start: exports._start } });
}`;

describe('native output', () => {
  test('of WebAssembly is the cell’s, in its place between console.log', async () => {
    const { stdout, stderr, reply } = await kernel.run(
      "console.log('one'); say('two\\n'); console.log('three'); say('four\\n'); say('oh\\n', 2); 5",
    );
    assert.deepEqual([reply.status, stdout, stderr], ['ok', 'one\ntwo\nthree\nfour\n', 'oh\n']);
  });

  test('comes before the result, the reply and idle', async () => {
    const { all } = await kernel.run("say('first\\n'); 'second'");
    const types = all.map(({ header, content }) => content.execution_state ?? header.msg_type);
    assert.deepEqual(types, ['busy', 'execute_input', 'stream', 'execute_result', 'idle']);
  });

  test('of a cell that fails comes before its error', async () => {
    const { outputs } = await kernel.run("say('last words\\n'); throw new Error('gone')");
    assert.deepEqual(
      outputs.map(({ header }) => header.msg_type),
      ['stream', 'error'],
    );
  });

  test('flows while the cell computes, and more than a pipe holds arrives whole', async () => {
    const { stdout } = await kernel.run(
      'for (let i = 0; i < 5_000; i++) say("line " + i + "\\n"); console.log("end");',
    );
    const lines = stdout.split('\n');
    assert.equal(lines.length, 5002);
    assert.ok(lines.slice(0, 5000).every((line, i) => line === `line ${i}`));
    assert.equal(lines[5000], 'end');
    const { stdout: big } = await kernel.run(
      "say('é'.repeat(30_000)); say('x'.repeat(60_000)); say('ü'.repeat(30_000))",
    );
    assert.equal(big, 'é'.repeat(30_000) + 'x'.repeat(60_000) + 'ü'.repeat(30_000));
  });

  test('of the user’s own threads and what they start is the cell’s', async () => {
    const { stdout, stderr } = await kernel.run(`
      import { Worker } from 'node:worker_threads';
      import { once } from 'node:events';
      const code = "require('fs').writeSync(2, 'thread\\\\n'); require('child_process').spawnSync('echo', ['program'], { stdio: 'inherit' })";
      await once(new Worker(code, { eval: true }), 'exit');`);
    assert.deepEqual([stdout, stderr], ['program\n', 'thread\n']);
  });

  test('to other names of the descriptors is the cell’s', async () => {
    const { stdout, stderr, reply } = await kernel.run(
      `
      import fs from 'node:fs';
      import { finished } from 'node:stream/promises';
      const file = fs.openSync('/dev/stdout', 'w');
      fs.writeSync(file, 'opened\\n');
      fs.closeSync(file);
      fs.appendFileSync('/proc/self/fd/2', 'by its number\\n');
      const stream = fs.createWriteStream('/dev/stdout');
      stream.end('streamed\\n');
      await finished(stream);`.replace('/proc/self', process.platform === 'linux' ? '/proc/self' : '/dev'),
    );
    assert.equal(reply.status, 'ok');
    assert.deepEqual([stdout, stderr], ['opened\nstreamed\n', 'by its number\n']);
  });

  test('TensorFlow’s log of a healthy start stays in the kernel’s log', async () => {
    const lines = [
      '2026-11-25 10:00:00.123456: I tensorflow/core/platform/cpu_feature_guard.cc:210] optimized\n',
      // Before absl is initialized, its clock counts all seconds since 1970.
      'I0000 00:00:1795626111.880470    5727 port.cc:153] oneDNN custom operations are on.\n',
    ];
    for (const line of lines) {
      const { stderr } = await kernel.run(`say(${JSON.stringify(line)}, 2); say('mine\\n', 2)`);
      assert.equal(stderr, 'mine\n');
      assert.ok(kernel.log().includes(line));
    }
  });

  test('a kernel that runs out of memory leaves V8’s last words in its log', async () => {
    await using own = await testKernel({ env: { NODE_OPTIONS: '--max-old-space-size=80' } });
    own.client.send('execute_request', { code: 'const all = []; for (;;) all.push(new Array(1000).fill({}))' });
    assert.equal((await own.exited).signal, 'SIGABRT');
    assert.match(own.log(), /JavaScript heap out of memory/);
  });
});
