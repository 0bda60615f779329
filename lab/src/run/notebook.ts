import { randomBytes } from 'node:crypto';
import { chmod, readFile, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseJson, toJson } from './numbers.ts';
import { problemOf } from './output-shape.ts';

/** A notebook as its file has it (nbformat 4); what we do not know is kept as it came. */
export type Notebook = {
  cells: Cell[];
  metadata: {
    kernelspec?: { name?: string; display_name?: string; language?: string };
    language_info?: unknown;
    [key: string]: unknown;
  };
  nbformat: number;
  nbformat_minor: number;
};

export type Cell = {
  cell_type: 'code' | 'markdown' | 'raw';
  id?: string;
  metadata: { tags?: string[]; [key: string]: unknown };
  source: string | string[];
  /** Code cells only. */
  outputs?: Output[];
  execution_count?: number | null;
};

export type MimeBundle = Record<string, unknown>;

export type Output =
  | { output_type: 'stream'; name: string; text: string | string[] }
  | { output_type: 'display_data'; data: MimeBundle; metadata: Record<string, unknown> }
  | { output_type: 'execute_result'; data: MimeBundle; metadata: Record<string, unknown>; execution_count: number }
  | { output_type: 'error'; ename: string; evalue: string; traceback: string[] };

/** A notebook that cannot be read; the message names the file, what is wrong and the way out. */
export class NotebookError extends Error {
  override name = 'NotebookError';
}

/** @param outputs whether what is stored of them is of any use; where not, they may be of any shape @throws NotebookError */
export async function readNotebook(path: string, { outputs = true } = {}): Promise<Notebook> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'EISDIR') throw new NotebookError(`${path}: is a folder; name the notebooks in it`);
    throw new NotebookError(
      error.code === 'ENOENT' ? `${path}: there is no such file` : `${path}: cannot be read (${error.message})`,
    );
  });
  if (text.trim() === '') throw new NotebookError(`${path}: is empty`);
  let notebook: Notebook;
  try {
    // Some editors begin a file with a mark, which is no JSON.
    notebook = parseJson(text.replace(/^\uFEFF/, '')) as Notebook;
  } catch (error) {
    throw new NotebookError(`${path}: is not a notebook: it is not JSON (${(error as Error).message})`);
  }
  if (typeof notebook !== 'object' || notebook === null || typeof notebook.nbformat !== 'number')
    throw new NotebookError(`${path}: is JSON but not a notebook: it has no "nbformat"`);
  if (notebook.nbformat !== 4)
    throw new NotebookError(
      `${path}: is of nbformat ${notebook.nbformat}; convert it: jupyter nbconvert --to notebook --nbformat 4 ${path}`,
    );
  if (!Array.isArray(notebook.cells)) throw new NotebookError(`${path}: has no list of "cells"`);
  for (const [i, cell] of notebook.cells.entries()) {
    if (!['code', 'markdown', 'raw'].includes(cell?.cell_type))
      throw new NotebookError(`${path}: cell ${i + 1} has cell_type ${JSON.stringify(cell?.cell_type)}`);
    if (typeof cell.source !== 'string' && !Array.isArray(cell.source))
      throw new NotebookError(`${path}: cell ${i + 1} has no source`);
    cell.metadata ??= {};
    const stored: unknown = cell.cell_type === 'code' && outputs ? (cell.outputs ?? []) : [];
    const problem = Array.isArray(stored) ? stored.map(problemOf).find(Boolean) : `is ${JSON.stringify(stored)}`;
    if (problem)
      throw new NotebookError(`${path}: cell ${i + 1}: an output ${problem}; typelab clean ${path} takes outputs out`);
  }
  notebook.nbformat_minor ??= 5;
  const ids = notebook.cells.map((cell) => cell.id).filter((id) => id !== undefined);
  const twice = ids.find((id, i) => ids.indexOf(id) < i);
  if (twice !== undefined)
    throw new NotebookError(`${path}: two cells have the id ${JSON.stringify(twice)}; give one of them another`);
  notebook.metadata ??= {};
  for (const cell of notebook.cells) if (cell.id === undefined) Object.assign(cell, newId(notebook));
  return notebook;
}

/** An id for a cell that has none, as Jupyter makes them; before nbformat 4.5 a cell may not have one. */
export function newId({ nbformat_minor }: Notebook): { id?: string } {
  return nbformat_minor >= 5 ? { id: randomBytes(4).toString('hex') } : {};
}

/**
 * Writes aside and renames, so that a crash leaves the old file or the new one, never half of one. A link stays a link, a
 * private file private, and what is no file (/dev/null) what it is.
 */
export async function writeNotebook(path: string, notebook: Notebook): Promise<void> {
  const text = formatNotebook(notebook);
  const there = await stat(path).catch(() => undefined);
  const file = there ? await realpath(path) : path;
  const aside = join(dirname(file), `.${randomBytes(6).toString('hex')}.ipynb`);
  try {
    if (there && !there.isFile()) return await writeFile(file, text);
    await writeFile(aside, text);
    if (there) await chmod(aside, there.mode & 0o777);
    await rename(aside, file);
  } catch (error) {
    await rm(aside, { force: true });
    throw new NotebookError(`${path}: cannot be written (${(error as Error).message})`);
  }
}

/** The text that Jupyter itself would write: one blank of indentation, long texts as lists of lines, a newline at the end. */
export function formatNotebook(notebook: Notebook): string {
  const cells = notebook.cells.map((cell) => ({
    ...cell,
    ...(cell.cell_type === 'code' && cell.outputs && { outputs: cell.outputs.map(withLines) }),
    source: toLines(cell.source),
  }));
  return `${toJson({ ...notebook, cells }, 1)}\n`;
}

export function isTagged({ metadata: { tags } }: Cell, tag: string): boolean {
  return Array.isArray(tags) && tags.includes(tag);
}

/** The text of a source or an output, which files hold as a string or as a list of lines. */
export function textOf(text: string | string[]): string {
  return Array.isArray(text) ? text.join('') : text;
}

function withLines(output: Output): Output {
  if (output.output_type === 'stream') return { ...output, text: toLines(output.text) };
  if (output.output_type === 'error') return output;
  const data = Object.fromEntries(
    Object.entries(output.data).map(([type, value]) => [
      type,
      typeof value === 'string' && !isOneLine(type) ? toLines(value) : value,
    ]),
  );
  return { ...output, data };
}

/** nbformat splits text, and leaves JSON and base64 alone. */
function isOneLine(type: string): boolean {
  return /^application\/(.*\+)?json$/.test(type) || /^(image\/(?!svg)|audio\/|video\/|application\/pdf)/.test(type);
}

function toLines(text: string | string[]): string[] {
  if (Array.isArray(text)) return text;
  return text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
}
