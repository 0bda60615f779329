import { readFile } from 'node:fs/promises';
import { NotebookError } from '../run/notebook.ts';
import type { Grade } from './submission.ts';

export type LatePolicy = { due: Date; percentPerDay: number };

const DAY = 24 * 60 * 60_000;

/** The grade less `percentPerDay` of its score for each day begun after `due`; never less than nothing. */
export function afterDeduction(grade: Grade, submitted: Date, { due, percentPerDay }: LatePolicy): Grade {
  const days = Math.ceil((submitted.getTime() - due.getTime()) / DAY);
  if (days <= 0) return grade;
  const lost = Math.min(1, (days * percentPerDay) / 100) * grade.score;
  // Hundredths: 15 points less 10 % are 13.5, not 13.499999.
  const score = Math.round((grade.score - lost) * 100) / 100;
  return { ...grade, score, late: { days, points: Math.round((grade.score - score) * 100) / 100 } };
}

/** A table of `student,…` lines, as spreadsheets write it: each student's further columns. @throws NotebookError */
export async function readTable(file: string, columns: string[]): Promise<string[][]> {
  const text = await readFile(file, 'utf8').catch((error: Error) => {
    throw new NotebookError(`${file}: cannot be read (${error.message})`);
  });
  const [head, ...rows] = text
    .replace(/^\uFEFF/, '')
    .trim()
    .split(/\r?\n/)
    .map((line) => line.split(',').map((one) => one.trim()));
  if (head!.join() !== columns.join()) throw new NotebookError(`${file}: its first line should be ${columns.join()}`);
  const short = rows.findIndex((row) => row.length !== columns.length);
  if (short >= 0) throw new NotebookError(`${file}: line ${short + 2} has not ${columns.length} columns`);
  return rows;
}
