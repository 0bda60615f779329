/** kernel/cell as the session's language. */
import { fileURLToPath } from 'node:url';
import type { KnownMagic } from '../border.ts';
import { openCells } from '../cell/cells.ts';
import type { Project, ProjectOptions } from '../cell/project.ts';
import { type Typecheck, typecheckAtStart } from '../typecheck.ts';
import type { Language } from './language.ts';
import { completeMagic } from './magic-complete.ts';
import { inspectMagic } from './magic-inspect.ts';

export type TypeScriptOptions = {
  /** A JavaScript notebook: types are for completion, and none stops a cell until `%typecheck` says so. */
  inJavaScript?: boolean;
  /** A checker that runs already. */
  project?: Project;
  /** Types are checked as tslab does, which is not strict. */
  loose?: boolean;
  /** A semicolon behind a cell's last expression does not hide its value. */
  semicolonShows?: boolean;
  lastWords?: ProjectOptions['lastWords'];
};

/** @param folder the notebook's */
export function openTypeScript(
  folder: string,
  { inJavaScript = false, project, loose = false, semicolonShows = false, lastWords }: TypeScriptOptions = {},
): Language {
  const typelabLib = fileURLToPath(new URL('../../lib/index.ts', import.meta.url));
  const typelabKernel = fileURLToPath(new URL('../api.ts', import.meta.url));
  const cells = openCells(
    { folder, typelabLib, typelabKernel, inJavaScript, loose, semicolonShows, lastWords },
    project,
  );
  let check: Typecheck = typecheckAtStart(inJavaScript);
  let magics: KnownMagic[] = [];
  return {
    compile: (source, number) => cells.compile(source, number, { check }),
    expression: cells.expression,
    isComplete: async (source) => cells.isComplete(source),
    complete: async (source, cursor) => completeMagic(source, cursor, magics) ?? (await cells.complete(source, cursor)),
    inspect: async (source, cursor, detail) =>
      (inspectMagic(source, cursor, magics) ?? (await cells.inspect(source, cursor, detail))).data,
    sourceOf: cells.sourceOf,
    change(change) {
      check = change.check ?? check;
      magics = change.magics ?? magics;
      if (change.refresh) cells.refresh();
      if (change.forget) cells.reset();
    },
    close: cells.close,
  };
}
