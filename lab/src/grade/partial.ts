import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { Grade, GradeOptions } from './submission.ts';

/** Changes with the source, the submission and the limits: a mended test is graded anew. */
export async function keyOf(files: string[], limits: GradeOptions): Promise<string> {
  const hash = createHash('sha256').update(JSON.stringify([files, limits]));
  for (const file of files) hash.update(await readFile(file).catch(() => 'none'));
  return hash.digest('hex');
}

/** What a killed run had graded, by its key. */
export async function readPartial(file: string | undefined): Promise<Map<string, Grade>> {
  const text = file ? await readFile(file, 'utf8').catch(() => '') : '';
  // The last line of a killed run may be half of one.
  const lines = text.split('\n').slice(0, -1);
  return new Map(lines.map((line) => JSON.parse(line)).map(({ key, grade }) => [key, grade]));
}
