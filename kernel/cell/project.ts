import type { Diagnostic, Project as Program, Snapshot } from 'typescript/unstable/async';
import type { LowerSettings } from '../lower.ts';
import { editedModules, type LocalModules, rememberModules } from './project-edits.ts';
import { createFiles, type FileName, type Files, type FilesOptions } from './project-files.ts';
import { modulesLike } from './project-modules.ts';
import { nodeModulesOf } from './project-packages.ts';
import { placeInFile } from './project-place.ts';
import { Died, type ProcessOptions, startTypeScript, type TypeScriptProcess } from './project-process.ts';

export type { FileName, Files } from './project-files.ts';

export type ProjectOptions = FilesOptions & Pick<ProcessOptions, 'lastWords'>;

export type Checker = Program['checker'];
export type { Symbol as TypeScriptSymbol } from 'typescript/unstable/async';

/** A notebook's cells as one TypeScript program. */
export type Project = {
  /** How the nearby tsconfig.json wants cells turned into JavaScript. */
  readonly settings: LowerSettings;
  /** The notebook's, absolute. */
  folder: string;
  path(file: FileName): string;
  /** `File shapes.ts, line 3:14`, for a file that the user can open. */
  placeOf(fileName: string, offset: number): string | undefined;
  /** Obeys a tsconfig.json or package.json that was written since; answers with what is wrong with it. */
  look(): string | undefined;
  /** Sets the files' text and answers with the diagnostics of those asked for. */
  check(files: Files, diagnose: FileName[]): Promise<Map<FileName, Diagnostic[]>>;
  /** Sets the files' text and lets `ask` query the program. */
  ask<T>(files: Files, ask: (program: Program) => Promise<T>): Promise<T>;
  /** What TypeScript knows of globalThis; asked once. Not to be called inside of `ask`. */
  globals(): Promise<readonly { name: string; kind: number }[]>;
  /** Specifiers that begin so: built-in modules, packages, files. */
  modules(prefix: string): { text: string; type: string }[];
  /** A package was installed or a module could not be found before: resolve everything anew. */
  forget(): void;
  /** Whether to check as tslab does, which is not strict; a nearby tsconfig.json that says how is obeyed. */
  loosen(on: boolean): void;
  /** Resolves when the TypeScript process has been stopped. */
  close(): Promise<void>;
};

/** Starts TypeScript at the first request, and again when it dies. */
export function openProject(options: ProjectOptions): Project {
  const virtual = createFiles(options);
  const { folder, path, configPath } = virtual;
  let reconfigured = false;
  let widening: NodeJS.Timeout | undefined;
  let connection: Connection | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let closed = false;
  let globals: Promise<{ name: string; kind: number }[]> | undefined;

  async function start(): Promise<Connection> {
    const { lastWords } = options;
    const typescript = await startTypeScript({ folder, readFile: virtual.read, lastWords });
    const snapshot = await typescript.alive(typescript.api.updateSnapshot({ openProjects: [configPath] }));
    const started = {
      typescript,
      snapshot,
      modules: new Map(),
      forgotten: false,
      checks: 0,
      disposed: Promise.resolve(),
    };
    // Started again: the cells before have imported modules already.
    const [project] = snapshot.getProjects();
    if (project && /\$[id]\d/.test(virtual.texts.imports)) await remember(project, started);
    if (!virtual.whole) widenIn(IDLE);
    return started;
  }

  async function remember({ program }: Program, { typescript, modules }: Connection): Promise<void> {
    rememberModules(await typescript.alive(program.getSourceFileNames()), modules);
  }

  function widenIn(milliseconds: number): void {
    clearTimeout(widening);
    widening = setTimeout(() => void request({}, async () => {}).catch(() => {}), milliseconds);
    widening.unref();
  }

  async function widen(): Promise<void> {
    clearTimeout(widening);
    if (virtual.whole) return;
    virtual.widen();
    if (connection) await update(connection, { changed: [configPath] });
  }

  async function update(current: Connection, fileChanges: FileChanges): Promise<void> {
    const { typescript, snapshot } = current;
    current.snapshot = await typescript.alive(typescript.api.updateSnapshot({ fileChanges }));
    current.disposed = snapshot.dispose().catch(() => {});
  }

  /** Tells TypeScript what is other than it was. */
  async function renew(current: Connection, changed: FileName[]): Promise<void> {
    const edited = editedModules(current.modules);
    if (current.forgotten) await update(current, { invalidateAll: true });
    // One file at a time: TypeScript keeps the program when a single file changed, else it builds it anew (1 ms or 10).
    else for (const file of [...changed.map(path), ...edited]) await update(current, { changed: [file] });
    current.forgotten = false;
  }

  async function attempt<T>(files: Files, ask: (program: Program) => Promise<T>, needs: Needs): Promise<T> {
    if (closed) throw new Error('The TypeScript checker is closed.');
    if (needs === 'whole') await widen();
    if (reconfigured && connection) await update(connection, { changed: [configPath] });
    reconfigured = false;
    const changed = virtual.write(files);
    if (connection) await renew(connection, changed);
    else connection = await start();
    const current = connection;
    const [program] = current.snapshot.getProjects();
    if (!program) throw new Error('TypeScript opened no project.');
    const answer = await current.typescript.alive(ask(program));
    // Only new imports bring new local modules, whoever asked: a completion of a cell that is run later, too.
    if (changed.includes('imports')) await remember(program, current);
    return answer;
  }

  /** One at a time, since each changes the program. */
  function request<T>(files: Files, ask: (program: Program) => Promise<T>, needs: Needs = 'whole'): Promise<T> {
    const result = queue.then(async () => {
      try {
        return await attempt(files, ask, needs);
      } catch (error) {
        if (!(error instanceof Died) || closed) throw error;
        connection = undefined;
        return attempt(files, ask, needs);
      }
    });
    queue = result.catch(() => {});
    return result;
  }

  async function askGlobals(): Promise<{ name: string; kind: number }[]> {
    const cell = 'globalThis.';
    const found = await request({ cell }, ({ checker }) => checker.getCompletionsAtPosition(path('cell'), cell.length));
    return (found?.entries ?? []).map(({ name, kind }) => ({ name, kind: kind ?? 6 }));
  }

  return {
    get settings() {
      return virtual.nearby.lower;
    },
    folder,
    path,
    placeOf: (fileName, offset) => placeInFile(fileName, offset, folder),
    look() {
      if (virtual.look()) {
        reconfigured = true;
        if (connection) connection.forgotten = true;
      }
      return virtual.nearby.problem;
    },
    async check(files, diagnose) {
      const look = (program: Program) => diagnosticsOf(program, diagnose, path);
      if (virtual.whole || diagnose.includes('imports')) return request(files, look);
      // A cell that is right with the language's own types is right, so it need not wait for the others.
      const found = await request(files, look, 'language');
      if ([...found.values()].some((problems) => problems.length > 0)) return request(files, look);
      if (!virtual.whole && connection) widenIn(connection.checks++ > 0 ? AFTER : IDLE);
      return found;
    },
    ask: (files, ask) => request(files, ask),
    globals: () => (globals ??= askGlobals()),
    modules: (prefix) => modulesLike(prefix, folder, nodeModulesOf(options.typelabLib)),
    forget() {
      if (connection) connection.forgotten = true;
    },
    loosen(on) {
      if (virtual.loosen(on)) reconfigured = true;
    },
    async close() {
      closed = true;
      clearTimeout(widening);
      // What is being asked may finish, but not keep the kernel from ending.
      const late = new Promise((resolve) => setTimeout(resolve, 500).unref());
      await Promise.race([late, queue.then(() => connection?.disposed)]);
      connection?.typescript.stop();
      connection = undefined;
    },
  };
}

/** Milliseconds without a cell until the other types are read, and after a first cell, whose answer goes out meanwhile. */
const IDLE = 300;
const AFTER = 20;

/** Whose types an answer depends on: the language's alone, or the DOM's and Node's too. */
type Needs = 'language' | 'whole';

type FileChanges = { changed: string[] } | { invalidateAll: true };

type Connection = {
  typescript: TypeScriptProcess;
  snapshot: Snapshot;
  modules: LocalModules;
  forgotten: boolean;
  /** Checks that needed the language's own types only; the first is the warm-up. */
  checks: number;
  /** The last snapshot's end, which nobody else waits for. */
  disposed: Promise<void>;
};

async function diagnosticsOf(
  { program }: Program,
  files: FileName[],
  path: (file: FileName) => string,
): Promise<Map<FileName, Diagnostic[]>> {
  const found = new Map<FileName, Diagnostic[]>();
  await Promise.all(
    files.map(async (file) => {
      const [syntax, semantics] = await Promise.all([
        program.getSyntacticDiagnostics(path(file)),
        program.getSemanticDiagnostics(path(file)),
      ]);
      found.set(file, [...syntax, ...semantics]);
    }),
  );
  return found;
}
