import { fileURLToPath } from 'node:url';
import type { Dialect, LowerSettings } from '../lower.ts';
import { problemsOf, syntaxFailure } from './check.ts';
import { type CompiledCell, compile, type Typecheck } from './compile.ts';
import { type CellView, type Completion, complete } from './complete.ts';
import { type CellFailure, failure } from './failure.ts';
import { type CellImports, importsOf, importTable } from './imports.ts';
import { type Inspection, inspect } from './inspect.ts';
import { type Completeness, isComplete } from './is-complete.ts';
import { mend } from './mend.ts';
import { type Declared, type Parsed, parse, type SyntaxProblem, type Use, variablesOf } from './parse.ts';
import { type FileName, type Files, openProject } from './project.ts';
import { settledType } from './settle.ts';
import { freeSymbol, type Names, type Slot, slotsOf } from './slots.ts';
import { isExpression, type Split, split } from './split.ts';
import { cellsText, cellText, declarationsText, importsText, type Stand } from './texts.ts';

export type { CompiledCell } from './compile.ts';
export type { Completion } from './complete.ts';
export type { CellFailure } from './failure.ts';

export type CellsOptions = {
  /** The notebook's folder. */
  folder: string;
  /** Absolute paths of lib/index.ts and kernel/api.ts: the modules 'typelab' and 'typelab/kernel' in every folder. */
  typelabLib: string;
  typelabKernel: string;
  /** A JavaScript notebook: types are for completion only, and names need no declaration. */
  inJavaScript?: boolean;
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

type Prepared = {
  split: Split;
  parsed: Parsed;
  imports: CellImports;
  own: Names;
  /** The session's names once the cell was accepted. */
  after?: Names;
  /** What the checker saw. */
  text?: string;
  stands?: Stand[];
  /** Where it shows what the cell's undeclared names are. */
  undeclared?: Map<string, number>;
  /** The index of what it left behind. */
  chunk?: number;
};

/** TypeScript's NodeBuilderFlags.NoTruncation. */
const noTruncation = 1;
/** TypeScript's SymbolFlags.Value. */
const valueFlags = 111551;

/** A notebook's session as TypeScript sees it. Starts the checker at once, so that the first cell finds it warm. */
export function openCells(options: CellsOptions, project = openProject(options)): Cells {
  const contextFile = fileURLToPath(new URL('./context.ts', import.meta.url));
  const { inJavaScript = false } = options;
  const language = `${inJavaScript ? 'js' : 'ts'}${project.settings.jsx ? 'x' : ''}` as Dialect;
  const table = importTable();
  const names: Names = new Map();
  const chunks: string[] = [];
  const symbols = new Set<string>();
  const taken = new Set<string>();
  const importedSymbols = new Set<string>();
  let queue: Promise<unknown> = Promise.resolve();

  project.loosen(false);
  const warm = project
    .check({ ...files(), cell: 'export {};\n' }, ['cell'])
    // What is wrong with the checker is told by the first cell.
    .catch(() => {});

  function files(): Files & Record<'imports' | 'cells', string> {
    return { imports: importsText(table, contextFile), cells: cellsText(chunks, symbols, importedSymbols) };
  }

  function prepare(source: string, number: number, imported = table): Prepared {
    const wanted = objectLiteral(source);
    let notVariables = new Set<string>();
    for (;;) {
      const cell = split(wanted, (name) => names.has(name), notVariables, inJavaScript);
      const parsed = parse(cell.text, language, cell.context);
      parsed.uses.push(...factories(parsed, project.settings));
      if (inJavaScript) {
        parsed.undeclared = undeclared(parsed, names);
        parsed.declared.push(...parsed.undeclared);
      }
      const declared = new Set(parsed.declared.map(({ name }) => name));
      const unknown = parsed.uses.filter(
        ({ name }) => cell.dollarNames.has(name) && !declared.has(name) && !names.has(name),
      );
      if (unknown.length > 0) {
        // `$HOME` was taken for a variable because the word stands elsewhere in the cell.
        notVariables = new Set([...notVariables, ...unknown.map(({ name }) => name)]);
        continue;
      }
      const imports = importsOf(parsed, cell.text, number, imported);
      const own = slotsOf(parsed, (symbol) => taken.has(symbol), imports.slots);
      const captured = cell.wrapper?.assigns;
      if (captured && !own.has(captured)) {
        const symbol = freeSymbol(captured, (one) => taken.has(one));
        own.set(captured, { value: { name: captured, kind: 'let', symbol, from: 'cells', path: [symbol] } });
      }
      const shift = wanted.length - source.length;
      const toSource =
        shift > 0 ? (offset: number) => Math.max(0, Math.min(source.length, cell.toSource(offset) - 1)) : cell.toSource;
      return { split: { ...cell, toSource }, parsed, imports, own };
    }
  }

  async function checked(
    cell: Prepared,
    source: string,
    number: number,
    stops: boolean,
  ): Promise<CellFailure | undefined> {
    const text = cellText(cell.split, cell.parsed, cell.imports, names, cell.own);
    Object.assign(cell, text);
    if (cell.imports.names.some(({ entry }) => entry.module === 'tslab')) project.loosen(true);
    const hasImports = cell.imports.names.length + cell.imports.dynamic.length > 0;
    const all = files();
    const diagnose: FileName[] = hasImports ? ['cell', 'imports'] : ['cell'];
    const found = await project.check({ ...all, cell: text.text }, diagnose);
    const problems = problemsOf(
      found.get('cell') ?? [],
      found.get('imports') ?? [],
      text,
      all.imports,
      cell.imports,
      cell.split,
    );
    if (problems.length === 0) return undefined;
    for (const problem of problems) problem.message = inInstalledPackage(problem.message);
    if (problems.some(({ message }) => /^TS(?:2307|2305|2614|1192|2732|2882)/.test(message))) {
      // The import of a cell that does not run is taken back, and resolved anew when it is tried again.
      for (const { entry } of stops ? [...cell.imports.names, ...cell.imports.dynamic] : [])
        for (const [key, one] of table.entries)
          if (one === entry && !importedSymbols.has(one.symbol)) table.entries.delete(key);
      project.forget();
    }
    return failure('TypeScriptError', problems, source, number);
  }

  /** No complaint stops a JavaScript cell, but what it declares gets its types. */
  async function seen(cell: Prepared): Promise<void> {
    Object.assign(cell, cellText(cell.split, cell.parsed, cell.imports, names, cell.own));
    await project.check({ ...files(), cell: cell.text! }, []);
  }

  /** A package that is there does not get there by being installed. */
  function inInstalledPackage(message: string): string {
    const [, missing, name] =
      /^TS2307: Cannot find module '([^']+)'\. To install it: !npm install (\S+)$/.exec(message) ?? [];
    if (!missing || !name || missing === name) return message;
    if (!project.modules(name).some(({ text }) => text === name)) return message;
    return `TS2307: Cannot find module '${missing}': the package '${name}' is there, but has no './${missing.slice(name.length + 1)}'`;
  }

  /** In TypeScript's words, with their code; the parser's where TypeScript has none, or does not answer. */
  async function syntaxError(cell: Prepared, source: string, number: number): Promise<CellFailure> {
    const { text } = cell.split;
    const found = await project.check({ ...files(), cell: text }, ['cell']).catch(() => undefined);
    return syntaxFailure(cell.parsed, cell.split, source, number, found?.get('cell'))!;
  }

  const isJsx = ({ parsed, split }: Prepared) =>
    language.length === 2 &&
    parsed.errors.length > 0 &&
    parse(split.text, `${language}x` as Dialect, split.context).errors.length === 0;

  /** Imports whose names are all types, also where nobody wrote `type`: there may be no module to load. */
  async function onlyTypes(cell: Prepared): Promise<Set<number>> {
    const named = cell.imports.names.filter(({ local, node }) => local !== '' && node.type === 'ImportDeclaration');
    if (named.length === 0 || !cell.stands) return new Set();
    const stands = cell.stands.filter(({ forStart }) => named.some(({ name }) => name.start === forStart));
    const flags = await project.ask({}, async ({ checker }) => {
      const symbols = await checker.getSymbolAtPosition(
        project.path('cell'),
        stands.map(({ end }) => end - 1),
      );
      return Promise.all(
        symbols.map(async (symbol) => (symbol ? (await checker.getAliasedSymbol(symbol)).flags : valueFlags)),
      );
    });
    const withValues = new Set(
      named
        .filter(({ name }) => stands.every(({ forStart }, i) => forStart !== name.start || flags[i]! & valueFlags))
        .map(({ node }) => node.start),
    );
    return new Set(named.map(({ node }) => node.start).filter((start) => !withValues.has(start)));
  }

  function generate(cell: Prepared, source: string, number: number, typeImports = new Set<number>()): CompiledCell {
    const own = new Map<string, Slot>();
    for (const [name, { value }] of cell.own) if (value?.path) own.set(name, value);
    return compile({
      source,
      number,
      split: cell.split,
      parsed: cell.parsed,
      language,
      settings: project.settings,
      typeImports,
      slot: (name) => cell.own.get(name)?.value ?? names.get(name)?.value ?? predefinedSlot(name),
      earlier: (name) => names.get(name)?.value,
      own,
    });
  }

  /** Types of the variables that a cell declared, asked while it is still the checker's cell. */
  async function settle(cell: Prepared): Promise<void> {
    if (cell.chunk === undefined) return;
    await settleVariables(cell);
    const { cells } = files();
    await project.check({ cells }, []);
  }

  async function settleVariables(cell: Prepared): Promise<void> {
    const variables = [
      ...cell.parsed.variables.flatMap(({ node }) => variablesOf(node)).map(({ id }) => ({ id, at: id.start })),
      ...cell.parsed.undeclared.map((id) => ({ id, at: cell.undeclared!.get(id.name)! })),
    ];
    if (variables.length === 0 || cell.text === undefined || cell.chunk === undefined) return;
    const types = await project.ask({ cell: cell.text }, async ({ checker }) => {
      const positions = variables.map(({ at }) => at);
      const found = await checker.getTypeAtPosition(project.path('cell'), positions);
      return Promise.all(found.map(async (type) => type && checker.typeToString(type, undefined, noTruncation)));
    });
    const settled = new Map<number, string>();
    for (const [i, { id }] of variables.entries()) {
      const type = settledType(types[i], cell.after!);
      if (type) settled.set(id.start, type);
    }
    chunks[cell.chunk] = declarationsText(cell.split, cell.parsed, cell.imports, cell.after!, settled);
  }

  function accept(cell: Prepared, source: string): void {
    const all: Names = new Map(names);
    for (const [name, entry] of cell.own) all.set(name, { ...names.get(name), ...entry });
    for (const { name } of cell.parsed.uses) if (!all.has(name)) taken.add(name);
    for (const { value, type } of cell.own.values())
      for (const slot of [value, type]) {
        if (!slot) continue;
        taken.add(slot.symbol);
        if (slot.from === 'cells') symbols.add(slot.symbol);
        else importedSymbols.add(slot.symbol);
      }
    for (const { entry } of cell.imports.dynamic) importedSymbols.add(entry.symbol);
    for (const { name, start } of cell.parsed.declared) {
      const statement = cell.parsed.program.body.find((one) => start >= one.start && start < one.end);
      const { value, type } = cell.own.get(name) ?? {};
      for (const slot of [value, type])
        if (slot && statement)
          slot.source = source.slice(cell.split.toSource(statement.start), cell.split.toSource(statement.end));
    }
    const chunk = declarationsText(cell.split, cell.parsed, cell.imports, all);
    cell.after = all;
    if (chunk) cell.chunk = chunks.push(chunk) - 1;
    for (const name of cell.own.keys()) names.set(name, all.get(name)!);
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

  return {
    compile: (source, number, settings = {}) =>
      inTurn(async (afterwards) => {
        const cell = prepare(source, number);
        if (isJsx(cell)) cell.parsed.errors = [jsxProblem(cell.split.text)];
        if (cell.parsed.errors.length > 0) return syntaxError(cell, source, number);
        const isChecked = settings.check !== 'off' && !inJavaScript;
        const stops = settings.check !== 'warn';
        const wrong = isChecked ? await checked(cell, source, number, stops) : undefined;
        if (wrong && stops) return wrong;
        if (inJavaScript) await seen(cell);
        const typeImports = isChecked ? await onlyTypes(cell) : new Set<number>();
        const compiled = generate(cell, source, number, typeImports);
        accept(cell, source);
        afterwards(() => settle(cell));
        return wrong ? { ...compiled, warning: wrong.traceback.join('\n') } : compiled;
      }),
    expression: (source, number) =>
      inTurn(async () => {
        const cell = prepare(source, number);
        return syntaxFailure(cell.parsed, cell.split, source, number) ?? generate(cell, source, number);
      }),
    isComplete: (source) => isComplete(source, inJavaScript),
    complete: (source, cursor) => complete(view(source, cursor), cursor),
    inspect: (source, cursor, detail) => inspect(view(source, cursor), cursor, detail),
    sourceOf: (name) => (names.get(name)?.value ?? names.get(name)?.type)?.source,
    refresh: () => project.forget(),
    reset() {
      names.clear();
      project.loosen(false);
    },
    close: () => project.close(),
  };

  function view(source: string, cursor: number): CellView {
    // What is only being typed is not imported for good.
    const typed = { ...table, entries: new Map(table.entries) };
    let cell = prepare(source, 0, typed);
    if (cell.parsed.errors.length > 0) {
      const tries = mend(source, cursor, cell.split).map((mended) => prepare(mended, 0, typed));
      cell = tries.find(({ parsed }) => parsed.errors.length === 0) ?? tries[0]!;
    }
    // What is still broken must not take the lines below it along.
    const text = cellText(cell.split, cell.parsed, cell.imports, names, cell.own, '\n;');
    const given = { ...files(), imports: importsText(typed, contextFile), cell: text.text };
    return { source, ...cell, names, project, files: given, magics: options.magics ?? [] };
  }
}

/** `x = 1` declares x where nothing else does; what Node has as a global stays one. */
function undeclared({ uses, declared }: Parsed, names: Names): Declared[] {
  const found = new Map<string, Declared>();
  for (const { name, start, end, assigned } of uses) {
    if (!assigned || names.has(name) || name in globalThis || name === 'require') continue;
    if (!declared.some((one) => one.name === name))
      found.set(name, { name, kind: 'var', value: true, type: false, start, end });
  }
  return [...found.values()];
}

/** What JSX calls without naming it. */
function factories({ jsx: found }: Parsed, { jsx }: LowerSettings): Use[] {
  if (jsx?.runtime !== 'classic') return [];
  const names = [
    ...(found.element ? [jsx.pragma ?? 'React.createElement'] : []),
    ...(found.fragment ? [jsx.pragmaFrag ?? 'React.Fragment'] : []),
  ];
  const flags = { shorthand: false, call: false, declares: false, exported: false, assigned: false };
  return names.map((name) => ({ name: name.split('.')[0]!, start: 0, end: 0, meaning: 'value', ...flags }));
}

function jsxProblem(text: string): SyntaxProblem {
  const start = Math.max(0, text.search(/<[\p{ID_Start}$_>]/u));
  const message =
    'JSX needs a tsconfig.json in the notebook\'s folder, e.g. { "compilerOptions": { "jsx": "react-jsx" } }';
  return { message, start, end: start + 1 };
}

/** As at Node's prompt: a cell that is an object literal is not a block. */
function objectLiteral(source: string): string {
  return /^\s*\{/.test(source) && !/;\s*$/.test(source) && isExpression(source.trim()) ? `(${source}\n)` : source;
}

function predefinedSlot(name: string): Slot | undefined {
  if (!/^(?:_{1,3}|_\d+|_i{1,3}|_i\d+|_[oid]h|In|Out|_exit_code)$/.test(name)) return undefined;
  return { name, kind: 'let', symbol: name, from: 'cells', path: [name] };
}
