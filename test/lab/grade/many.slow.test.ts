import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { execa } from 'execa';
import { handIn, pointsOf, sourceOf } from '../../helpers/assignment.ts';
import { record, times } from '../../helpers/long.ts';
import { root } from '../../helpers/root.ts';
import { wrongAnswers } from './wrong-answers.ts';

const COUNT = times(8, 200);
const folder = mkdtempSync(join(tmpdir(), 'typelab-many-'));
after(() => rmSync(folder, { recursive: true, force: true }));
type Line = { key: string; grade: { student: string; notes?: string[]; score: number } };
const FROM_KILLED = 'graded by the run that was killed';

test(`${COUNT} submissions in one command: a killed run goes on where it was, a mended test is graded anew, memory stays bounded`, async () => {
  const kinds = [undefined, ...Object.values(wrongAnswers.flowers)];
  const all = pointsOf('flowers');
  const expected: Record<string, number> = {};
  const paths: string[] = [];
  for (let i = 0; i < COUNT; i++) {
    const kind = kinds[i % kinds.length];
    const student = `student-${String(i).padStart(3, '0')}`;
    paths.push(await handIn('flowers', join(folder, 'in', `${student}.ipynb`), kind?.answers));
    expected[student] = Object.values({ ...all, ...kind?.points }).reduce((sum, one) => sum + one, 0);
  }
  let peak = 0;
  const grade = async (source: string, json: string, which: string[], killAfter?: number) => {
    const args = ['grade', 'run', '--source', source, ...which, '--json', join(folder, json), '--jobs', '2'];
    const run = execa(process.execPath, [join(root, 'lab/main.ts'), ...args], { reject: false });
    let seen = 0;
    run.stderr.on('data', (text: Buffer) => {
      seen += String(text).match(/^\[\d+\/\d+\] /gm)?.length ?? 0;
      peak = Math.max(peak, residentOf(run.pid!));
      if (killAfter !== undefined && seen >= killAfter) run.kill('SIGKILL');
    });
    const { signal, exitCode, stderr } = await run;
    if (killAfter !== undefined) assert.equal(signal, 'SIGKILL');
    else assert.equal(exitCode, 0, stderr);
  };

  const began = performance.now();
  await grade(sourceOf('flowers'), 'grades.json', paths, COUNT / 2);
  // What it has noted gets a mark, so that it can be told from what is graded now.
  const partial = join(folder, 'grades.json.partial');
  const lines = readFileSync(partial, 'utf8').split('\n').slice(0, -1);
  const marked = lines.map((line) => {
    const { key, grade } = JSON.parse(line) as Line;
    return `${JSON.stringify({ key, grade: { ...grade, notes: [FROM_KILLED] } })}\n`;
  });
  writeFileSync(partial, `${marked.join('')}{"key": "half a li`);
  writeFileSync(join(folder, 'mended.json.partial'), marked.join(''));
  await grade(sourceOf('flowers'), 'grades.json', paths);
  const seconds = (performance.now() - began) / 1000;

  const grades = JSON.parse(readFileSync(join(folder, 'grades.json'), 'utf8')) as Line['grade'][];
  assert.deepEqual(Object.fromEntries(grades.map(({ student, score }) => [student, score])), expected);
  assert.equal(grades.filter(({ notes }) => notes?.includes(FROM_KILLED)).length, lines.length);
  assert.ok(lines.length >= COUNT / 2);

  const mended = join(folder, 'mended.ipynb');
  writeFileSync(mended, readFileSync(sourceOf('flowers'), 'utf8').replace('[0.8, 0.5]', '[0.8, 0.6]'));
  const known = (JSON.parse(lines[0]!) as Line).grade.student;
  await grade(mended, 'mended.json', [join(folder, 'in', `${known}.ipynb`)]);
  const [again] = JSON.parse(readFileSync(join(folder, 'mended.json'), 'utf8'));
  assert.deepEqual([again.notes?.includes(FROM_KILLED) ?? false, again.cells['recall-test']], [false, 0]);

  const memory = peak > 0 ? `, the grader's memory at most ${(peak / 1024).toFixed(0)} MB` : '';
  const figures = `killed after ${lines.length} and continued: ${seconds.toFixed(0)} s, ${(seconds / COUNT).toFixed(1)} s each, two at a time${memory}`;
  console.log(`${COUNT} submissions, ${figures}`);
  record(`${COUNT} submissions of the first assignment`, figures);
  if (peak > 0) assert.ok(peak < 400 * 1024, `${peak} kB`);
});

/** Kilobytes, at most so far; 0 where the system does not tell. */
function residentOf(pid: number): number {
  try {
    return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
