import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { execa } from 'execa';
import { root } from '../helpers/root.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-bad-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const typelab = (...args: string[]) => execa(process.execPath, [join(root, 'lab/main.ts'), ...args], { reject: false });

const graded = {
  schema_version: 3,
  grade_id: 'one',
  grade: true,
  solution: false,
  locked: true,
  task: false,
  points: 1,
};
const cell = (id: string, more = {}) => ({
  cell_type: 'code',
  id,
  metadata: {},
  source: '1 + 1',
  outputs: [],
  execution_count: null,
  ...more,
});
const nb = (cells: unknown[], more = {}) =>
  JSON.stringify({ cells, metadata: { kernelspec: { name: 'typelab' } }, nbformat: 4, nbformat_minor: 5, ...more });
const good = join(folder, 'good.ipynb');
writeFileSync(good, nb([cell('test', { metadata: { nbgrader: graded } })]));

/** What each command would write goes to `out`. */
const commands: Record<string, (path: string, out: string) => string[]> = {
  run: (path, out) => ['run', path, '-o', join(out, 'run.ipynb'), '--html', join(out, 'run.html'), '--update'],
  clean: (path) => ['clean', path],
  export: (path, out) => ['export', path, '-o', join(out, 'export.ts')],
  'grade release': (path, out) => ['grade', 'release', path, '-o', join(out, 'released.ipynb')],
  'grade check': (path) => ['grade', 'check', path],
  'grade run --source': (path) => ['grade', 'run', good, '--source', path],
  'grade run': (path) => ['grade', 'run', path, '--source', good],
  'grade report': (path) => ['grade', 'report', path],
  'grade export': (path, out) => ['grade', 'export', '--source', path, '--nbgrader', join(out, 'course')],
};

/**
 * A file that a person may give us for a notebook, and what is said. `kernel`: to those who need one, others just work;
 * `stored`: to those who look at stored outputs.
 */
const cases: Record<string, { content: string | Buffer; says: RegExp; kernel?: true; stored?: true }> = {
  'not JSON': { content: '# Title\n\nText', says: /is not a notebook: it is not JSON/ },
  'an empty file': { content: '', says: /bad\.ipynb: is empty/ },
  'binary junk': {
    content: Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256)),
    says: /is not a notebook: it is not JSON/,
  },
  'nbformat 3': {
    content: '{"nbformat": 3, "worksheets": []}',
    says: /is of nbformat 3; convert it: jupyter nbconvert/,
  },
  'duplicate ids': { content: nb([cell('a'), cell('a')]), says: /two cells have the id "a"; give one of them another/ },
  'an output that is none': {
    content: nb([cell('a', { outputs: [{ output_type: 'stream', name: 'stdout' }] })]),
    says: /cell 1: an output has no text; typelab clean .*bad\.ipynb takes outputs out/,
    stored: true,
  },
  'no kernel': {
    content: nb([cell('a')], { metadata: {} }),
    says: /names no kernel; its metadata\.kernelspec\.name should be "typelab"/,
    kernel: true,
  },
  'an unknown kernel': {
    content: nb([cell('a')], { metadata: { kernelspec: { name: 'nobody-has-this' } } }),
    says: /no kernel is called "nobody-has-this"/,
    kernel: true,
  },
};
/** The kernel of a submission is the assignment's, whatever it says itself. */
const needNoKernel = ['clean', 'export', 'grade run', 'grade report'];

describe('a bad notebook is refused by every command with a clear word, and not touched:', () => {
  for (const [name, { content, says, kernel, stored }] of Object.entries(cases)) {
    test(name, async () => {
      const at = mkdtempSync(join(folder, 'case-'));
      const path = join(at, 'bad.ipynb');
      writeFileSync(path, content);
      // Only clean would change it: it takes outputs out, whatever they are.
      const tried = Object.entries(commands).filter(([command]) => !(stored && command === 'clean'));
      const ran = tried.map(async ([command, argsFor]) => {
        const out = join(at, command);
        mkdirSync(out);
        const { exitCode, stdout, stderr } = await typelab(...argsFor(path, out));
        const written = readdirSync(out);
        if (stored && command !== 'run' && command !== 'grade report') {
          // The tests pass, and what is written has no outputs.
          assert.equal(exitCode, 0, `${command}: ${stderr}`);
        } else if (kernel && needNoKernel.includes(command)) {
          assert.equal(exitCode, command === 'grade report' ? 2 : 0, `${command}: ${stderr}`);
        } else if (command === 'grade run') {
          // One student's broken file is no reason not to grade the others.
          assert.equal(exitCode, 0, stderr);
          assert.match(stderr, says, command);
          assert.equal(stdout, 'student,score,max_score,one\nbad,0,1,0');
        } else {
          assert.equal(exitCode, 2, `${command}: ${stderr}`);
          assert.match(stderr, says, command);
          assert.doesNotMatch(stderr, /\n\s+at /, command);
          assert.deepEqual(written, [], command);
        }
      });
      await Promise.all(ran);
      assert.deepEqual(readFileSync(path), Buffer.from(content));
      assert.deepEqual(
        readdirSync(at).sort(),
        ['bad.ipynb', ...tried.map(([command]) => command)].sort(),
        'nothing is left behind',
      );
    });
  }

  test('a file that is not there', async () => {
    for (const [command, argsFor] of Object.entries(commands)) {
      const { exitCode, stderr } = await typelab(...argsFor(join(folder, 'none.ipynb'), folder));
      assert.equal(exitCode, command === 'grade run' ? 0 : 2, command);
      assert.match(stderr, /none\.ipynb: there is no such file/, command);
    }
  });
});

describe('50 MB of output', () => {
  const big = { output_type: 'stream', name: 'stdout', text: 'x'.repeat(50 * 2 ** 20) };
  const content = nb([cell('test', { metadata: { nbgrader: graded }, outputs: [big], execution_count: 1 })]);

  test('that a notebook comes with are no obstacle, and stay in a file that a command only reads', async () => {
    const at = mkdtempSync(join(folder, 'big-'));
    const path = join(at, 'big.ipynb');
    writeFileSync(path, content);
    for (const command of ['run', 'export', 'grade release', 'grade check', 'grade run --source', 'grade run']) {
      const args = commands[command]!(path, at).filter((one) => one !== '--update');
      const { exitCode, stderr } = await typelab(...args);
      assert.equal(exitCode, 0, `${command}: ${stderr}`);
    }
    assert.equal(readFileSync(path, 'utf8') === content, true, 'the file is as it was');
    for (const name of ['run.ipynb', 'released.ipynb', 'export.ts'])
      assert.ok(readFileSync(join(at, name), 'utf8').length < 2000, name);
    assert.equal((await typelab('clean', path)).exitCode, 0);
    assert.ok(readFileSync(path, 'utf8').length < 2000);
  });

  test('that a cell prints are all in what run writes, on one line or on many', async () => {
    const at = mkdtempSync(join(folder, 'prints-'));
    const path = join(at, 'prints.ipynb');
    const print = (text: string) =>
      `for (let i = 0; i < 50; i++) process.stdout.write((${text}).repeat(2 ** 20 / 32));`;
    writeFileSync(
      path,
      nb([
        cell('line', { source: print("'x'.repeat(32)") }),
        cell('lines', { source: print("'x'.repeat(31) + '\\n'") }),
      ]),
    );
    const { exitCode, stderr } = await typelab(
      'run',
      path,
      '-o',
      join(at, 'out.ipynb'),
      '--html',
      join(at, 'out.html'),
    );
    assert.equal(exitCode, 0, stderr);
    const { cells } = JSON.parse(readFileSync(join(at, 'out.ipynb'), 'utf8'));
    for (const { outputs } of cells)
      assert.deepEqual([outputs.length, outputs[0].text.join('').length], [1, 50 * 2 ** 20]);
  });
});
