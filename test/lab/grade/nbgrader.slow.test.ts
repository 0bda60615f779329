import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { execa } from 'execa';
import { handIn, pointsOf, sourceOf } from '../../helpers/assignment.ts';
import { jupyterHome } from '../../helpers/jupyter.ts';
import { withoutPython } from '../../helpers/python.ts';
import { root } from '../../helpers/root.ts';
import { wrongAnswers } from './wrong-answers.ts';

test("nbgrader's own commands release, validate, grade and report an assignment, with the points that we give", {
  skip: withoutPython,
}, async (t) => {
  const home = await jupyterHome();
  t.after(() => home.remove());
  const course = join(home.folder, 'course');
  const student = 'fits-the-visible-tests';
  const { answers, points } = wrongAnswers.flowers[student]!;
  const paths = [
    await handIn('flowers', join(home.folder, 'in', 'right.ipynb')),
    await handIn('flowers', join(home.folder, 'in', `${student}.ipynb`), answers),
  ];
  const exported = await execa(
    process.execPath,
    [join(root, 'lab/main.ts'), 'grade', 'export', '--source', sourceOf('flowers'), '--nbgrader', course, ...paths],
    { reject: false },
  );
  assert.equal(exported.exitCode, 0, exported.stderr);
  const nbgrader = async (...args: string[]) => {
    const run = await execa('nbgrader', args, { cwd: course, env: home.env, all: true, reject: false });
    assert.equal(run.exitCode, 0, `nbgrader ${args.join(' ')}\n${run.all}`);
    return run.all;
  };

  await nbgrader('generate_assignment', 'flowers', '--create');
  const released = readFileSync(join(course, 'release/flowers/flowers.ipynb'), 'utf8');
  assert.doesNotMatch(released, /SOLUTION|HIDDEN/);
  assert.match(released, /not written yet/);
  assert.match(await nbgrader('validate', paths[0]!), /Success! Your notebook passes all the tests/);
  await nbgrader('autograde', 'flowers', '--create');
  await nbgrader('generate_feedback', 'flowers');
  for (const name of ['right', student])
    assert.deepEqual(readdirSync(join(course, 'feedback', name, 'flowers')), ['flowers.html']);
  await nbgrader('export', '--to', 'grades.csv');
  const [head, ...rows] = readFileSync(join(course, 'grades.csv'), 'utf8').trim().split(/\r?\n/);
  const column = (name: string) => head!.split(',').indexOf(name);
  const scores = Object.fromEntries(
    rows.map((row) => [row.split(',')[column('student_id')], Number(row.split(',')[column('raw_score')])]),
  );
  const sum = (all: Record<string, number>) => Object.values(all).reduce((total, one) => total + one, 0);
  // What typelab grade run gives them is in assignments.slow.test.ts.
  assert.deepEqual(scores, { right: sum(pointsOf('flowers')), [student]: sum({ ...pointsOf('flowers'), ...points }) });
});
