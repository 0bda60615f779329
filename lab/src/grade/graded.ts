import { join } from 'node:path';
import { type Notebook, NotebookError, type Output, readNotebook, writeNotebook } from '../run/notebook.ts';
import { asShown, type CellToRun, gradedOf } from './assignment.ts';
import type { Grade, GradedSubmission } from './submission.ts';

/** What `grade run --graded` keeps of a submission, and `grade report` reads: its cells as they ran, and its points. */
export type Kept = GradedSubmission & { submitted: string };

/** Its hidden tests are in it: it is for the teacher. */
export async function keep(folder: string, source: Notebook, { grade, ran, shown, submitted }: Kept): Promise<void> {
  const metadata = { ...source.metadata, typelab: { grade, submitted } };
  const cells = ran.map(({ cell, graded }, i) => {
    const other = shown[i]!.cell.outputs;
    const differs = JSON.stringify(other) !== JSON.stringify(cell.outputs);
    const more = { ...(graded && { nbgrader: graded }), ...(differs && { typelab: { shown: other } }) };
    return { ...cell, metadata: { ...cell.metadata, ...more } };
  });
  await writeNotebook(join(folder, `${grade.student}.ipynb`), { ...source, metadata, cells });
}

/** @throws NotebookError */
export async function readKept(path: string): Promise<Kept> {
  const { cells, metadata } = await readNotebook(path);
  const { grade, submitted } = (metadata.typelab ?? {}) as { grade?: Grade; submitted?: string };
  if (typeof grade?.student !== 'string' || typeof grade.cells !== 'object' || !grade.cells || !submitted)
    throw new NotebookError(`${path}: is no graded notebook; typelab grade run --graded DIR writes them`);
  const ran = cells.map((cell): CellToRun => ({ cell, graded: gradedOf(cell) }));
  const shown = ran.map((one): CellToRun => {
    const { shown: outputs } = (one.cell.metadata.typelab ?? {}) as { shown?: Output[] };
    return asShown({ ...one, cell: { ...one.cell, ...(outputs && { outputs }) } });
  });
  return { grade, ran, shown, submitted };
}
