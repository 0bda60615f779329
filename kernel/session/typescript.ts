/** kernel/cell as the session's language. */
import { fileURLToPath } from 'node:url';
import { openCells } from '../cell/cells.ts';
import type { Language } from './language.ts';

/** @param folder the notebook's */
export function openTypeScript(folder: string): Language {
  const typelabLib = fileURLToPath(new URL('../../lib/index.ts', import.meta.url));
  const typelabKernel = fileURLToPath(new URL('../api.ts', import.meta.url));
  const cells = openCells({ folder, typelabLib, typelabKernel });
  return {
    compile: (source, number) => cells.compile(source, number),
    expression: cells.expression,
    isComplete: async (source) => cells.isComplete(source),
    complete: cells.complete,
    inspect: async (source, cursor, detail) => (await cells.inspect(source, cursor, detail)).data,
    close: cells.close,
  };
}
