import { type Cell, type Notebook, NotebookError, readNotebook, textOf } from '../run/notebook.ts';
import { gradedOf, withoutHiddenTests, withoutSolution } from './assignment.ts';

/** The teacher's notebook. Refused is what would show students a solution, or lose a cell's points without a word. @throws NotebookError */
export async function readSource(path: string): Promise<Notebook> {
  const notebook = await readNotebook(path, { outputs: false });
  const ids = new Set<string>();
  for (const [i, cell] of notebook.cells.entries()) {
    const problem = problemOf(cell, ids);
    if (problem) throw new NotebookError(`${path}: cell ${i + 1} ${problem}`);
  }
  return notebook;
}

function problemOf(cell: Cell, ids: Set<string>): string | undefined {
  const text = textOf(cell.source);
  const graded = gradedOf(cell);
  const marks = (cell.metadata.nbgrader ?? {}) as Record<string, unknown>;
  if (text.includes('BEGIN SOLUTION') && !graded?.solution)
    return 'has BEGIN SOLUTION, but is no solution cell (metadata.nbgrader.solution): students would see it';
  if (/BEGIN (HIDDEN TESTS|MARK SCHEME)/.test(text) && !graded?.locked)
    return 'has what is to be hidden, but is not locked (metadata.nbgrader.locked): students would see it';
  if (!graded)
    return ['grade', 'solution', 'locked', 'task'].some((one) => marks[one] === true)
      ? 'is marked for nbgrader, but has no grade_id'
      : undefined;
  const { grade_id: id, points = 0 } = graded;
  // What nbgrader takes; names of columns and of files.
  if (!/^[\w-]+$/.test(id)) return `has the grade_id ${JSON.stringify(id)}; use letters, digits, _ and -`;
  if (ids.has(id)) return `has the grade_id ${JSON.stringify(id)}, which another has too`;
  ids.add(id);
  if ((graded.grade || graded.task) && !(Number.isFinite(points) && points >= 0))
    return `has ${JSON.stringify(points)} points; a number from 0 on is needed`;
  try {
    if (graded.solution) withoutSolution(cell);
    withoutHiddenTests(text);
  } catch (error) {
    return `cannot be released: ${(error as Error).message}`;
  }
  return undefined;
}
