import assert from 'node:assert/strict';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { execa } from 'execa';
import { engine, tf } from '../../../lib/engine/index.ts';
import { root } from '../../helpers/root.ts';

/** Runs a program with the engine, in a process of its own. */
async function run(code: string, env: Record<string, string> = {}) {
  return execa(process.execPath, ['--input-type=module', '--eval', code], {
    cwd: root,
    // A folder that is not there: what this machine's user has added is left out.
    env: { TYPELAB_ENGINE: '', TYPELAB_ENGINES: join(root, 'out', 'no-engines'), ...env },
    reject: false,
  });
}

test('without a native package the embedded engine is chosen, and says why', () => {
  assert.equal(engine().name, 'embedded');
  assert.match(engine().why, /no GPU engine is installed/);
  assert.match(engine().version, /^tfjs-wasm 4\./);
  assert.equal(tf.getBackend(), 'wasm');
});

test('importing the engine prints nothing and leaves Node’s way with errors as it was', async () => {
  const code = `await import('./lib/engine/index.ts');
    const left = ['uncaughtException', 'unhandledRejection'].map((event) => process.listenerCount(event));
    if (left.some(Boolean)) throw new Error('listeners: ' + left);`;
  assert.deepEqual((({ exitCode, stdout, stderr }) => ({ exitCode, stdout, stderr }))(await run(code)), {
    exitCode: 0,
    stdout: '',
    stderr: '',
  });
});

test('the library is silent in a program; in a notebook it shows one line', async () => {
  assert.equal((await run(`await import('./lib/index.ts')`)).all, undefined);
  const { stdout, stderr } = await run(`const shown = [];
    globalThis[Symbol.for('typelab.output')] = (bundle) => shown.push(bundle['text/plain']);
    await import('./lib/index.ts');
    console.log(JSON.stringify(shown));`);
  assert.equal(stderr, '');
  const lines = JSON.parse(stdout) as string[];
  assert.equal(lines.length, 1);
  assert.match(lines[0]!, /^Engine: embedded \(tfjs-wasm 4\.\d+\.\d+\): no GPU engine is installed.*\.$/);
});

test('there is one tfjs: the package itself is the engine’s namespace', async () => {
  const own = await import('@tensorflow/tfjs');
  assert.equal(own.Tensor, tf.Tensor);
  assert.equal(own.engine(), tf.engine());
});

describe('TYPELAB_ENGINE', () => {
  const wishes: [string, RegExp][] = [
    [
      'abacus',
      /TYPELAB_ENGINE is "abacus", which is no engine\. Possible: embedded, tfjs-node-gpu, webgpu, tfjs-node; unset it/,
    ],
    ...(['tfjs-node', 'tfjs-node-gpu', 'webgpu'] as const).map((name): [string, RegExp] => [
      name,
      new RegExp(`engine ${name} is wanted, but it is not installed\\. .*\\(typelab engine add ${name}\\), or unset`),
    ]),
  ];
  for (const [wish, message] of wishes) {
    test(`${wish}: the import fails and says what is possible`, async () => {
      const { exitCode, stderr } = await run(`await import('./lib/engine/index.ts')`, { TYPELAB_ENGINE: wish });
      assert.equal(exitCode, 1);
      assert.match(stderr, message);
    });
  }

  test('embedded: chosen, and the reason is the wish', async () => {
    const code = `const { engine } = await import('./lib/engine/index.ts'); console.log(JSON.stringify(engine()))`;
    const { stdout } = await run(code, { TYPELAB_ENGINE: 'embedded' });
    assert.deepEqual([JSON.parse(stdout).name, JSON.parse(stdout).why], ['embedded', 'TYPELAB_ENGINE is embedded']);
  });
});
