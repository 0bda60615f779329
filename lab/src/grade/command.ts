import { createHash } from 'node:crypto';
import { appendFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { NotebookError, readNotebook, writeNotebook } from '../run/notebook.ts';
import { release } from './assignment.ts';
import { openness } from './isolate.ts';
import { toCsv, toFeedback } from './report.ts';
import { type Grade, type GradeOptions, gradeSubmission } from './submission.ts';

export type GradeRunOptions = {
  source: string;
  csv?: string;
  json?: string;
  feedback?: string;
  jobs: number;
  cellTimeout: number;
  memory: number;
  network?: boolean;
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
  for (const file of [options.csv, options.json, options.feedback && join(options.feedback, 'x')])
    if (file) await mkdir(dirname(resolve(file)), { recursive: true });
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
        if (partial) await appendFile(partial, `${JSON.stringify({ key, grade })}\n`);
      }
      grades[i] = grade;
      done += 1;
      const { student, score, max_score, error } = grade;
      console.error(`[${done}/${paths.length}] ${student}: ${score} of ${max_score}${error ? ` (${error})` : ''}`);
    }
  };
  await Promise.all(Array.from({ length: Math.min(options.jobs, paths.length) }, work));
  if (options.csv) await writeFile(options.csv, toCsv(grades));
  if (options.json) await writeFile(options.json, `${JSON.stringify(grades, null, 2)}\n`);
  if (!options.csv && !options.json) process.stdout.write(toCsv(grades));
  if (partial) await rm(partial, { force: true });
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
