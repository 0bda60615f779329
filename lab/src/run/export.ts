import { writeFile } from 'node:fs/promises';
import { scriptOf } from '../../../kernel/cell/script.ts';
import { readNotebook } from './notebook.ts';

/** `typelab export`: the notebook as a TypeScript file beside it, or where `output` says. @returns the file */
export async function exportScript(path: string, output = path.replace(/(?:\.ipynb)?$/, '.ts')): Promise<string> {
  const { cells } = await readNotebook(path, { outputs: false });
  const plain = cells.map(({ cell_type: type, source }) => ({
    type,
    source: typeof source === 'string' ? source : source.join(''),
  }));
  await writeFile(output, scriptOf(plain));
  return output;
}
