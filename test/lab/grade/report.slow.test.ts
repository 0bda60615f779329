import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { execa } from 'execa';
import { root } from '../../helpers/root.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-report-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const at = (name: string) => join(folder, name);
const typelab = (...args: string[]) =>
  execa(process.execPath, [join(root, 'lab/main.ts'), ...args], { cwd: folder, reject: false });

const nbgrader = (id: string, grade: boolean, solution: boolean, points = 0) => ({
  nbgrader: { schema_version: 3, grade_id: id, grade, solution, locked: !solution, task: false, points },
});
function put(name: string, answer: string): string {
  const code = { cell_type: 'code', outputs: [], execution_count: null };
  const cells = [
    { ...code, id: 'answer', metadata: nbgrader('answer', false, true), source: answer },
    {
      ...code,
      id: 'right',
      metadata: nbgrader('right', true, false, 4),
      source:
        "import assert from 'node:assert/strict';\nassert.equal(triple(1), 3);\n// BEGIN HIDDEN TESTS\nassert.equal(triple(111), 333, 'three times a big number');\n// END HIDDEN TESTS",
    },
    { ...code, id: 'after', metadata: nbgrader('after', true, false, 1), source: '1' },
    { cell_type: 'markdown', id: 'why', metadata: nbgrader('why', true, true, 5), source: 'because' },
  ];
  const kernelspec = { name: 'typelab', display_name: 'TypeScript (typelab)', language: 'typescript' };
  writeFileSync(at(name), JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }));
  return at(name);
}
const RIGHT = 'function triple(n: number): number {\n  // BEGIN SOLUTION\n  return 3 * n;\n  // END SOLUTION\n}';
const source = put('source.ipynb', RIGHT);

describe('typelab grade report', () => {
  test('adds what a person gave and takes off what lateness costs; the same when run twice, and nothing hidden in the feedback', async () => {
    const paths = [
      put('ada.ipynb', RIGHT),
      put('bob.ipynb', 'function triple(n: number): number { return 3; }'),
      put('eats-memory.ipynb', 'function triple(n: number): number { const all = []; while (true) all.push([n]); }'),
      put(
        'floods.ipynb',
        "function triple(n: number): number { while (true) process.stdout.write('x'.repeat(1e6) + '\\n'); }",
      ),
    ];
    const limits = ['--memory', '256', '--cell-timeout', '20', '--graded', 'graded'];
    const run = await typelab('grade', 'run', '--source', source, ...paths, ...limits, '--csv', 'run.csv');
    assert.equal(run.exitCode, 0, run.stderr);
    assert.equal(
      readFileSync(at('run.csv'), 'utf8'),
      'student,score,max_score,right,after,why\nada,5,10,4,1,0\nbob,1,10,0,1,0\neats-memory,1,10,0,1,0\nfloods,1,10,0,1,0\n',
    );

    writeFileSync(at('points.csv'), 'student,grade_id,points\nada,why,5\nbob,why,3\n');
    writeFileSync(at('times.csv'), 'student,time\nada,2026-11-30T10:00:00Z\nbob,2026-12-01T13:00:00Z\n');
    const report = async (csv: string) => {
      const tables = ['--manual', 'points.csv', '--submitted', 'times.csv', '--due', '2026-11-30T12:00:00Z'];
      const graded = ['ada', 'bob'].map((name) => join('graded', `${name}.ipynb`));
      const made = await typelab(
        'grade',
        'report',
        ...graded,
        ...tables,
        '--csv',
        csv,
        '--json',
        'r.json',
        '--feedback',
        'pages',
      );
      assert.equal(made.exitCode, 0, made.stderr);
      return ['pages/ada.html', 'pages/bob.html', csv, 'r.json'].map((name) => readFileSync(at(name), 'utf8'));
    };
    const first = await report('one.csv');
    assert.equal(first[2], 'student,score,max_score,right,after,why\nada,10,10,4,1,5\nbob,3.2,10,0,1,3\n');
    assert.deepEqual(JSON.parse(first[3]!)[1].late, { days: 2, points: 0.8 });
    for (const page of first.slice(0, 2)) assert.doesNotMatch(page, /333|HIDDEN/);
    assert.match(first[1]!, /0\.8 points less, 2 days late/);
    // The teacher's sentence is a hint; the comparison below it would tell what is hidden.
    assert.match(first[1]!, /three times a big number/);
    assert.match(first[1]!, /<p class="mark none"><b>right<\/b>: 0 of 4 points/);
    assert.match(first[0]!, /<p class="mark all"><b>why<\/b>: 5 of 5 points/);
    assert.deepEqual(await report('two.csv'), first);

    writeFileSync(at('slip.csv'), 'student,grade_id,points\nadda,why,5\nada,why,50\n');
    const slip = await typelab('grade', 'report', 'graded/ada.ipynb', '--manual', 'slip.csv');
    assert.equal(slip.exitCode, 2);
    assert.match(slip.stderr, /not among these notebooks: adda\n--manual: 50 for ada: why has 0 to 5 points/);

    const wrong = await typelab('grade', 'report', 'source.ipynb');
    assert.equal(wrong.exitCode, 2);
    assert.match(wrong.stderr, /is no graded notebook; typelab grade run --graded DIR writes them/);
  });

  test('check tells a student what passes, what does not, and what a person reads', async () => {
    await typelab('grade', 'release', source, '-o', 'student.ipynb');
    const open = await typelab('grade', 'check', 'student.ipynb');
    assert.equal(open.exitCode, 1, open.stderr);
    assert.match(open.stdout, /does not pass +right\npasses +after\na person reads +why/);
    assert.match(open.stdout, /Run the cell right in the notebook/);
    const done = await typelab('grade', 'check', put('done.ipynb', RIGHT));
    assert.equal(done.exitCode, 0, done.stdout + done.stderr);
  });

  test('what the notebook reads is given to each submission and its tests, which cannot change it for others', async () => {
    mkdirSync(at('week/data'), { recursive: true });
    writeFileSync(at('week/data/numbers.csv'), '1,2\n', { mode: 0o600 });
    const code = (id: string, source: string, nbgrader: object) => ({
      ...{ cell_type: 'code', outputs: [], execution_count: null, id, source, metadata: nbgrader },
    });
    const reads = `import fs from 'node:fs';
const text = fs.readFileSync('data/numbers.csv', 'utf8');
fs.appendFileSync('data/numbers.csv', 'more');
const beside = fs.readdirSync('.').join();`;
    const cells = [
      code('read', reads, nbgrader('read', false, true)),
      code(
        'read-test',
        `import assert from 'node:assert/strict';
assert.deepEqual([text, beside], ['1,2\\n', 'data']);
assert.equal((await import('node:fs')).readFileSync('data/numbers.csv', 'utf8'), '1,2\\n');`,
        nbgrader('read-test', true, false, 1),
      ),
    ];
    const kernelspec = { name: 'typelab', display_name: 'TypeScript (typelab)', language: 'typescript' };
    const notebook = at('week/source.ipynb');
    writeFileSync(notebook, JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }));
    const paths = ['ann', 'ben'].map((name) => {
      writeFileSync(at(`${name}.ipynb`), readFileSync(notebook));
      return at(`${name}.ipynb`);
    });
    const files = ['--files', at('week')];
    const run = await typelab('grade', 'run', '--source', notebook, ...paths, '--jobs', '1', ...files);
    assert.equal(run.stdout, 'student,score,max_score,read-test\nann,1,1,1\nben,1,1,1', run.stderr);
    assert.equal((await typelab('grade', 'check', notebook, ...files)).exitCode, 0);
    await typelab('grade', 'export', '--source', notebook, '--nbgrader', 'course', ...files);
    assert.equal(readFileSync(at('course/source/week/data/numbers.csv'), 'utf8'), '1,2\n');
    for (const [more, error] of [
      [['--files', at('none')], /--files .*none: cannot be copied/],
      [[...files, '--disk', '0.000001'], /has 4 bytes; --disk 0.000001 \(MB\) has no room/],
    ] as const) {
      const refused = await typelab('grade', 'run', '--source', notebook, ...paths, ...more);
      assert.deepEqual([refused.exitCode, error.test(refused.stderr)], [2, true], refused.stderr);
    }
  });
});
