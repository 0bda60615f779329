import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { NotebookError, readNotebook, writeNotebook } from '../run/notebook.ts';
import { release } from './assignment.ts';
import { keep, readKept } from './graded.ts';
import { openness } from './isolate.ts';
import { afterDeduction, readTable } from './late.ts';
import { toCsv, toFeedback } from './report.ts';
import { type Grade, type GradeOptions, gradeSubmission } from './submission.ts';

export type GradeRunOptions = {
  source: string;
  csv?: string;
  json?: string;
  feedback?: string;
  graded?: string;
  jobs: number;
  cellTimeout: number;
  memory: number;
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
  await mkdir(dirname(resolve(output)), { recursive: true });
  await writeNotebook(output, release(await readNotebook(source)));
}

/** `typelab grade check`: the visible tests, for students. Returns whether all passed. */
export async function gradeCheck(path: string, cellTimeout: number): Promise<boolean> {
  const notebook = await readNotebook(path);
  const { grade } = await gradeSubmission(notebook, path, path, {
    cellTimeout,
    memory: 2048,
    output: 10,
    processes: 256,
    network: true,
  });
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
  const source = await readNotebook(options.source);
  const limits: GradeOptions = {
    cellTimeout: options.cellTimeout,
    memory: options.memory,
    output: 10,
    processes: 256,
    network: options.network ?? false,
  };
  await makeFolders(options);
  const partial = options.json && `${options.json}.partial`;
  const known = await readPartial(partial);
  const open = openness();
  if (open) console.error(open);
  const grades: Grade[] = [];
  let done = 0;
  const waiting = paths.entries();
  const work = async () => {
    for (const [i, path] of waiting) {
      const key = await keyOf([options.source, path], limits);
      let grade = known.get(key);
      // Feedback is written before the grade is noted, so what is noted has it.
      if (!grade) {
        const graded = await gradeSubmission(source, options.source, path, limits);
        grade = graded.grade;
        if (options.feedback)
          await writeFile(join(options.feedback, `${grade.student}.html`), await toFeedback(source, graded));
        if (options.graded) await keep(options.graded, source, { ...graded, submitted: await timeOf(path) });
        if (partial) await appendFile(partial, `${JSON.stringify({ key, grade })}\n`);
      }
      grades[i] = grade;
      done += 1;
      const { student, score, max_score, error } = grade;
      console.error(`[${done}/${paths.length}] ${student}: ${score} of ${max_score}${error ? ` (${error})` : ''}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, paths.length) }, work));
  await writeGrades(grades, options);
  if (partial) await rm(partial, { force: true });
}

/** `typelab grade report`: from what `run --graded` has kept, with the points that a person gave and the late policy. Runs nothing. */
export async function gradeReport(paths: string[], options: GradeReportOptions): Promise<void> {
  await makeFolders(options);
  const manual = options.manual ? await readTable(options.manual, ['student', 'grade_id', 'points']) : [];
  const times = options.submitted ? await readTable(options.submitted, ['student', 'time']) : [];
  const due = options.due && dateOf(options.due, '--due');
  const grades: Grade[] = [];
  for (const path of paths) {
    const kept = await readKept(path);
    let grade = withManual(
      kept.grade,
      manual.filter(([student]) => student === kept.grade.student),
    );
    const time = times.find(([student]) => student === grade.student)?.[1] ?? kept.submitted;
    if (due)
      grade = afterDeduction(grade, dateOf(time, grade.student), { due, percentPerDay: options.latePercent ?? 10 });
    grades.push(grade);
    if (options.feedback) {
      const page = await toFeedback(await readNotebook(path), { ...kept, grade });
      await writeFile(join(options.feedback, `${grade.student}.html`), page);
    }
  }
  await writeGrades(grades, options);
}

/** @throws NotebookError */
function withManual(grade: Grade, rows: string[][]): Grade {
  const cells = { ...grade.cells };
  for (const [student, id = '', points] of rows) {
    if (!grade.manual?.includes(id))
      throw new NotebookError(
        `--manual: ${student} has no cell ${id} for a person to read; there are: ${grade.manual?.join(', ') || 'none'}`,
      );
    if (!(Number(points) >= 0)) throw new NotebookError(`--manual: ${points} for ${student} is no number of points`);
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

/** Changes with the source, the submission and the limits: a mended test is graded anew. */
async function keyOf(files: string[], limits: GradeOptions): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([files, limits]));
  for (const file of files) hash.update(await readFile(file).catch(() => 'none'));
  return hash.digest('hex');
}

async function readPartial(file: string | undefined): Promise<Map<string, Grade>> {
  const text = file ? await readFile(file, 'utf8').catch(() => '') : '';
  // The last line of a killed run may be half of one.
  const lines = text.split('\n').slice(0, -1);
  return new Map(lines.map((line) => JSON.parse(line)).map(({ key, grade }) => [key, grade]));
}
