import { join } from 'node:path';
import { type Notebook, NotebookError, readNotebook, writeNotebook } from '../run/notebook.ts';
import { type CellToRun, gradedOf } from './assignment.ts';
import type { Grade, GradedSubmission } from './submission.ts';

/** What `grade run --graded` keeps of a submission, and `grade report` reads: its cells as they ran, and its points. */
export type Kept = GradedSubmission & { submitted: string };

/** Its hidden tests are in it: it is for the teacher. */
export async function keep(folder: string, source: Notebook, { grade, ran, submitted }: Kept): Promise<void> {
  const metadata = { ...source.metadata, typelab: { grade, submitted } };
  const cells = ran.map(({ cell, graded }) =>
    graded ? { ...cell, metadata: { ...cell.metadata, nbgrader: graded } } : cell,
  );
  await writeNotebook(join(folder, `${grade.student}.ipynb`), { ...source, metadata, cells });
}

/** @throws NotebookError */
export async function readKept(path: string): Promise<Kept> {
  const { cells, metadata } = await readNotebook(path);
  const { grade, submitted } = (metadata.typelab ?? {}) as { grade?: Grade; submitted?: string };
  if (!grade || !submitted)
    throw new NotebookError(`${path}: is no graded notebook; typelab grade run --graded DIR writes them`);
  const ran = cells.map((cell): CellToRun => ({ cell, graded: gradedOf(cell) }));
  return { grade, ran, submitted };
}
