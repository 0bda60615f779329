import { createHash } from 'node:crypto';
import { type Cell, type Notebook, textOf } from '../run/notebook.ts';

/** nbgrader's metadata of a cell (its schema 3). */
export type Graded = {
  grade_id: string;
  grade: boolean;
  solution: boolean;
  locked: boolean;
  task?: boolean;
  points?: number;
  checksum?: string;
  [key: string]: unknown;
};

export type CellToRun = { cell: Cell; graded?: Graded };

/** What students find in place of a solution. */
export const STUB = "// YOUR CODE HERE\nthrow new Error('not written yet');";

export function gradedOf(cell: Cell): Graded | undefined {
  const graded = cell.metadata.nbgrader as Graded | undefined;
  return typeof graded?.grade_id === 'string' ? graded : undefined;
}

/** Cells whose points the tests decide. Answers with points are for people to read. */
export function isAutograded(cell: Cell): boolean {
  const graded = gradedOf(cell);
  return cell.cell_type === 'code' && graded?.grade === true && !graded.solution && !graded.task;
}

/** The students' version: solutions and hidden tests out, outputs out, checksums in. */
export function release(source: Notebook): Notebook {
  const notebook = structuredClone(source);
  for (const cell of notebook.cells) {
    const graded = gradedOf(cell);
    let text = textOf(cell.source);
    if (graded?.solution) text = withoutRegion(text, 'SOLUTION', STUB);
    if (graded) text = withoutHiddenTests(text);
    cell.source = text;
    if (cell.cell_type === 'code') Object.assign(cell, { outputs: [], execution_count: null });
    if (graded) graded.checksum = checksumOf(cell, graded);
  }
  return notebook;
}

export function withoutHiddenTests(text: string): string {
  return withoutRegion(text, 'HIDDEN TESTS', undefined).trimEnd();
}

/** A submission with the source's locked cells put back; `notes` says what was changed or missing. */
export function restore(source: Notebook, submission: Notebook): { cells: CellToRun[]; notes: string[] } {
  const originals = new Map(source.cells.flatMap((cell) => (gradedOf(cell) ? [[gradedOf(cell)!.grade_id, cell]] : [])));
  const cells: CellToRun[] = [];
  const notes: string[] = [];
  for (const cell of submission.cells) {
    const id = gradedOf(cell)?.grade_id;
    const original = id === undefined ? undefined : originals.get(id);
    if (!original || cells.some((one) => one.graded?.grade_id === id)) {
      cells.push({ cell });
      continue;
    }
    const graded = gradedOf(original)!;
    if (graded.locked && withoutHiddenTests(textOf(original.source)) !== textOf(cell.source).trimEnd())
      notes.push(`cell ${id} had been changed and was restored`);
    cells.push({ cell: graded.locked ? original : { ...cell, cell_type: original.cell_type }, graded });
  }
  let place = 0;
  for (const [id, original] of originals) {
    const at = cells.findIndex((one) => one.graded?.grade_id === id);
    if (at < 0) {
      notes.push(`cell ${id} had been deleted`);
      const graded = gradedOf(original)!;
      // A deleted answer stays empty; a deleted test comes back.
      cells.splice(place++, 0, { cell: graded.solution ? { ...original, source: '' } : original, graded });
    } else place = at + 1;
  }
  return { cells, notes };
}

function withoutRegion(text: string, name: string, stub: string | undefined): string {
  const region = new RegExp(`^([ \\t]*)// *BEGIN ${name}.*\\n[\\s\\S]*?^[ \\t]*// *END ${name}.*(\\n|$)`, 'gm');
  const result = text.replace(region, (_, indent: string, end: string) =>
    stub === undefined ? '' : stub.replace(/^/gm, indent) + end,
  );
  if (new RegExp(`// *(BEGIN|END) ${name}`).test(result))
    throw new Error(`a cell has // BEGIN ${name} without its // END ${name}, or the other way round:\n${text}`);
  return result;
}

/** As nbgrader's compute_checksum does it, so that it accepts what we released. */
function checksumOf(cell: Cell, { grade_id, grade, solution, locked, points = 0 }: Graded): string {
  const python = (value: boolean) => (value ? 'True' : 'False');
  const number = Number.isInteger(points) ? points.toFixed(1) : String(points);
  const parts = [textOf(cell.source), cell.cell_type, python(grade), python(solution), python(locked), grade_id];
  return createHash('md5')
    .update([...parts, ...(grade ? [number] : [])].join(''))
    .digest('hex');
}
