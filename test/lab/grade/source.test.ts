import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { readSource } from '../../../lab/src/grade/source.ts';
import { type Cells, cell, put } from './cells.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-source-'));
after(() => rmSync(folder, { recursive: true }));

const answer = cell('answer', '// BEGIN SOLUTION\n1\n// END SOLUTION', 'solution');
const check = (more: object = {}, source = 'answer;') => {
  const made = cell('check', source, 'test', 1);
  return { ...made, metadata: { nbgrader: { ...made.metadata.nbgrader, ...more } } } as typeof made;
};

describe('an assignment that would show students a solution or lose points is refused:', () => {
  const bad: [string, Cells, RegExp][] = [
    [
      'two of one name',
      [answer, check(), { ...check(), id: 'other' }],
      /cell 3 has the grade_id "check", which another has too/,
    ],
    ['no name', [check({ grade_id: undefined })], /cell 1 is marked for nbgrader, but has no grade_id/],
    ['a name that is no word', [check({ grade_id: 'a b' })], /cell 1 has the grade_id "a b"; use letters, digits/],
    ['points below 0', [check({ points: -1 })], /cell 1 has -1 points; a number from 0 on is needed/],
    ['points as text', [check({ points: '1' })], /cell 1 has "1" points/],
    ['a solution anywhere', [cell('x', answer.source)], /cell 1 has BEGIN SOLUTION, but is no solution cell/],
    ['a solution in a test', [check({}, answer.source)], /cell 1 has BEGIN SOLUTION, but is no solution cell/],
    [
      'hidden tests in an answer',
      [cell('answer', '1\n// BEGIN HIDDEN TESTS\n// END HIDDEN TESTS', 'solution')],
      /cell 1 has what is to be hidden, but is not locked/,
    ],
    [
      'half a region',
      [check({}, '// BEGIN HIDDEN TESTS\n1')],
      /cell 1 cannot be released: a cell has BEGIN HIDDEN TESTS/,
    ],
    [
      'a region in a region',
      [cell('a', '// BEGIN SOLUTION\n// BEGIN SOLUTION\n// END SOLUTION', 'solution')],
      /cell 1 cannot be released: a cell has BEGIN SOLUTION without its END/,
    ],
  ];
  for (const [what, cells, error] of bad)
    test(what, async () => assert.rejects(readSource(put(join(folder, 'bad.ipynb'), cells)), error));

  test('and nothing else', async () => {
    const free = cell('free', '1');
    free.metadata = {
      nbgrader: { ...check().metadata.nbgrader!, grade: false, locked: false, grade_id: undefined as never },
    };
    const { cells } = await readSource(put(join(folder, 'good.ipynb'), [free, answer, check({ points: 0.5 })]));
    assert.equal(cells.length, 3);
  });
});
