import assert from 'node:assert/strict';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { test } from 'node:test';
import { execa } from 'execa';
import { type Cell, textOf } from '../../../lab/src/run/notebook.ts';
import { handIn, pointsOf, sourceOf } from '../../helpers/assignment.ts';
import { jupyterHome } from '../../helpers/jupyter.ts';
import { withoutPython } from '../../helpers/python.ts';
import { root } from '../../helpers/root.ts';
import { cell, put } from './cells.ts';
import { wrongAnswers } from './wrong-answers.ts';

for (const [assignment, student] of [
  ['flowers', 'fits-the-visible-tests'],
  ['client', 'never-tries-again'],
] as const)
  test(`nbgrader's own commands release, validate, grade and report ${assignment}, with the points that we give`, {
    skip: withoutPython,
  }, async (t) => {
    const home = await jupyterHome();
    t.after(() => home.remove());
    const course = join(home.folder, 'course');
    const { answers, points } = wrongAnswers[assignment][student]!;
    const paths = [
      await handIn(assignment, join(home.folder, 'in', 'right.ipynb')),
      await handIn(assignment, join(home.folder, 'in', `${student}.ipynb`), answers),
    ];
    const exported = await execa(
      process.execPath,
      [join(root, 'lab/main.ts'), 'grade', 'export', '--source', sourceOf(assignment), '--nbgrader', course, ...paths],
      { reject: false },
    );
    assert.equal(exported.exitCode, 0, exported.stderr);
    const nbgrader = async (...args: string[]) => {
      const run = await execa('nbgrader', args, { cwd: course, env: home.env, all: true, reject: false });
      assert.equal(run.exitCode, 0, `nbgrader ${args.join(' ')}\n${run.all}`);
      return run.all;
    };

    await nbgrader('generate_assignment', assignment, '--create');
    const released = readFileSync(join(course, `release/${assignment}/${assignment}.ipynb`), 'utf8');
    assert.doesNotMatch(released, /SOLUTION|HIDDEN/);
    assert.match(released, /not written yet/);
    assert.match(await nbgrader('validate', paths[0]!), /Success! Your notebook passes all the tests/);
    await nbgrader('autograde', assignment, '--create');
    await nbgrader('generate_feedback', assignment);
    // What an answer wrote (the client's model) lies beside it.
    for (const name of ['right', student])
      assert.ok(readdirSync(join(course, 'feedback', name, assignment)).includes(`${assignment}.html`), name);
    await nbgrader('export', '--to', 'grades.csv');
    const [head, ...rows] = readFileSync(join(course, 'grades.csv'), 'utf8').trim().split(/\r?\n/);
    const column = (name: string) => head!.split(',').indexOf(name);
    const scores = Object.fromEntries(
      rows.map((row) => [row.split(',')[column('student_id')], Number(row.split(',')[column('raw_score')])]),
    );
    const sum = (all: Record<string, number>) => Object.values(all).reduce((total, one) => total + one, 0);
    // What typelab grade run gives them is in assignments.slow.test.ts.
    assert.deepEqual(scores, {
      right: sum(pointsOf(assignment)),
      [student]: sum({ ...pointsOf(assignment), ...points }),
    });
  });

test("a release is what nbgrader's generate_assignment makes of the same source, for every kind of cell", {
  skip: withoutPython,
}, async (t) => {
  const home = await jupyterHome();
  t.after(() => home.remove());
  const [course, own] = ['course', 'own'].map((one) => join(home.folder, one)) as [string, string];
  mkdirSync(own);
  const text = (one: ReturnType<typeof cell>) => {
    const { outputs: _, execution_count: __, ...rest } = one;
    return { ...rest, cell_type: 'markdown' as const };
  };
  const task = text(
    cell('task', 'Draw it.\n=== BEGIN MARK SCHEME ===\n1 point for a line\n=== END MARK SCHEME ===', 'given'),
  );
  Object.assign(task.metadata.nbgrader!, { task: true, points: 2 });
  // Written by hand: nbgrader takes an answer for open and a test for locked whatever they say.
  const said = (one: ReturnType<typeof cell>, locked: boolean) => {
    Object.assign(one.metadata.nbgrader!, { locked });
    return one;
  };
  const made = put(join(own, 'source.ipynb'), [
    cell('free', '1 + 1'),
    cell(
      'parts',
      'function f() {\n  // BEGIN SOLUTION\n  return 1;\n  // END SOLUTION\n}\n/* BEGIN SOLUTION */\nf();\n/* END SOLUTION */\n',
      'solution',
    ),
    cell('shell', '%%bash\necho 1\n# BEGIN SOLUTION\necho 2\n# END SOLUTION', 'solution'),
    cell('whole', 'const all = f();', 'solution'),
    cell('by-hand', 'const drawn = 1;', 'manual', 3),
    text(cell('why', 'Because.', 'manual', 1)),
    text(cell('which', 'One of:\n<!-- BEGIN SOLUTION -->\nthis\n<!-- END SOLUTION -->', 'manual', 1)),
    cell('test', 'f();\n### BEGIN HIDDEN TESTS\nall;\n### END HIDDEN TESTS', 'test', 1.5),
    said(cell('open-test', 'f();\n### BEGIN HIDDEN TESTS\nall;\n### END HIDDEN TESTS', 'test', 1), false),
    said(cell('locked-answer', 'const mine = 1;', 'solution'), true),
    text(cell('read', 'Read this.', 'given')),
    task,
  ] as Parameters<typeof put>[1]);
  const typelab = (...args: string[]) => execa(process.execPath, [join(root, 'lab/main.ts'), 'grade', ...args]);
  for (const source of [made, sourceOf('flowers'), sourceOf('client')]) {
    const name = basename(dirname(source));
    await typelab('export', '--source', source, '--nbgrader', course);
    await execa('nbgrader', ['generate_assignment', name, '--create'], { cwd: course, env: home.env });
    await typelab('release', source, '-o', join(own, `${name}.ipynb`));
    const cellsOf = (path: string) =>
      JSON.parse(readFileSync(path, 'utf8')).cells.map(({ id, source, metadata, cell_type }: Cell) => {
        const { nbgrader: { points: _, ...nbgrader } = {}, ...rest } = metadata as { nbgrader?: { points?: number } };
        return { id, cell_type, source: textOf(source), metadata: { ...rest, nbgrader } };
      });
    assert.deepEqual(cellsOf(join(own, `${name}.ipynb`)), cellsOf(join(course, `release/${name}/${name}.ipynb`)), name);
  }
});
