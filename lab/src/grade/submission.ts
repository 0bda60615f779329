import { lstat } from 'node:fs/promises';
import { basename } from 'node:path';
import { startKernel } from '../../../kernel/wire/start.ts';
import { kernelFor } from '../run/kernel-for.ts';
import { type Notebook, NotebookError, type Output, readNotebook, textOf } from '../run/notebook.ts';
import { asShown, type CellToRun, type Graded, gradedOf, hidesTests, isAutograded, restore } from './assignment.ts';
import { Attempt } from './attempt.ts';
import type { End } from './execute.ts';
import { handedOn, isolated } from './isolate.ts';
import { canIsolate, ownUser } from './may-isolate.ts';
import { makeSpace } from './space.ts';

export type GradeOptions = {
  /** Seconds. */
  cellTimeout: number;
  /** Megabytes of JavaScript heap, and of what a cell prints. */
  memory: number;
  output: number;
  /** Processes and their threads, at a time. */
  threads: number;
  /** Megabytes of files. */
  disk: number;
  /** A folder with what lies beside the notebook from the start. */
  files?: string;
  network: boolean;
  /** Whether what the cells show is wanted, for the student. */
  shown: boolean;
  /** Folders and files that submissions must not find. */
  hidden: string[];
};

/** What a student gets. `cells` has each graded cell's points by its grade_id; those in `manual` a person still has to read. */
export type Grade = {
  student: string;
  score: number;
  max_score: number;
  cells: Record<string, number>;
  manual?: string[];
  /** Days begun after the date that it was due, and what they cost. */
  late?: { days: number; points: number };
  notes?: string[];
  error?: string;
  /** False where this machine can isolate no submission: then nothing kept it from cheating. */
  isolated?: false;
};

/** `ran`: its cells as they gave the points; `shown`: as the student may see them, see `gradeSubmission`. */
export type GradedSubmission = { grade: Grade; ran: CellToRun[]; shown: CellToRun[] };

/**
 * Grades one submission in processes and folders of its own. What is wrong with the submission is told in `error`.
 *
 * It runs twice where its tests have hidden parts. A function that a hidden test has called knows what it was called with, and
 * can make any later cell or test show it. So what a student sees comes from a run in which no hidden test has been.
 */
export async function gradeSubmission(
  source: Notebook,
  sourcePath: string,
  path: string,
  options: GradeOptions,
): Promise<GradedSubmission> {
  const grade = emptyGrade(source, path);
  let ran: CellToRun[] = [];
  let shown: CellToRun[] = [];
  try {
    // What a student hands in as a link is read with the teacher's rights: it might be the solution.
    if (path !== sourcePath && (await isLink(path)))
      throw new NotebookError(`${path}: is a link to another file; hand in the file itself`);
    const { cells, notes } = restore(source, await readNotebook(path, { outputs: false }));
    if (notes.length > 0) grade.notes = notes;
    const run = await runnerFor(source, sourcePath, options);
    if (options.shown && cells.some(hidesTests)) {
      shown = withOutputs(cells.map(asShown));
      await run(shown, () => {});
    }
    ran = withOutputs(cells);
    await run(ran, ({ graded: { grade_id, points = 0 } = {} as Graded }, end) => {
      grade.cells[grade_id] = pointsOf(end, points);
    });
  } catch (error) {
    grade.error = (error as Error).message;
  }
  grade.score = Object.values(grade.cells).reduce((sum, points) => sum + points, 0);
  return { grade, ran, shown: shown.length > 0 ? shown : ran.map(asShown) };
}

function emptyGrade(source: Notebook, path: string): Grade {
  const graded = source.cells.filter((cell) => gradedOf(cell)?.grade || gradedOf(cell)?.task);
  const grade: Grade = { student: basename(path, '.ipynb'), score: 0, max_score: 0, cells: {} };
  for (const cell of graded) {
    grade.cells[gradedOf(cell)!.grade_id] = 0;
    grade.max_score += gradedOf(cell)!.points ?? 0;
  }
  const manual = graded.filter((cell) => !isAutograded(cell)).map((cell) => gradedOf(cell)!.grade_id);
  if (manual.length > 0) grade.manual = manual;
  if (!canIsolate()) grade.isolated = false;
  return grade;
}

async function isLink(path: string): Promise<boolean> {
  return lstat(path).then(
    (found) => found.isSymbolicLink(),
    () => false,
  );
}

function withOutputs(cells: CellToRun[]): CellToRun[] {
  return cells.map((one) => ({
    ...one,
    cell: { ...one.cell, ...(one.cell.cell_type === 'code' && { outputs: [] as Output[], execution_count: null }) },
  }));
}

type Run = (cells: CellToRun[], onTest: (cell: CellToRun, end: End) => void) => Promise<void>;

async function runnerFor(source: Notebook, sourcePath: string, options: GradeOptions): Promise<Run> {
  const spec = await kernelFor(source, sourcePath);
  const user = ownUser(spec);
  const limits = { memory: options.memory, fileSize: 200, threads: options.threads, hidden: options.hidden };
  return (cells, onTest) =>
    new Attempt(cells, {
      ...options,
      onTest,
      // A kernel with its compiler and its engine has some hundred megabytes beside the heap.
      most: { threads: options.threads, resident: options.memory + 1024 },
      makeSpace: () => makeSpace({ disk: options.disk, files: options.files, network: options.network, user }),
      startStudent: ({ student, enter }) =>
        startKernel(isolated(spec, student, limits, enter, user), { cwd: student, env: handedOn() }),
      // They start elsewhere: what a student writes (a package, a tsconfig.json) must not become part of the tests.
      startTests: ({ student, tests, enter }) => {
        const command = isolated(spec, tests, { ...limits, readable: student }, enter, user);
        return startKernel(
          { ...command, env: { ...command.env, TYPELAB_SUBMISSION: student } },
          { cwd: tests, env: handedOn() },
        );
      },
      tensors: source.cells.some((cell) => cell.cell_type === 'code' && /from 'typelab'/.test(textOf(cell.source))),
    }).run();
}

/** All of them when the cell ran through; a number as the cell's value is partial credit, as in nbgrader: none where it is not finite, and never more than all. */
function pointsOf({ status, value = '' }: End, points: number): number {
  if (status !== 'ok') return 0;
  if (!/^-?(\d+(\.\d+)?(e[+-]\d+)?|Infinity)n?$|^NaN$/.test(value)) return points;
  const number = Number(value.replace(/n$/, ''));
  return Number.isFinite(number) ? Math.min(Math.max(number, 0), points) : 0;
}
