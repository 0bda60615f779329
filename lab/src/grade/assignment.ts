import { createHash } from 'node:crypto';
import { type Cell, type Notebook, NotebookError, textOf } from '../run/notebook.ts';

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
const TEXT_STUB = 'YOUR ANSWER HERE';

/** `locked` as nbgrader takes it, whatever is written: answers never are, tests always. */
export function gradedOf(cell: Cell): Graded | undefined {
  const graded = cell.metadata.nbgrader as Graded | undefined;
  if (typeof graded?.grade_id !== 'string') return undefined;
  return { ...graded, locked: !graded.solution && (graded.grade === true || graded.locked === true) };
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
    if (graded?.solution) text = withoutSolution(cell);
    if (graded) text = withoutHiddenTests(text);
    cell.source = text;
    if (cell.cell_type === 'code') Object.assign(cell, { outputs: [], execution_count: null });
    if (!graded) continue;
    cell.metadata.nbgrader = {
      ...(cell.metadata.nbgrader as Graded),
      checksum: checksumOf(cell, graded),
      cell_type: cell.cell_type,
    };
    // As nbgrader's LockCells has it; JupyterLab heeds it.
    cell.metadata.deletable = false;
    if (!graded.solution) cell.metadata.editable = false;
  }
  return notebook;
}

/** A cell without a region is the solution as a whole, unless it is already what students get. @throws NotebookError */
export function withoutSolution({ cell_type, source }: Cell): string {
  const stub = cell_type === 'code' ? STUB : TEXT_STUB;
  const text = withoutRegion(textOf(source), 'SOLUTION', stub);
  return /YOUR (CODE|ANSWER) HERE/.test(text) ? text : stub;
}

/** Only the teacher's cells can. */
export function hidesTests({ cell, graded }: CellToRun): boolean {
  return graded?.locked === true && withoutHiddenTests(textOf(cell.source)) !== textOf(cell.source);
}

/** A cell as the student knows it. */
export function asShown(one: CellToRun): CellToRun {
  return hidesTests(one) ? { ...one, cell: { ...one.cell, source: withoutHiddenTests(textOf(one.cell.source)) } } : one;
}

/** Without a task's mark scheme either. @throws NotebookError */
export function withoutHiddenTests(text: string): string {
  return withoutRegion(withoutRegion(text, 'HIDDEN TESTS'), 'MARK SCHEME');
}

/**
 * A submission with the source's locked cells put back, in the source's order: a test means what the cells before it
 * declare. A student's further cells stay behind the cell that they follow. `notes` says what was changed or missing.
 */
export function restore(source: Notebook, submission: Notebook): { cells: CellToRun[]; notes: string[] } {
  const originals = new Map(source.cells.flatMap((cell) => (gradedOf(cell) ? [[gradedOf(cell)!.grade_id, cell]] : [])));
  const first: CellToRun[] = [];
  const found = new Map<string, CellToRun[]>();
  const notes: string[] = [];
  let group = first;
  for (const cell of submission.cells) {
    const id = gradedOf(cell)?.grade_id;
    const original = id === undefined ? undefined : originals.get(id);
    if (!original || found.has(id!)) {
      group.push({ cell });
      continue;
    }
    const graded = gradedOf(original)!;
    if (graded.locked && asCompared(withoutHiddenTests(textOf(original.source))) !== asCompared(textOf(cell.source)))
      notes.push(`cell ${id} had been changed and was restored`);
    group = [{ cell: graded.locked ? original : { ...cell, cell_type: original.cell_type }, graded }];
    found.set(id!, group);
  }
  const cells = [...first];
  const order = [...originals.keys()].filter((id) => found.has(id));
  const moved = [...found.keys()].find((id, i) => order[i] !== id);
  if (moved !== undefined) notes.push(`cells from ${moved} on had been moved and were put in order`);
  for (const [id, original] of originals) {
    const graded = gradedOf(original)!;
    if (!found.has(id)) notes.push(`cell ${id} had been deleted`);
    // A deleted answer stays empty; a deleted test comes back.
    cells.push(...(found.get(id) ?? [{ cell: graded.solution ? { ...original, source: '' } : original, graded }]));
  }
  return { cells, notes };
}

/** What editors change by themselves is no change. */
function asCompared(text: string): string {
  return text.replaceAll('\r\n', '\n').trimEnd();
}

/** From a line that has `BEGIN name` to the next with `END name`, whatever the language writes before them, as nbgrader does. @throws NotebookError */
function withoutRegion(text: string, name: string, stub?: string): string {
  let inside = false;
  const lines = text.split('\n').flatMap((line) => {
    const edge = ['BEGIN', 'END'].find((one) => line.includes(`${one} ${name}`));
    if (edge === undefined) return inside ? [] : [line];
    if (inside === (edge === 'BEGIN')) throw unbalanced(text, name);
    inside = !inside;
    return edge === 'BEGIN' && stub !== undefined ? [stub.replace(/^/gm, /^\s*/.exec(line)![0])] : [];
  });
  if (inside) throw unbalanced(text, name);
  return lines.join('\n');
}

function unbalanced(text: string, name: string): NotebookError {
  return new NotebookError(`a cell has BEGIN ${name} without its END ${name}, or the other way round:\n${text}`);
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
