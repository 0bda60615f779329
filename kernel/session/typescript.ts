/** kernel/cell as the session's language. */
import { fileURLToPath } from 'node:url';
import { openCells } from '../cell/cells.ts';
import type { Project } from '../cell/project.ts';
import type { Language } from './language.ts';
import { completeMagic } from './magic-complete.ts';

/** @param folder the notebook's @param project a checker that runs already */
export function openTypeScript(folder: string, project?: Project): Language {
  const typelabLib = fileURLToPath(new URL('../../lib/index.ts', import.meta.url));
  const typelabKernel = fileURLToPath(new URL('../api.ts', import.meta.url));
  const cells = openCells({ folder, typelabLib, typelabKernel }, project);
  let check = true;
  let magics: { name: string; usage: string }[] = [];
  return {
    compile: (source, number) => cells.compile(source, number, { check }),
    expression: cells.expression,
    isComplete: async (source) => cells.isComplete(source),
    complete: async (source, cursor) => completeMagic(source, cursor, magics) ?? (await cells.complete(source, cursor)),
    inspect: async (source, cursor, detail) => (await cells.inspect(source, cursor, detail)).data,
    change(change) {
      check = change.check ?? check;
      magics = change.magics ?? magics;
      if (change.refresh) cells.refresh();
      if (change.forget) cells.reset();
    },
    close: cells.close,
  };
}
