import {
  type CellLanguage,
  findKernelspec,
  type Kernelspec,
  ownKernelspec,
  ownNames,
} from '../../../kernel/kernelspec.ts';
import { type Notebook, NotebookError } from './notebook.ts';

/** The kernel that the notebook names; ours needs no installation, so that a fresh clone runs the course. @throws NotebookError */
export async function kernelFor({ metadata }: Notebook, path: string): Promise<Kernelspec> {
  const name = metadata.kernelspec?.name;
  if (name === undefined)
    throw new NotebookError(`${path}: names no kernel; its metadata.kernelspec.name should be "typelab"`);
  try {
    return await findKernelspec(name);
  } catch (error) {
    const language = Object.hasOwn(languages, name) ? languages[name] : undefined;
    if (language) return ownKernelspec({}, language, name);
    throw new NotebookError(`${path}: ${(error as Error).message}`);
  }
}

/** Kernels that ours is or stands in for where they are not installed: their notebooks run unchanged. */
const languages: Record<string, CellLanguage> = {
  [ownNames.typescript]: 'typescript',
  [ownNames.javascript]: 'javascript',
  tslab: 'typescript',
  jslab: 'javascript',
  deno: 'typescript',
  javascript: 'javascript',
};
