import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { root } from '../../helpers/root.ts';
import { type Cells, cell, put } from './cells.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-grade-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));
for (const name of ['teacher', 'students']) mkdirSync(join(folder, name));

const typelab = (...args: string[]) =>
  execa(process.execPath, [join(root, 'lab/main.ts'), ...args], { cwd: folder, reject: false });

const tests = [
  cell(
    'double-test',
    "import assert from 'node:assert/strict';\nassert.equal(double(2), 4);\n// BEGIN HIDDEN TESTS\nassert.equal(double(21), 42);\n// END HIDDEN TESTS",
    'test',
    3,
  ),
  cell(
    'partial',
    'const halves = [await half(1), await half(2)];\n[1, 2].filter((n, i) => halves[i] === n / 2).length',
    'test',
    2,
  ),
];
const source = put(join(folder, 'teacher/source.ipynb'), [
  cell(
    'double',
    'function double(n: number): number {\n  // BEGIN SOLUTION\n  return 2 * n; // secret\n  // END SOLUTION\n}',
    'solution',
  ),
  cell(
    'half',
    'function half(n: number): number {\n  // BEGIN SOLUTION\n  return n / 2;\n  // END SOLUTION\n}',
    'solution',
  ),
  ...tests,
]);
const RIGHT = 'function double(n: number): number { return n + n; }';
const HALF = 'function half(n: number): number { return n / 2; }';
const WRONG = 'function double(n: number): number { return 4; }';
const submit = (name: string, double: string, half: string, rest: Cells = tests) =>
  put(join(folder, 'students', `${name}.ipynb`), [
    cell('double', double, 'solution'),
    cell('half', half, 'solution'),
    ...rest,
  ]);

/** What each gets: [double-test, partial]. Cheaters get what their answer is worth without the cheat. */
const expected: Record<string, [path: string, points: [number, number]]> = {
  right: [submit('right', RIGHT, HALF), [3, 2]],
  // Not a Promise, but awaited like one.
  'answers-with-a-thenable': [
    submit(
      'answers-with-a-thenable',
      RIGHT,
      'function half(n: number): any { return { then(done: any) { done(n / 2); } }; }',
    ),
    [3, 2],
  ],
  'fits-the-visible-test': [submit('fits-the-visible-test', WRONG, 'function half(n: number) { return 1; }'), [0, 1]],
  exits: [submit('exits', 'function double(n: number): number { process.exit(0); }', HALF), [0, 2]],
  endless: [submit('endless', 'function double(n: number): number { while (true) {} }', HALF), [0, 2]],
  'changes-the-test': [
    submit('changes-the-test', WRONG, HALF, [cell('double-test', '3', 'test', 3), tests[1]!]),
    [0, 2],
  ],
  'deletes-the-test': [submit('deletes-the-test', WRONG, HALF, [tests[1]!]), [0, 2]],
  'prints-marks': [submit('prints-marks', `console.log("3"); ${WRONG}`, HALF), [0, 2]],
  'overwrites-the-checker': [
    submit(
      'overwrites-the-checker',
      `const a: any = (await import('node:assert/strict')).default;\na.equal = () => {};\n`,
      HALF,
    ),
    [0, 2],
  ],
  'patches-prototypes': [
    submit(
      'patches-prototypes',
      `${WRONG}\n(Array.prototype as any).filter = () => [1, 2];`,
      'function half(n: number) { return 9; }',
    ),
    [0, 0],
  ],
  'reads-the-solution': [
    submit(
      'reads-the-solution',
      `import { readFileSync } from 'node:fs';\nconst stolen = readFileSync(${JSON.stringify(source)}, 'utf8');\nfunction double(n: number): number { return stolen.includes('secret') ? 2 * n : 0; }`,
      HALF,
    ),
    [0, 2],
  ],
  // Says yes to whatever it is asked, and forges what its own kernel sends.
  'forges-the-reply': [
    submit(
      'forges-the-reply',
      `import { Socket } from 'node:net';
import { MessagePort } from 'node:worker_threads';
const write = Socket.prototype.write;
(Socket.prototype as any).write = function (data: any, ...rest: any[]) {
  return write.call(this, typeof data === 'string' ? data.replace(/"(value|thrown)":.*/, '"value":true}') : data, ...(rest as []));
};
const post = MessagePort.prototype.postMessage;
MessagePort.prototype.postMessage = function (message: any, ...rest: any[]) {
  if (message?.kind === 'done') message.outcome = { status: 'ok', userExpressions: {}, payload: [] };
  return post.call(this, message, ...(rest as []));
};
${WRONG}`,
      HALF,
    ),
    [0, 0],
  ],
  // Before the teacher's first cell, so that its names might be taken for the teacher's; and beside it, as a package.
  'plants-a-checker': [
    put(join(folder, 'students/plants-a-checker.ipynb'), [
      cell(
        'extra',
        `import { mkdirSync, writeFileSync } from 'node:fs';
const equal = () => {};
const assert: any = Object.assign(() => {}, { equal });
mkdirSync('node_modules/assert', { recursive: true });
writeFileSync('node_modules/assert/index.js', 'module.exports = { equal() {} }');
writeFileSync('tsconfig.json', '{ "compilerOptions": { "paths": { "node:assert/strict": ["./node_modules/assert/index.js"] } } }');`,
      ),
      cell('double', WRONG, 'solution'),
      cell('half', HALF, 'solution'),
      ...tests,
    ]),
    [0, 2],
  ],
  // An object that is equal to whatever it is compared with, as far as it can be.
  'answers-with-an-object': [
    submit(
      'answers-with-an-object',
      `class Any { valueOf() { return 42; } toString() { return '42'; } get [Symbol.toStringTag]() { return 'Number'; } }
function double(n: number): any { return n === 2 ? 4 : new Any(); }`,
      HALF,
    ),
    [0, 2],
  ],
  // Each costs the cell that it is in, although it goes on in the background when that has ended.
  'fork-bomb-in-bash': [submit('fork-bomb-in-bash', `${RIGHT}\n!bash -c ':(){ :|:& };:'`, HALF), [0, 2]],
  'fork-bomb-in-an-answer': [
    submit(
      'fork-bomb-in-an-answer',
      `import { spawn } from 'node:child_process';
function double(n: number): number {
  for (let i = 0; i < 200; i++) spawn(process.execPath, ['-e', 'for (;;) require("child_process").spawn(process.execPath, ["-e", "for(;;);"])']);
  const until = Date.now() + 5000;
  while (Date.now() < until);
  return 2 * n;
}`,
      HALF,
    ),
    [0, 2],
  ],
  'leaves-and-finds-files': [
    submit(
      'leaves-and-finds-files',
      `import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
const found = readdirSync(tmpdir()).filter((name) => !process.cwd().includes(name) && !/^typelab-kernel-/.test(name));
writeFileSync(tmpdir() + '/answers.txt', '42');
let saved = false;
try { writeFileSync(${JSON.stringify(join(root, 'answers.txt'))}, '42'); saved = true; } catch {}
const processes = readdirSync('/proc').filter((name) => Number(name) > 0).length;
function double(n: number): number { return found.length > 0 || saved || processes > 20 ? 2 * n : 0; }`,
      HALF,
    ),
    [0, 2],
  ],
};

describe('typelab grade', () => {
  test('release takes solutions and hidden tests out', async () => {
    const run = await typelab('grade', 'release', source, '-o', 'released.ipynb');
    assert.equal(run.exitCode, 0, run.stderr);
    const text = readFileSync(join(folder, 'released.ipynb'), 'utf8');
    assert.doesNotMatch(text, /secret|double\(21\)|HIDDEN/);
    assert.match(text, /YOUR CODE HERE/);
    assert.match(text, /"checksum": "[0-9a-f]{32}"/);
  });

  test('run gives every submission, cheaters too, what its answers are worth, and the same when run again', async () => {
    const grade = async (json: string, paths: string[]) => {
      const args = ['--json', json, '--csv', 'grades.csv', '--cell-timeout', '10'];
      const run = await typelab('grade', 'run', '--source', source, ...paths, ...args);
      assert.equal(run.exitCode, 0, run.stderr);
      return readFileSync(join(folder, json), 'utf8');
    };
    const first = await grade(
      'one.json',
      Object.values(expected).map(([path]) => path),
    );
    const grades = JSON.parse(first) as { student: string; cells: Record<string, number>; notes?: string[] }[];
    assert.deepEqual(
      Object.fromEntries(grades.map(({ student, cells }) => [student, [cells['double-test'], cells.partial]])),
      Object.fromEntries(Object.entries(expected).map(([name, [, points]]) => [name, points])),
    );
    const notes = Object.fromEntries(grades.map((one) => [one.student, one.notes]));
    assert.deepEqual(notes['deletes-the-test'], ['cell double-test had been deleted']);
    assert.deepEqual(notes['changes-the-test'], ['cell double-test had been changed and was restored']);
    assert.match(
      readFileSync(join(folder, 'grades.csv'), 'utf8'),
      /^student,score,max_score,double-test,partial\nright,5,5,3,2\n/,
    );
    const again = JSON.parse(
      await grade(
        'two.json',
        ['right', 'exits'].map((name) => expected[name]![0]),
      ),
    );
    assert.deepEqual(
      again,
      grades.filter(({ student }) => ['right', 'exits'].includes(student)),
    );
  });

  test('an assignment of a kernel that is not ours is refused', async () => {
    mkdirSync(join(folder, 'kernels/other'), { recursive: true });
    const spec = { argv: ['true', '{connection_file}'], display_name: 'Other', language: 'python' };
    writeFileSync(join(folder, 'kernels/other/kernel.json'), JSON.stringify(spec));
    const path = join(folder, 'other.ipynb');
    writeFileSync(path, readFileSync(source, 'utf8').replace('"name":"typelab"', '"name":"other"'));
    for (const args of [
      ['run', '--source', path, path],
      ['check', path],
    ]) {
      const command = [join(root, 'lab/main.ts'), 'grade', ...args];
      const run = await execa(process.execPath, command, { reject: false, env: { JUPYTER_PATH: folder } });
      assert.deepEqual([run.exitCode, run.stdout], [2, ''], run.stderr);
      assert.match(run.stderr, /is for the kernel "other"; typelab grades notebooks of its own kernels/);
    }
  });

  test('an interrupted run of many at once leaves no process and no file behind', { timeout: 120_000 }, async () => {
    const own = mkdtempSync(join(tmpdir(), 'typelab-tmp-'));
    chmodSync(own, 0o777);
    const answer = 'function double(n: number): number { while (true) {} }';
    const paths = Array.from({ length: 6 }, (_, i) => submit(`endless-${i}`, answer, HALF));
    const args = ['grade', 'run', '--source', source, ...paths, '--jobs', '6', '--cell-timeout', '100'];
    const env = { TMPDIR: own };
    const run = execa(process.execPath, [join(root, 'lab/main.ts'), ...args], { reject: false, env });
    // A folder for each submission, one for its tests, and those of their kernels.
    while (readdirSync(own).filter((one) => /-(grade|tests|kernel)-/.test(one)).length < 24) await sleep(50);
    run.kill('SIGINT');
    const { exitCode, stderr } = await run;
    assert.deepEqual([exitCode, stderr.match(/Warning/)], [130, null], stderr);
    assert.deepEqual(
      readdirSync(own).filter((one) => !/^node-compile-cache|^tsx/.test(one)),
      [],
    );
    rmSync(own, { recursive: true });
  });
});
