import type { Dialect } from '../lower.ts';
import type { Typecheck } from '../typecheck.ts';
import { syntaxProblems, typeProblems } from './cell-problems.ts';
import { typeImportsOf, variableTypesOf } from './cell-types.ts';
import { syntaxFailure } from './check.ts';
import { CannotLower, type CompiledCell, compile } from './compile.ts';
import { type CellView, type Completion, complete } from './complete.ts';
import { type CellFailure, failure } from './failure.ts';
import { type Inspection, inspect } from './inspect.ts';
import { type Completeness, isComplete } from './is-complete.ts';
import { mend } from './mend.ts';
import { moduleCell } from './module-cell.ts';
import { parse, type SyntaxProblem } from './parse.ts';
import { type Accepted, createPast, type Past } from './past.ts';
import { openProject, type ProjectOptions } from './project.ts';
import { type ReadCell, readCell } from './read-cell.ts';
import { predefinedSlot, type Slot } from './slots.ts';
import { type CheckText, cellText } from './texts.ts';

export type { CompiledCell } from './compile.ts';
export type { Completion } from './complete.ts';
export type { CellFailure } from './failure.ts';

export type CellsOptions = {
  /** The notebook's folder. */
  folder: string;
  /** Absolute paths of lib/index.ts and kernel/api.ts: the modules 'typelab' and 'typelab/kernel' in every folder. */
  typelabLib: string;
  typelabKernel: string;
  /** A JavaScript notebook: names need no declaration, and types are for completion until `%typecheck` asks for more. */
  inJavaScript?: boolean;
  /** Checked as tslab does, which is not strict, from the first cell on. */
  loose?: boolean;
  /** As in tslab and at Node's prompt, a semicolon behind the last expression hides nothing. */
  semicolonShows?: boolean;
  lastWords?: ProjectOptions['lastWords'];
  /** Names of the magics, such as `%time` and `%%bash`, for completion. */
  magics?: string[];
};

export type CompileSettings = {
  /** `%typecheck`: 'error' where nothing is said. Without it, whatever parses is compiled; with 'warn', with a warning. */
  check?: Typecheck;
};

export type Cells = {
  /** Checks and compiles; on success the cell's declarations become part of the session. A cell that fails changes nothing. */
  compile(source: string, number: number, settings?: CompileSettings): Promise<CompiledCell | CellFailure>;
  /** One of an execute_request's user_expressions: it changes nothing. */
  expression(source: string, number: number): Promise<CompiledCell | CellFailure>;
  isComplete(source: string): Completeness;
  /** Offsets are UTF-16 units. */
  complete(source: string, cursor: number): Promise<Completion>;
  inspect(source: string, cursor: number, detail: 0 | 1): Promise<Inspection>;
  /** How a cell declared a name, as it was typed. */
  sourceOf(name: string): string | undefined;
  /** Something was installed: modules that could not be found are looked for again. */
  refresh(): void;
  /** `%reset`: no name of an earlier cell is known any more. */
  reset(): void;
  /** Resolves when the checker's process has been stopped: an end of this process before that would leave it behind. */
  close(): Promise<void>;
};

/** A notebook's session as TypeScript sees it. Starts the checker at once, so that the first cell finds it warm. */
export function openCells(options: CellsOptions, project = openProject(options)): Cells {
  const { inJavaScript = false, loose = false } = options;
  const past = createPast();
  let semicolonShows = options.semicolonShows ?? false;
  let queue: Promise<unknown> = Promise.resolve();

  project.loosen(loose);
  const warm = project
    .check({ ...past.files(), cell: 'export {};\n' }, ['cell'])
    // What is wrong with the checker is told by the first cell.
    .catch(() => {});

  const language = () => `${inJavaScript ? 'js' : 'ts'}${project.settings.jsx ? 'x' : ''}` as Dialect;

  const read = (source: string, number: number, before: Past = past): ReadCell =>
    readCell(source, number, { ...before, language: language(), settings: project.settings });

  /** What else a tsconfig.json says now is between the checker and the transformer. */
  function look(): string | undefined {
    const before = language();
    const problem = project.look();
    if (language() !== before) past.change(before, language());
    return problem;
  }

  async function compileCell(
    source: string,
    number: number,
    { check = 'error' }: CompileSettings,
    afterwards: (task: () => Promise<void>) => void,
  ): Promise<CompiledCell | CellFailure> {
    const problem = look();
    if (problem) return { ename: 'Error', evalue: problem, traceback: [`Error: ${problem}`] };
    const cell = read(source, number);
    if (importsTslab(cell)) semicolonShows = true;
    if (isJsx(cell)) cell.parsed.errors = [jsxProblem(cell.split.text)];
    if (cell.parsed.errors.length > 0) return syntaxProblems(cell, project, past);
    const module = asModule(cell);
    if (module && module.cell.parsed.errors.length > 0) return syntaxProblems(module.cell, project, module.before);
    const isChecked = check !== 'off';
    const text = isChecked || inJavaScript ? cellText(cell, past.names) : undefined;
    const stops = check === 'error';
    const ofModule = module && isChecked ? await checkedModule(module, stops) : undefined;
    const wrong = ofModule ?? (text && isChecked ? await checked(cell, text, stops) : undefined);
    if (wrong && stops) return wrong;
    // Nobody checks a JavaScript cell until he asks for it, but what it declares gets its types.
    if (text && !isChecked) await project.check({ ...past.files(), cell: text.text }, []);
    const typed = text && isChecked && !inJavaScript;
    const typeImports = typed ? await typeImportsOf(cell, text, project) : new Set<number>();
    const compiled = generated(cell, { typeImports, unchecked: !typed || wrong !== undefined });
    if (!('code' in compiled)) return compiled;
    const accepted = past.accept(cell);
    if (accepted.chunk !== undefined) afterwards(() => settle(accepted, text));
    return wrong ? { ...compiled, warning: wrong.traceback.join('\n') } : compiled;
  }

  function checked(cell: ReadCell, text: CheckText, stops: boolean, before: Past = past) {
    // JavaScript has few types to be strict with.
    if (inJavaScript || importsTslab(cell)) project.loosen(true);
    return typeProblems(cell, text, project, before, stops);
  }

  /** A cell that becomes a file is read and checked as one: it sees no names of the cells before. */
  function asModule({ source, number }: ReadCell): { cell: ReadCell; before: Past } | undefined {
    const module = moduleCell(source, language());
    if (!module?.checkable) return undefined;
    const before = withoutNames();
    return { cell: { ...read(module.text, number, before), source }, before };
  }

  const checkedModule = ({ cell, before }: { cell: ReadCell; before: Past }, stops: boolean) =>
    checked(cell, cellText(cell, before.names), stops, before);

  /** What is only looked at is not imported for good. */
  function trial(names = past.names): Past {
    const table = { ...past.table, entries: new Map(past.table.entries) };
    return { ...past, names, table, files: () => past.files(table) };
  }

  const withoutNames = () => trial(new Map());

  const isJsx = ({ parsed, split }: ReadCell) =>
    language().length === 2 &&
    parsed.errors.length > 0 &&
    parse(split.text, `${language()}x` as Dialect, split.context).errors.length === 0;

  function generated(cell: ReadCell, settings: { typeImports?: Set<number>; unchecked?: boolean } = {}) {
    const { source, number, split, parsed } = cell;
    const own = new Map<string, Slot>();
    for (const [name, { value }] of cell.own) if (value?.path) own.set(name, value);
    const earlier = (name: string) => past.names.get(name)?.value;
    const slot = (name: string) => cell.own.get(name)?.value ?? earlier(name) ?? predefinedSlot(name);
    const session = { language: language(), settings: project.settings, slot, earlier, semicolonShows };
    try {
      return compile({ source, number, split, parsed, own, ...session, ...settings });
    } catch (error) {
      if (!(error instanceof CannotLower)) throw error;
      const start = split.toSource(error.offset);
      return failure('SyntaxError', [{ message: error.message, start, end: start + 1 }], source, number);
    }
  }

  /** Asked while it is still the checker's cell, so that no later check has to infer its way through this one. */
  async function settle(accepted: Accepted, text: CheckText | undefined): Promise<void> {
    if (text) past.settle(accepted, await variableTypesOf(accepted, text, project));
    const { cells } = past.files();
    await project.check({ cells }, []);
  }

  /** One cell at a time: each is checked against all before it. */
  function inTurn<T>(work: (afterwards: (task: () => Promise<void>) => void) => Promise<T>): Promise<T> {
    const tasks: (() => Promise<void>)[] = [];
    const result = queue.then(() => warm).then(() => work((task) => void tasks.push(task)));
    queue = result
      .then(async () => {
        for (const task of tasks) await task();
      })
      .catch(() => {});
    return result;
  }

  function view(source: string, cursor: number): CellView {
    const module = moduleCell(source, language());
    const typed = module?.text ?? source;
    const before = module ? withoutNames() : trial();
    let cell = read(typed, 0, before);
    if (cell.parsed.errors.length > 0) {
      const tries = mend(typed, cursor, cell.split).map((mended) => read(mended, 0, before));
      cell = tries.find(({ parsed }) => parsed.errors.length === 0) ?? tries[0]!;
    }
    // What is still broken must not take the lines below it along.
    const { text } = cellText(cell, before.names, '\n;');
    const files = { ...before.files(), cell: text };
    return { ...cell, source, names: before.names, project, files, magics: options.magics ?? [] };
  }

  return {
    compile: (source, number, settings = {}) =>
      inTurn((afterwards) => compileCell(source, number, settings, afterwards)),
    expression: (source, number) =>
      inTurn(async () => {
        const cell = read(source, number);
        return syntaxFailure(cell.parsed, cell.split, source, number) ?? generated(cell);
      }),
    isComplete: (source) => isComplete(source, inJavaScript),
    complete: (source, cursor) => complete(view(source, cursor), cursor),
    inspect: (source, cursor, detail) => inspect(view(source, cursor), cursor, detail),
    sourceOf: (name) => (past.names.get(name)?.value ?? past.names.get(name)?.type)?.source,
    refresh: () => project.forget(),
    reset() {
      past.forget();
      project.loosen(loose);
      semicolonShows = options.semicolonShows ?? false;
    },
    close: () => project.close(),
  };
}

/** A notebook that was written for tslab says so by its first import. */
const importsTslab = ({ imports }: ReadCell) => imports.names.some(({ entry }) => entry.module === 'tslab');

function jsxProblem(text: string): SyntaxProblem {
  const start = Math.max(0, text.search(/<[\p{ID_Start}$_>]/u));
  const message =
    'JSX needs a tsconfig.json in the notebook\'s folder, e.g. { "compilerOptions": { "jsx": "react-jsx" } }';
  return { message, start, end: start + 1 };
}
