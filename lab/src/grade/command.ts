import { appendFile, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import type { Kernelspec } from '../../../kernel/kernelspec.ts';
import { startKernel } from '../../../kernel/wire/start.ts';
import { kernelFor } from '../run/kernel-for.ts';
import { NotebookError, readNotebook, writeNotebook } from '../run/notebook.ts';
import { release } from './assignment.ts';
import { giveFiles } from './given-files.ts';
import { keep, readKept } from './graded.ts';
import { hiddenFrom } from './hidden.ts';
import { handedOn } from './isolate.ts';
import { afterDeduction, readTable } from './late.ts';
import { openness, root } from './may-isolate.ts';
import { keyOf, readPartial } from './partial.ts';
import { toCsv, toFeedback } from './report.ts';
import { readSource } from './source.ts';
import { type Grade, type GradedSubmission, type GradeOptions, gradeSubmission } from './submission.ts';

export type GradeRunOptions = {
  source: string;
  csv?: string;
  json?: string;
  feedback?: string;
  graded?: string;
  jobs: number;
  cellTimeout: number;
  memory: number;
  disk: number;
  files?: string;
  network?: boolean;
};

export type GradeReportOptions = {
  csv?: string;
  json?: string;
  feedback?: string;
  manual?: string;
  submitted?: string;
  due?: string;
  latePercent?: number;
};

/** `typelab grade release` */
export async function gradeRelease(source: string, output: string): Promise<void> {
  if (resolve(source) === resolve(output))
    throw new NotebookError(`${output}: is the source itself; -o names another file`);
  const notebook = await readSource(source);
  // Told to the teacher now, not when the submissions of the students are to be graded.
  await kernelFor(notebook, source);
  await mkdir(dirname(resolve(output)), { recursive: true });
  await writeNotebook(output, release(notebook));
}

/** `typelab grade check`: the visible tests, for students. Returns whether all passed. */
export async function gradeCheck(path: string, options: { cellTimeout: number; files?: string }): Promise<boolean> {
  const notebook = await readNotebook(path, { outputs: false });
  mustBeOurs(await kernelFor(notebook, path), path);
  const given = options.files === undefined ? undefined : await giveFiles(options.files);
  const { grade } = await gradeSubmission(notebook, path, path, {
    cellTimeout: options.cellTimeout,
    files: given?.folder,
    memory: 2048,
    output: 10,
    threads: 512,
    disk: 512,
    network: true,
    shown: false,
    hidden: [],
  });
  await given?.remove();
  const manual = new Set(grade.manual);
  const open = Object.keys(grade.cells).filter((id) => !manual.has(id) && grade.cells[id] === 0);
  for (const id of Object.keys(grade.cells))
    console.log(
      `${manual.has(id) ? 'a person reads ' : open.includes(id) ? 'does not pass  ' : 'passes         '} ${id}`,
    );
  if (grade.error) console.log(grade.error);
  if (open.length > 0) console.log(`Run the cell ${open[0]} in the notebook: its error says what was expected.`);
  return open.length === 0 && !grade.error;
}

/** `typelab grade run`: grades in the order of the arguments; what a killed run had graded is taken from FILE.partial beside --json. */
export async function gradeRun(paths: string[], options: GradeRunOptions): Promise<void> {
  const students = paths.map((path) => basename(path, '.ipynb'));
  const twice = students.find((one, i) => students.indexOf(one) < i);
  if (twice !== undefined) throw new NotebookError(`two submissions are of the student "${twice}"; rename one`);
  const source = await readSource(options.source);
  const spec = await kernelFor(source, options.source);
  mustBeOurs(spec, options.source);
  const limits: GradeOptions = {
    cellTimeout: options.cellTimeout,
    memory: options.memory,
    output: 10,
    threads: 512,
    disk: options.disk,
    network: options.network ?? false,
    shown: options.feedback !== undefined || options.graded !== undefined,
    hidden: [],
  };
  await makeFolders(options);
  const partial = options.json && `${options.json}.partial`;
  const written = [options.csv, options.json, partial].filter((one) => one !== undefined);
  const folders = [options.feedback, options.graded].filter((one) => one !== undefined);
  const hidden = hiddenFrom([options.source, ...paths, ...written], folders, root);
  const known = await readPartial(partial);
  const open = openness(spec);
  if (open) console.error(open);
  await warmUp(spec);
  const given = options.files === undefined ? undefined : await giveFiles(options.files);
  if (given && given.bytes > options.disk * 2 ** 20)
    throw new NotebookError(
      `--files ${options.files}: has ${given.bytes} bytes; --disk ${options.disk} (MB) has no room`,
    );
  const grades: Grade[] = [];
  let done = 0;
  const waiting = paths.entries();
  const work = async () => {
    for (const [i, path] of waiting) {
      const key = await keyOf([options.source, path], { ...limits, files: given?.hash });
      let grade = known.get(key);
      // Feedback is written before the grade is noted, so what is noted has it.
      if (!grade) {
        const graded = await gradeSubmission(source, options.source, path, { ...limits, hidden, files: given?.folder });
        grade = graded.grade;
        if (options.feedback)
          await writeFile(join(options.feedback, `${grade.student}.html`), await toFeedback(source, graded));
        if (options.graded) await keep(options.graded, source, { ...graded, submitted: await timeOf(path) });
        if (partial) await appendFile(partial, `${JSON.stringify({ key, grade })}\n`);
      }
      grades[i] = grade;
      done += 1;
      const { student, score, max_score, error, manual } = grade;
      const more = error ?? (manual && `a person reads ${manual.join(', ')}`);
      console.error(`[${done}/${paths.length}] ${student}: ${score} of ${max_score}${more ? ` (${more})` : ''}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, paths.length) }, work));
  await given?.remove();
  await writeGrades(grades, options);
  if (partial) await rm(partial, { force: true });
}

/** The tests call a submission's functions by what our kernel can. @throws NotebookError */
function mustBeOurs({ name, metadata }: Kernelspec, path: string): void {
  if (metadata?.typelab === undefined)
    throw new NotebookError(`${path}: is for the kernel "${name}"; typelab grades notebooks of its own kernels`);
}

/**
 * A kernel's first start makes what the next ones load in half the time, which no submission may write. One that cannot
 * start at all is told once, not for each student.
 */
async function warmUp(spec: Kernelspec): Promise<void> {
  const kernel = await startKernel(spec, { cwd: tmpdir(), env: { ...handedOn(), TYPELAB_HISTORY: 'off' } });
  try {
    await kernel.client.execute('1').reply;
  } finally {
    await kernel.shutdown();
  }
}

/** `typelab grade report`: from what `run --graded` has kept, with the points that a person gave and the late policy. Runs nothing. */
export async function gradeReport(paths: string[], options: GradeReportOptions): Promise<void> {
  await makeFolders(options);
  const manual = options.manual ? await readTable(options.manual, ['student', 'grade_id', 'points']) : [];
  const times = options.submitted ? await readTable(options.submitted, ['student', 'time']) : [];
  const due = options.due && dateOf(options.due, '--due');
  const all = await Promise.all(paths.map(readKept));
  const names = new Set(all.map(({ grade }) => grade.student));
  const others = [...new Set([...manual, ...times].map(([student]) => student!))].filter((one) => !names.has(one));
  // A slip in a name must not cost a student points; a table of the whole course is none.
  if (others.length > 0) console.error(`in the tables, but not among these notebooks: ${others.join(', ')}`);
  const grades: Grade[] = [];
  for (const [i, kept] of all.entries()) {
    let grade = withManual(
      kept,
      manual.filter(([student]) => student === kept.grade.student),
    );
    const time = times.find(([student]) => student === grade.student)?.[1] ?? kept.submitted;
    if (due)
      grade = afterDeduction(grade, dateOf(time, grade.student), { due, percentPerDay: options.latePercent ?? 10 });
    grades.push(grade);
    if (options.feedback) {
      const page = await toFeedback(await readNotebook(paths[i]!), { ...kept, grade });
      await writeFile(join(options.feedback, `${grade.student}.html`), page);
    }
  }
  await writeGrades(grades, options);
}

/** @throws NotebookError */
function withManual({ grade, ran }: GradedSubmission, rows: string[][]): Grade {
  const cells = { ...grade.cells };
  for (const [student, id = '', points] of rows) {
    if (!grade.manual?.includes(id))
      throw new NotebookError(
        `--manual: ${student} has no cell ${id} for a person to read; there are: ${grade.manual?.join(', ') || 'none'}`,
      );
    const most = ran.find(({ graded }) => graded?.grade_id === id)?.graded?.points ?? 0;
    if (!points || !(Number(points) >= 0 && Number(points) <= most))
      throw new NotebookError(`--manual: ${points} for ${student}: ${id} has 0 to ${most} points`);
    cells[id] = Number(points);
  }
  const read = new Set(rows.map(([, id]) => id));
  const manual = grade.manual?.filter((id) => !read.has(id));
  const score = Object.values(cells).reduce((sum, one) => sum + one, 0);
  return { ...grade, score, cells, ...(manual && { manual }) };
}

function dateOf(text: string, what: string): Date {
  const date = new Date(text);
  if (Number.isNaN(date.getTime()))
    throw new NotebookError(`${what}: ${text} is no time; write it as 2026-11-30T23:59:00Z`);
  return date;
}

/** A submission's file time. */
async function timeOf(path: string): Promise<string> {
  return stat(path).then(
    ({ mtime }) => mtime.toISOString(),
    () => new Date(0).toISOString(),
  );
}

type Files = { csv?: string; json?: string; feedback?: string; graded?: string };

async function makeFolders({ csv, json, feedback, graded }: Files): Promise<void> {
  for (const file of [csv, json, feedback && join(feedback, 'x'), graded && join(graded, 'x')])
    if (file) await mkdir(dirname(resolve(file)), { recursive: true });
}

async function writeGrades(grades: Grade[], { csv, json }: Files): Promise<void> {
  if (csv) await writeFile(csv, toCsv(grades));
  if (json) await writeFile(json, `${JSON.stringify(grades, null, 2)}\n`);
  if (!csv && !json) process.stdout.write(toCsv(grades));
}
