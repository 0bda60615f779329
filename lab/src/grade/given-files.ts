import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { chmod, cp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join, relative } from 'node:path';
import { onLeaving } from '../../../kernel/wire/leaving.ts';
import { NotebookError } from '../run/notebook.ts';

/** A copy of what an assignment's notebook reads, e.g. its data, for all to read. */
export type GivenFiles = {
  folder: string;
  /** Changes with what is in it. */
  hash: string;
  bytes: number;
  remove(): Promise<void>;
};

/** Without notebooks: the teacher's is likely to lie beside its data. @throws NotebookError */
export async function giveFiles(from: string): Promise<GivenFiles> {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-files-'));
  const left = onLeaving(() => rmSync(folder, { recursive: true, force: true }));
  const remove = async () => {
    left();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    if (!(await stat(from)).isDirectory()) throw new Error('it is no folder');
    // A link would lead nowhere from where the submission is.
    await cp(from, folder, { recursive: true, dereference: true, filter: isGiven });
    const hash = createHash('sha256');
    let bytes = 0;
    await chmod(folder, 0o755);
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    for (const [path, entry] of entries.map((one) => [join(one.parentPath, one.name), one] as const).sort()) {
      hash.update(`${relative(folder, path)}\0`);
      if (entry.isDirectory()) await chmod(path, 0o755);
      else {
        const content = await readFile(path);
        const { mode } = await stat(path);
        await chmod(path, mode & 0o100 ? 0o755 : 0o644);
        hash.update(content);
        bytes += content.length;
      }
    }
    return { folder, hash: hash.digest('hex'), bytes, remove };
  } catch (error) {
    await remove();
    throw new NotebookError(`--files ${from}: cannot be copied (${(error as Error).message})`);
  }
}

function isGiven(path: string): boolean {
  return !/\.ipynb$|^\.git$|^\.ipynb_checkpoints$/.test(basename(path));
}
