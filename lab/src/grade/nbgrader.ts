import { cp, mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { kernelFor } from '../run/kernel-for.ts';
import { NotebookError } from '../run/notebook.ts';
import { STUB } from './assignment.ts';
import { giveFiles } from './given-files.ts';
import { readSource } from './source.ts';

/** `typelab grade export --nbgrader`: a course folder in which nbgrader's own commands work, with our kernel. */
export async function exportToNbgrader(
  source: string,
  submissions: string[],
  folder: string,
  files?: string,
): Promise<void> {
  await kernelFor(await readSource(source), source);
  const name = basename(source) === 'source.ipynb' ? basename(dirname(resolve(source))) : basename(source, '.ipynb');
  if (/[+\s]/.test(name)) throw new NotebookError(`${name}: nbgrader takes no blank and no + in an assignment's name`);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'nbgrader_config.py'), config);
  const put = async (from: string, ...to: string[]) => {
    const file = join(folder, ...to, name, `${name}.ipynb`);
    await mkdir(dirname(file), { recursive: true });
    await cp(from, file, { preserveTimestamps: true });
  };
  await put(source, 'source');
  if (files !== undefined) {
    const given = await giveFiles(files);
    await cp(given.folder, join(folder, 'source', name), { recursive: true });
    await given.remove();
  }
  for (const path of submissions) await put(path, 'submitted', basename(path, '.ipynb'));
}

/** nbgrader knows what to put in place of a solution for Python only. */
const config = `# Written by "typelab grade export --nbgrader"; run nbgrader's commands in this folder.
c = get_config()  # noqa: F821
c.CourseDirectory.course_id = "typelab"
c.ClearSolutions.code_stub = {"typescript": ${JSON.stringify(STUB)}, "javascript": ${JSON.stringify(STUB)}}
# A first cell may load an engine, and a test may train a model.
c.Execute.timeout = 120
`;
