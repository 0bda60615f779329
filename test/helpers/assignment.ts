import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readNotebook, textOf } from '../../lab/src/run/notebook.ts';
import { root } from './root.ts';

type Nbgrader = { grade_id: string; grade: boolean; solution: boolean; points?: number };

export const sourceOf = (name: string): string => join(root, 'notebooks/assignments', name, 'source.ipynb');

/** Writes a submission: the assignment as a student who knows everything hands it in, but for `answers` (cells by grade_id). */
export async function handIn(assignment: string, path: string, answers: Record<string, string> = {}): Promise<string> {
  const notebook = await readNotebook(sourceOf(assignment));
  for (const cell of notebook.cells) {
    const graded = cell.metadata.nbgrader as Nbgrader | undefined;
    const hidden = /^.*BEGIN HIDDEN TESTS[\s\S]*?END HIDDEN TESTS.*\n?/gm;
    cell.source =
      answers[graded?.grade_id ?? ''] ??
      textOf(cell.source)
        .replace(hidden, '')
        .replace(/^.*(BEGIN|END) SOLUTION.*\n/gm, '');
  }
  mkdirSync(join(path, '..'), { recursive: true });
  writeFileSync(path, JSON.stringify(notebook, null, 1));
  return path;
}

/** Each autograded cell's points by its grade_id. */
export function pointsOf(assignment: string): Record<string, number> {
  const { cells } = JSON.parse(readFileSync(sourceOf(assignment), 'utf8')) as {
    cells: { metadata: { nbgrader?: Nbgrader } }[];
  };
  const graded = cells.flatMap(({ metadata: { nbgrader } }) =>
    nbgrader?.grade && !nbgrader.solution ? [nbgrader] : [],
  );
  return Object.fromEntries(graded.map(({ grade_id, points = 0 }) => [grade_id, points]));
}
