import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { execa } from 'execa';
import { root } from '../../helpers/root.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-run-'));
after(() => rmSync(folder, { recursive: true, force: true }));

function notebook(name: string, ...sources: string[]): string {
  const cells = sources.map((source, i) => ({
    cell_type: 'code',
    id: `cell-${i}`,
    metadata: {},
    source,
    outputs: [{ output_type: 'stream', name: 'stdout', text: 'of an earlier run' }],
    execution_count: 7,
  }));
  const kernelspec = { name: 'typelab', display_name: 'TypeScript (typelab)', language: 'typescript' };
  const path = join(folder, `${name}.ipynb`);
  writeFileSync(path, JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }));
  return path;
}

const typelab = (...args: string[]) =>
  execa(process.execPath, [join(root, 'lab/main.ts'), ...args], { cwd: folder, reject: false });
const outputsOf = (path: string) =>
  JSON.parse(readFileSync(path, 'utf8')).cells.map((cell: { outputs: { text?: string[] }[] }) =>
    cell.outputs.flatMap((one) => one.text ?? []).join(''),
  );

describe('typelab run', () => {
  test('runs the cells in order and writes what they show', async () => {
    const out = join(folder, 'new', 'out.ipynb');
    const run = await typelab(
      'run',
      notebook('good', 'const a = 20;', 'console.log(a + 1)'),
      '-o',
      out,
      '--html',
      join(folder, 'new', 'out.html'),
    );
    assert.equal(run.exitCode, 0, run.stderr);
    assert.deepEqual(outputsOf(out), ['', '21\n']);
    assert.match(readFileSync(join(folder, 'new', 'out.html'), 'utf8'), /21/);
  });

  test('a failing cell ends it with 1, its source and its traceback; what came before is saved', async () => {
    const out = join(folder, 'failed.ipynb');
    const run = await typelab(
      'run',
      notebook('bad', 'console.log(1)', 'const s: string = 2;', 'console.log(3)'),
      '-o',
      out,
    );
    assert.equal(run.exitCode, 1);
    assert.match(run.stderr, /cell 2 failed:\n\n {4}const s: string = 2;\n\nCell In\[2\], line 1:7\n/);
    assert.match(run.stderr, /TS2322: Type 'number' is not assignable to type 'string'\.$/);
    assert.deepEqual(outputsOf(out), ['1\n', '', '']);
  });

  test('an endless cell ends with 3 at its limit, and so does a notebook', async () => {
    const path = notebook('endless', 'console.log("before"); while (true) {}');
    const out = join(folder, 'endless.out.ipynb');
    const cell = await typelab('run', path, '-o', out, '--cell-timeout', '1');
    assert.deepEqual([cell.exitCode, outputsOf(out)], [3, ['before\n']]);
    assert.match(cell.stderr, /cell 1 took longer than 1 s; --cell-timeout sets another limit/);
    const whole = await typelab('run', path, '--timeout', '1');
    assert.equal(whole.exitCode, 3);
    assert.match(whole.stderr, /the notebook took longer than 1 s; --timeout sets another limit/);
  });

  test('a kernel that dies ends it with 4', async () => {
    const run = await typelab('run', notebook('dead', '!kill -9 {process.pid}'));
    assert.equal(run.exitCode, 4);
    assert.match(run.stderr, /the kernel has ended \(killed by SIGKILL\)/);
  });

  test('several notebooks run at once with typed parameters, and the worst end is the exit code', async () => {
    const many = join(folder, 'many');
    const good = notebook('many-good', 'const twice: number = epochs * 2; twice');
    const bad = notebook('many-bad', 'const s: string = epochs;');
    const run = await typelab(
      'run',
      good,
      bad,
      '-o',
      many,
      '--jobs',
      '2',
      '--param',
      'epochs=21',
      '--json',
      'many.json',
    );
    assert.equal(run.exitCode, 1, run.stderr);
    const cells = JSON.parse(readFileSync(join(many, 'many-good.ipynb'), 'utf8')).cells;
    assert.equal(cells[1].outputs[0].data['text/plain'].join(''), '42');
    assert.deepEqual(
      JSON.parse(readFileSync(join(folder, 'many.json'), 'utf8')).map((one: { status: string }) => one.status),
      ['passed', 'failed'],
    );
  });

  test('a wrong call ends with 2 and says what is wrong', async () => {
    for (const [args, text] of [
      [['run'], /missing required argument 'notebook'/],
      [['run', 'none.ipynb'], /none\.ipynb: there is no such file/],
      [['run', 'a.ipynb', '--timeout', 'soon'], /a number of seconds greater than 0 is needed/],
      [['frobnicate'], /unknown command 'frobnicate'/],
    ] as const) {
      const run = await typelab(...args);
      assert.equal(run.exitCode, 2, args.join(' '));
      assert.match(run.stderr, text);
    }
  });

  test('each file runs once, also where its own name looks like a pattern; one without a kernel is told before', async () => {
    const at = mkdtempSync(join(folder, 'patterns-'));
    for (const name of ['a [1].ipynb', 'b.ipynb', 'a 1.ipynb'])
      writeFileSync(join(at, name), readFileSync(notebook('one', '1')));
    const patterns = [join(at, 'a [1].ipynb'), join(at, 'b.ipynb'), join(at, '*.ipynb')];
    const run = await typelab('run', ...patterns, '-o', join(at, 'out'), '--json', join(at, 'out.json'));
    assert.equal(run.exitCode, 0, run.stderr);
    const ran = JSON.parse(readFileSync(join(at, 'out.json'), 'utf8')) as { notebook: string }[];
    assert.deepEqual(
      ran.map((one) => basename(one.notebook)),
      ['a [1].ipynb', 'b.ipynb', 'a 1.ipynb'],
    );
    const text = readFileSync(join(at, 'b.ipynb'), 'utf8');
    writeFileSync(join(at, 'c.ipynb'), text.replace('"name":"typelab"', '"name":"none"'));
    const refused = await typelab('run', join(at, '*.ipynb'));
    assert.deepEqual([refused.exitCode, refused.stderr.split('\n').length], [2, 1], refused.stderr);
    assert.match(refused.stderr, /c\.ipynb: no kernel is called "none"/);
  });

  test('an output that cannot be written is told before the first cell runs, and the input stays as it was', async () => {
    const marker = join(folder, 'ran');
    const path = notebook('unwritable', `(await import('node:fs')).writeFileSync(${JSON.stringify(marker)}, '')`);
    const before = readFileSync(path, 'utf8');
    for (const option of ['-o', '--html', '--junit', '--json', '--report']) {
      const run = await typelab('run', path, option, folder);
      assert.equal(run.exitCode, 2, option);
      assert.match(run.stderr, /cannot be written/, option);
      assert.equal(existsSync(marker), false, option);
    }
    assert.equal(readFileSync(path, 'utf8'), before);
  });

  test('-o - prints the notebook and nothing else; ** leaves the notebooks of packages alone', async () => {
    const at = mkdtempSync(join(folder, 'packages-'));
    mkdirSync(join(at, 'node_modules/one'), { recursive: true });
    for (const name of ['own.ipynb', 'node_modules/one/its.ipynb'])
      writeFileSync(join(at, name), readFileSync(notebook('printed', 'console.log(7)')));
    const run = await typelab('run', join(at, '**/*.ipynb'), '-o', '-');
    assert.equal(run.exitCode, 0, run.stderr);
    assert.deepEqual(JSON.parse(run.stdout).cells[0].outputs[0].text, ['7\n']);
    assert.equal(existsSync(join(folder, '-')), false);
    const named = await typelab('run', join(at, 'node_modules/*/*.ipynb'), notebook('other', '1'), '-o', '-');
    assert.deepEqual([named.exitCode, named.stderr], [2, '-o -: several notebooks need a folder']);
  });

  test('clean goes on after a file that is no notebook', async () => {
    const junk = join(folder, 'junk.ipynb');
    writeFileSync(junk, 'junk');
    const paths = [notebook('before-junk', '1'), junk, notebook('after-junk', '1')];
    const run = await typelab('clean', ...paths);
    assert.equal(run.exitCode, 2);
    assert.match(run.stderr, /junk\.ipynb: is not a notebook/);
    assert.deepEqual(outputsOf(paths[2]!), ['']);
  });
});
