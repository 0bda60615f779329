import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { type RunningKernel, startKernel } from '../../../kernel/wire/start.ts';
import { kernelFor } from '../run/kernel-for.ts';
import { type Notebook, type Output, readNotebook, textOf } from '../run/notebook.ts';
import { Outputs } from '../run/outputs.ts';
import { type CellToRun, gradedOf, isAutograded, restore } from './assignment.ts';
import { canaries, guard } from './guard.ts';
import { folderOf, isolated } from './isolate.ts';

export type GradeOptions = { cellTimeout: number; memory: number; output: number; network: boolean };

/** What a student gets. `cells` has each graded cell's points by its grade_id; those in `manual` a person still has to read. */
export type Grade = {
  student: string;
  score: number;
  max_score: number;
  cells: Record<string, number>;
  manual?: string[];
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
  const folder = await mkdtemp(join(tmpdir(), 'typelab-grade-'));
  try {
    const { cells, notes } = restore(source, await readNotebook(path));
    if (notes.length > 0) grade.notes = notes;
    ran = cells.map((one) => ({
      ...one,
      cell: { ...one.cell, ...(one.cell.cell_type === 'code' && { outputs: [] as Output[], execution_count: null }) },
    }));
    const hidden = [folderOf(resolve(sourcePath)), folderOf(resolve(path))];
    const limits = { memory: options.memory, fileSize: 200, network: options.network, hidden };
    const spec = isolated(await kernelFor(source, sourcePath), folder, limits);
    await new Attempt(ran, () => startKernel(spec, { cwd: folder }), options, grade).run();
  } catch (error) {
    grade.error = (error as Error).message;
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 3 });
  }
  grade.score = Object.values(grade.cells).reduce((sum, points) => sum + points, 0);
  return { grade, ran };
}

type End = { status: 'ok' | 'error' | 'lost'; value?: string; text: string };

/** Runs the cells; a cell that takes the kernel with it is left out when the earlier ones run again in a new one. */
class Attempt {
  #cells: CellToRun[];
  #start: () => Promise<RunningKernel>;
  #options: GradeOptions;
  #grade: Grade;
  #kernel: RunningKernel | undefined;
  #lost = new Set<CellToRun>();

  constructor(cells: CellToRun[], start: () => Promise<RunningKernel>, options: GradeOptions, grade: Grade) {
    this.#cells = cells;
    this.#start = start;
    this.#options = options;
    this.#grade = grade;
  }

  async run(): Promise<void> {
    try {
      for (const [i, one] of this.#cells.entries()) {
        if (one.cell.cell_type !== 'code' || !textOf(one.cell.source).trim()) continue;
        await this.#ready(i);
        const test = isAutograded(one.cell) && one.graded !== undefined;
        const trusted = !test || (await this.#sound());
        if (test && !this.#kernel) await this.#ready(i);
        const end = await this.#execute(textOf(one.cell.source), one.cell.outputs!);
        if (end.status === 'lost') this.#lost.add(one);
        if (!test) continue;
        if (trusted) this.#grade.cells[one.graded!.grade_id] = pointsOf(end, one.graded!.points ?? 0);
        else this.#grade.error = 'the checker had been tampered with: cells graded after that get no points';
      }
    } finally {
      await this.#kernel?.kill();
    }
  }

  /** A kernel in which the cells before `upTo` have run. */
  async #ready(upTo: number): Promise<void> {
    while (!this.#kernel) {
      this.#kernel = await this.#start();
      const locked = await this.#execute(guard, []);
      if (locked.status !== 'ok') throw new Error(`the grader could not lock its kernel: ${locked.text}`);
      for (const one of this.#cells.slice(0, upTo)) {
        if (one.cell.cell_type !== 'code' || this.#lost.has(one)) continue;
        if ((await this.#execute(textOf(one.cell.source), [])).status === 'lost') this.#lost.add(one);
        if (!this.#kernel) break;
      }
    }
  }

  /** Whether a right assertion still passes and wrong ones still fail. */
  async #sound(): Promise<boolean> {
    const { passes, fails } = canaries();
    const good = await this.#execute(passes.source, []);
    if (good.status !== 'ok' || good.value !== passes.value) return false;
    for (const { source, message } of fails) {
      const bad = await this.#execute(source, []);
      if (bad.status !== 'error' || !bad.text.includes(message)) return false;
    }
    return true;
  }

  async #execute(code: string, into: Output[]): Promise<End> {
    const kernel = this.#kernel!;
    const outputs = new Outputs();
    const { reply, iopub } = kernel.client.execute(code);
    let size = 0;
    const { promise: late, resolve: stop } = Promise.withResolvers<End>();
    const timer = setTimeout(
      () => stop({ status: 'lost', text: `took longer than ${this.#options.cellTimeout} s` }),
      this.#options.cellTimeout * 1000,
    );
    const finished = (async (): Promise<End> => {
      const collected = (async () => {
        let value: string | undefined;
        for await (const { header, content } of iopub) {
          size += JSON.stringify(content).length;
          if (size > this.#options.output * 2 ** 20) {
            stop({ status: 'lost', text: `wrote more than ${this.#options.output} MB` });
            return value;
          }
          outputs.add(into, { type: header.msg_type, content });
          if (header.msg_type === 'execute_result')
            value = String((content.data as Record<string, unknown>)['text/plain']);
        }
        return value;
      })();
      collected.catch(() => {});
      const { content } = await reply;
      const value = await collected;
      const text = content.status === 'error' ? `${content.ename}: ${content.evalue}` : '';
      return { status: content.status === 'ok' ? 'ok' : 'error', value, text };
    })().catch((error): End => ({ status: 'lost', text: (error as Error).message }));
    const end = await Promise.race([finished, late]);
    clearTimeout(timer);
    if (end.status === 'lost') {
      into.push({ output_type: 'error', ename: 'Lost', evalue: end.text, traceback: [end.text] });
      this.#kernel = undefined;
      await kernel.kill();
    }
    return end;
  }
}

/** All of them when the cell ran through; a number as the cell's value is partial credit, as in nbgrader. */
function pointsOf({ status, value }: End, points: number): number {
  if (status !== 'ok') return 0;
  if (value === undefined || !/^-?\d+(\.\d+)?$/.test(value)) return points;
  return Math.min(Math.max(Number(value), 0), points);
}
