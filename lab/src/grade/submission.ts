import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { startKernel } from '../../../kernel/wire/start.ts';
import { kernelFor } from '../run/kernel-for.ts';
import { type Notebook, type Output, readNotebook, textOf } from '../run/notebook.ts';
import { type CellToRun, type Graded, gradedOf, isAutograded, restore } from './assignment.ts';
import { Attempt } from './attempt.ts';
import type { End } from './execute.ts';
import { isolated, ownNetwork } from './isolate.ts';

export type GradeOptions = {
  /** Seconds. */
  cellTimeout: number;
  /** Megabytes of JavaScript heap, and of what a cell prints. */
  memory: number;
  output: number;
  processes: number;
  network: boolean;
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
};

export type GradedSubmission = { grade: Grade; ran: CellToRun[] };

/** Grades one submission in a kernel process and a folder of its own. What is wrong with the submission is told in `error`. */
export async function gradeSubmission(
  source: Notebook,
  sourcePath: string,
  path: string,
  options: GradeOptions,
): Promise<GradedSubmission> {
  const graded = source.cells.filter((cell) => gradedOf(cell)?.grade || gradedOf(cell)?.task);
  const grade: Grade = { student: basename(path, '.ipynb'), score: 0, max_score: 0, cells: {} };
  for (const cell of graded) {
    grade.cells[gradedOf(cell)!.grade_id] = 0;
    grade.max_score += gradedOf(cell)!.points ?? 0;
  }
  const manual = graded.filter((cell) => !isAutograded(cell)).map((cell) => gradedOf(cell)!.grade_id);
  if (manual.length > 0) grade.manual = manual;
  let ran: CellToRun[] = [];
  // The tests start elsewhere: what a student writes (a package, a tsconfig.json) must not become part of them.
  const folder = await mkdtemp(join(tmpdir(), 'typelab-grade-'));
  const testsFolder = await mkdtemp(join(tmpdir(), 'typelab-tests-'));
  const network = options.network ? undefined : await ownNetwork();
  try {
    const { cells, notes } = restore(source, await readNotebook(path));
    if (notes.length > 0) grade.notes = notes;
    ran = cells.map((one) => ({
      ...one,
      cell: { ...one.cell, ...(one.cell.cell_type === 'code' && { outputs: [] as Output[], execution_count: null }) },
    }));
    const hidden = [dirname(resolve(sourcePath)), dirname(resolve(path))];
    const limits = { memory: options.memory, fileSize: 200, processes: options.processes, hidden };
    const spec = await kernelFor(source, sourcePath);
    const student = isolated(spec, folder, limits, network);
    const tests = isolated(spec, testsFolder, { ...limits, readable: folder }, network);
    tests.env = { ...tests.env, TYPELAB_SUBMISSION: folder };
    await new Attempt(ran, {
      ...options,
      startStudent: () => startKernel(student, { cwd: folder }),
      startTests: () => startKernel(tests, { cwd: testsFolder }),
      tensors: source.cells.some((cell) => cell.cell_type === 'code' && /from 'typelab'/.test(textOf(cell.source))),
      onTest: ({ graded: { grade_id, points = 0 } = {} as Graded }, end) => {
        grade.cells[grade_id] = pointsOf(end, points);
      },
    }).run();
  } catch (error) {
    grade.error = (error as Error).message;
  } finally {
    network?.close();
    for (const one of [folder, testsFolder]) await rm(one, { recursive: true, force: true, maxRetries: 3 });
  }
  grade.score = Object.values(grade.cells).reduce((sum, points) => sum + points, 0);
  return { grade, ran };
}

/** All of them when the cell ran through; a number as the cell's value is partial credit, as in nbgrader. */
function pointsOf({ status, value }: End, points: number): number {
  if (status !== 'ok') return 0;
  if (value === undefined || !/^-?\d+(\.\d+)?$/.test(value)) return points;
  return Math.min(Math.max(Number(value), 0), points);
}
