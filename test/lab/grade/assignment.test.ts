import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gradedOf, restore } from '../../../lab/src/grade/assignment.ts';
import type { Notebook } from '../../../lab/src/run/notebook.ts';
import { cell, type Kind } from './cells.ts';

const says = (id: string, source: string, kind: Kind, locked: boolean) => {
  const one = cell(id, source, kind, 1);
  Object.assign(one.metadata.nbgrader!, { locked });
  return one;
};
const notebook = (answer: string, test: string): Notebook => ({
  cells: [says('answer', answer, 'solution', true), says('test', test, 'test', false)],
  metadata: {},
  nbformat: 4,
  nbformat_minor: 5,
});

test('answers are the student’s and tests the teacher’s, whatever their cells say of being locked', () => {
  const { cells, notes } = restore(notebook('theirs', 'assert'), notebook('mine', 'nothing'));
  assert.deepEqual(
    cells.map(({ cell, graded }) => [cell.source, graded?.locked]),
    [
      ['mine', false],
      ['assert', true],
    ],
  );
  assert.deepEqual(notes, ['cell test had been changed and was restored']);
});

test('a test with other line ends is not changed', () => {
  const { notes } = restore(notebook('', 'a;\nb;'), notebook('', 'a;\r\nb;\r\n'));
  assert.deepEqual(notes, []);
});

test('a cell of neither kind is locked where it says so', () => {
  assert.equal(gradedOf(cell('given', '1', 'given'))?.locked, true);
  assert.equal(gradedOf(cell('free', '1')), undefined);
});
