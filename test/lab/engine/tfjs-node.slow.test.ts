import assert from 'node:assert/strict';
import { existsSync, globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { execa } from 'execa';
import { compiler } from '../../../lab/src/engine/machine.ts';
import { type Notebook, type Output, textOf } from '../../../lab/src/run/notebook.ts';
import { tensorflowIndex } from '../../helpers/engine-index.ts';
import { times } from '../../helpers/long.ts';
import { withoutPython } from '../../helpers/python.ts';
import { root } from '../../helpers/root.ts';
import { sameAsEmbedded } from '../../helpers/same-as-embedded.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-engines-'));
const env: NodeJS.ProcessEnv = { TYPELAB_ENGINES: join(folder, 'engines'), TYPELAB_TF_WHEEL: '', TYPELAB_ENGINE: '' };
const typelab = (args: string[], more: NodeJS.ProcessEnv = {}) =>
  execa(process.execPath, [join(root, 'lab/main.ts'), ...args], {
    cwd: folder,
    env: { ...env, ...more },
    reject: false,
  });

const withoutCompiler = (await compiler()) ? false : 'needs a C++ compiler (Debian: apt-get install g++)';

describe('typelab engine add tfjs-node', { skip: withoutPython || withoutCompiler }, () => {
  let close = () => {};
  before(async () => {
    const index = await tensorflowIndex(folder, 'tensorflow-cpu');
    env.PIP_INDEX_URL = index.url;
    close = index.close;
  });
  after(() => {
    close();
    rmSync(folder, { recursive: true });
  });

  test('says what it will bring, and with --dry-run leaves it at that', async () => {
    const { stdout, exitCode } = await typelab(['engine', 'add', 'tfjs-node', '--dry-run']);
    assert.match(stdout, /npm: @tensorflow\/tfjs-node@4\.22\.0, node-api-headers@/);
    assert.match(stdout, /TensorFlow 2\.21\.0: tensorflow_cpu-2\.21\.0-.*\.whl, \d.* [MG]B to download/);
    assert.deepEqual([exitCode, existsSync(env.TYPELAB_ENGINES!)], [0, false]);
  });

  test('brings the library from the index, builds the binding and runs one op', async () => {
    const { stdout, stderr, exitCode } = await typelab(['engine', 'add', 'tfjs-node']);
    assert.equal(exitCode, 0, stderr);
    assert.match(stderr, /tensorflow_cpu-2\.21\.0-.*: 100 % of /);
    assert.match(stdout, /Added tfjs-node: one op ran on the CPU\. Use it with TYPELAB_ENGINE=tfjs-node$/);
    const added = join(env.TYPELAB_ENGINES!, 'tfjs-node');
    assert.equal(existsSync(join(added, 'tensorflow/libtensorflow_cc.so.2')), true);
    assert.equal(existsSync(join(added, 'tensorflow/__init__.py')), false, 'only what the binding needs');
    assert.equal(existsSync(join(env.TYPELAB_ENGINES!, 'downloads')), false, 'the wheel does not stay');
    assert.match((await typelab(['engine', 'list'])).stdout, /^tfjs-node +4\.22\.0 {2}.*engines\/tfjs-node\//m);
  });

  test('trains, saves and reads as the embedded engine does', async () => {
    const { engine } = await sameAsEmbedded({ ...env, TYPELAB_ENGINE: 'tfjs-node' }, folder);
    assert.equal(engine, 'tfjs-node: TYPELAB_ENGINE is tfjs-node');
  });

  test("the course's notebook passes on it, and TensorFlow's log lines reach no cell", async () => {
    const [source, output] = [join(folder, 'lab.ipynb'), join(folder, 'executed.ipynb')];
    const text = readFileSync(join(root, 'notebooks/01-serving.ipynb'), 'utf8');
    // TensorFlow's CPU needs ten seconds an epoch; the other epochs are left to npm run test:long.
    writeFileSync(source, text.replace('epochs: 5', `epochs: ${times(1, 5)}`));
    const run = await typelab(['run', source, '-o', output, '--cell-timeout', '600'], { TYPELAB_ENGINE: 'tfjs-node' });
    assert.equal(run.exitCode, 0, run.stderr);
    const outputs = (JSON.parse(readFileSync(output, 'utf8')) as Notebook).cells.flatMap((cell) => cell.outputs ?? []);
    assert.match(allText(outputs), /Engine: tfjs-node \(tfjs-node 4\.22\.0, TensorFlow 2\.21\.0\)/);
    assert.ok(Number(/Test accuracy: ([\d.]+)/.exec(allText(outputs))?.[1]) > 0.93);
    const streams = outputs.filter((one) => one.output_type === 'stream' && one.name === 'stderr');
    assert.deepEqual(streams, []);
  });

  test('adding it again with a wheel that is none leaves the old one as it was', async () => {
    const wheel = join(folder, 'wrong.whl');
    writeFileSync(wheel, 'no zip');
    const { exitCode, stderr } = await typelab(['engine', 'add', 'tfjs-node'], { TYPELAB_TF_WHEEL: wheel });
    assert.equal(exitCode, 1);
    assert.match(stderr, /wrong\.whl/);
    assert.match((await typelab(['engine', 'list'])).stdout, /^tfjs-node +4\.22\.0/m);
  });

  // The binding for a GPU is the same source; the 573 MB of TensorFlow with CUDA's kernels are not brought for it.
  test('tfjs-node-gpu is built against an installed TensorFlow, loads, and says that it finds no GPU', async () => {
    const [packages] = globSync('.venv/lib/python3*/site-packages', { cwd: root });
    const wheel = { TYPELAB_TF_WHEEL: join(root, packages!) };
    const { stdout, stderr, exitCode } = await typelab(['engine', 'add', 'tfjs-node-gpu'], wheel);
    assert.equal(exitCode, 0, stderr);
    const gpu = /one op ran on the GPU\./.test(stdout);
    if (!gpu) assert.match(stdout, /Added tfjs-node-gpu: one op ran on the CPU, because it finds no GPU\./);
    const code = `const { engine } = await import('./lib/engine/index.ts'); console.log(engine().why); process.exit()`;
    const why = await execa(process.execPath, ['--input-type=module', '--eval', code], { cwd: root, env });
    assert.equal(
      why.stdout,
      gpu ? 'it is installed and a GPU answers' : '@tensorflow/tfjs-node-gpu is installed but finds no GPU',
    );
  });

  test('what is missing is said before anything is brought', async () => {
    const missing: [NodeJS.ProcessEnv, RegExp][] = [
      [{ CXX: 'no-such-compiler' }, /needs a C\+\+ compiler .*CXX is no-such-compiler.*apt-get install g\+\+/],
      [{ PIP_INDEX_URL: 'http://127.0.0.1:9' }, /index does not answer: http:\/\/127\.0\.0\.1:9\/tensorflow-cpu\//],
      [{ TYPELAB_TF_WHEEL: '/nowhere.whl' }, /TYPELAB_TF_WHEEL is \/nowhere\.whl, which is not there/],
    ];
    for (const [more, message] of missing) {
      const { stderr, exitCode } = await typelab(['engine', 'add', 'tfjs-node'], more);
      assert.match(stderr, message);
      assert.equal(exitCode, 1);
    }
    assert.match((await typelab(['engine', 'add', 'abacus'])).stderr, /no engine abacus; there are tfjs-node-gpu, /);
  });

  test('remove takes it away', async () => {
    assert.match((await typelab(['engine', 'remove', 'tfjs-node'])).stdout, /^Removed .*tfjs-node$/);
    assert.match((await typelab(['engine', 'list'])).stdout, /^tfjs-node +not installed/m);
    assert.match((await typelab(['engine', 'remove', 'tfjs-node'])).stderr, /is not in .*typelab engine list/);
  });
});

function allText(outputs: Output[]): string {
  return outputs
    .map((one) => ('text' in one ? textOf(one.text) : 'data' in one ? textOf(one.data['text/plain'] as string) : ''))
    .join('\n');
}
