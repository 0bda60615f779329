import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { execa } from 'execa';
import { root } from '../../helpers/root.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-grade-test-'));
after(() => rmSync(folder, { recursive: true, force: true }));
for (const name of ['teacher', 'students']) mkdirSync(join(folder, name));

type Kind = 'solution' | 'test' | 'manual';
function cell(id: string, source: string, kind?: Kind, points = 0) {
  const nbgrader = kind && {
    schema_version: 3,
    grade_id: id,
    points,
    grade: kind !== 'solution',
    solution: kind !== 'test',
    locked: kind === 'test',
    task: false,
  };
  return { cell_type: 'code', id, metadata: nbgrader ? { nbgrader } : {}, source, outputs: [], execution_count: null };
}
type Cells = ReturnType<typeof cell>[];
function put(place: string, cells: Cells): string {
  const path = join(folder, place);
  const kernelspec = { name: 'typelab', display_name: 'TypeScript (typelab)', language: 'typescript' };
  writeFileSync(path, JSON.stringify({ cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 }));
  return path;
}
const typelab = (...args: string[]) =>
  execa(process.execPath, [join(root, 'lab/main.ts'), ...args], { cwd: folder, reject: false });

const tests = [
  cell(
    'double-test',
    "import assert from 'node:assert/strict';\nassert.equal(double(2), 4);\n// BEGIN HIDDEN TESTS\nassert.equal(double(21), 42);\n// END HIDDEN TESTS",
    'test',
    3,
  ),
  cell('partial', '[1, 2].filter((n) => half(n) === n / 2).length', 'test', 2),
];
const source = put('teacher/source.ipynb', [
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
  put(`students/${name}.ipynb`, [cell('double', double, 'solution'), cell('half', half, 'solution'), ...rest]);

/** What each gets: [double-test, partial]. Cheaters get what their answer is worth without the cheat. */
const expected: Record<string, [path: string, points: [number, number]]> = {
  right: [submit('right', RIGHT, HALF), [3, 2]],
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
    const paths = Object.values(expected).map(([path]) => path);
    const grade = async (json: string) => {
      const args = ['--json', json, '--csv', 'grades.csv', '--feedback', 'feedback', '--cell-timeout', '20'];
      const run = await typelab('grade', 'run', '--source', source, ...paths, ...args);
      assert.equal(run.exitCode, 0, run.stderr);
      return readFileSync(join(folder, json), 'utf8');
    };
    const first = await grade('one.json');
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
    for (const page of readdirSync(join(folder, 'feedback')))
      assert.doesNotMatch(readFileSync(join(folder, 'feedback', page), 'utf8'), /double<?[^\n]*\(<?[^\n]*21|HIDDEN/);
    assert.equal(await grade('two.json'), first);
  });
});
