import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { hiddenFrom } from '../../../lab/src/grade/hidden.ts';

test('the folders of the notebooks are hidden with their whole repository, but never the program', (t) => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'typelab-hidden-')));
  t.after(() => rmSync(folder, { recursive: true }));
  const at = (...names: string[]) => join(folder, ...names);
  for (const one of ['course/.git', 'course/week', 'plain', 'program/.git', 'program/assignments/one'])
    mkdirSync(at(one), { recursive: true });
  const hidden = (files: string[], folders: string[] = []) =>
    hiddenFrom(
      files.map((one) => at(one)),
      folders.map((one) => at(one)),
      at('program'),
    );

  assert.deepEqual(hidden(['course/week/source.ipynb', 'course/grades.csv']), [at('course')]);
  assert.deepEqual(hidden(['plain/a.ipynb', 'plain/b.ipynb'], ['plain/graded', 'pages']), [at('plain'), at('pages')]);
  assert.deepEqual(hidden(['program/assignments/one/source.ipynb']), [
    at('program/assignments/one'),
    at('program/.git'),
  ]);
  assert.deepEqual(hidden(['program/grades.csv', 'grades.json']), [
    at('program/grades.csv'),
    at('program/.git'),
    at('grades.json'),
  ]);
});
