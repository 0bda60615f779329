import { type Diagnostic, problemsOf, syntaxFailure, type Words } from './check.ts';
import { type CellFailure, failure, placeInCell } from './failure.ts';
import type { Past } from './past.ts';
import { linesOf } from './positions.ts';
import type { FileName, Project } from './project.ts';
import type { ReadCell } from './read-cell.ts';
import type { CheckText } from './texts.ts';

/** What TypeScript has against a cell that parses; undefined where it is right. */
export async function typeProblems(
  cell: ReadCell,
  text: CheckText,
  project: Project,
  past: Past,
  /** Whether a cell with problems does not run. */
  stops: boolean,
): Promise<CellFailure | undefined> {
  const { source, number, split, imports } = cell;
  const hasImports = imports.names.length + imports.dynamic.length > 0;
  const files = past.files();
  const diagnose: FileName[] = hasImports ? ['cell', 'imports'] : ['cell'];
  const found = await project.check({ ...files, cell: text.text }, diagnose);
  const problems = problemsOf({
    cell: found.get('cell') ?? [],
    imports: found.get('imports') ?? [],
    text,
    importsText: files.imports,
    cellImports: imports,
    split,
    words: wordsFor(cell, project, past),
  });
  if (problems.length === 0) return undefined;
  for (const problem of problems) problem.message = inInstalledPackage(problem.message, project);
  if (problems.some(({ message }) => unresolved.test(message))) {
    if (stops) past.takeBack(imports);
    project.forget();
  }
  return failure('TypeScriptError', problems, source, number);
}

/** In TypeScript's words, with their code; the parser's where TypeScript has none, or does not answer. */
export async function syntaxProblems(cell: ReadCell, project: Project, past: Past): Promise<CellFailure> {
  const { parsed, split, source, number } = cell;
  const found = await project.check({ ...past.files(), cell: split.text }, ['cell']).catch(() => undefined);
  return syntaxFailure(parsed, split, source, number, found?.get('cell'), wordsFor(cell, project, past))!;
}

/** A module, or a name in it, that may be there when the cell is tried again. */
const unresolved = /^TS(?:2307|2305|2614|1192|2732|2882)/;

function wordsFor({ source, number, split }: ReadCell, project: Project, past: Past): Words {
  const placeOf = ({ fileName, pos }: Diagnostic) => {
    if (fileName === undefined || fileName === project.path('imports')) return undefined;
    if (fileName === project.path('cells')) return past.placeOf(pos);
    if (fileName !== project.path('cell')) return project.placeOf(fileName, pos);
    // Behind the cell's own text stand declarations of what it uses.
    return pos < split.text.length ? placeInCell(number, linesOf(source).at(split.toSource(pos))) : undefined;
  };
  return { folder: project.folder, placeOf };
}

/** A package that is there does not get there by being installed. */
function inInstalledPackage(message: string, project: Project): string {
  const [, missing, name] =
    /^TS2307: Cannot find module '([^']+)'\. To install it: !npm install (\S+)$/.exec(message) ?? [];
  if (!missing || !name || missing === name) return message;
  if (!project.modules(name).some(({ text }) => text === name)) return message;
  return `TS2307: Cannot find module '${missing}': the package '${name}' is there, but has no './${missing.slice(name.length + 1)}'`;
}
