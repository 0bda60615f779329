import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { API, type Diagnostic, type Project as Program, type Snapshot } from 'typescript/unstable/async';
import type { LowerSettings } from '../lower.ts';
import { type NearbyConfig, nearbyConfig } from '../tsconfig.ts';
import { createLink, type Link } from './project-link.ts';

export type ProjectOptions = {
  /** The notebook's folder. */
  folder: string;
  /** Absolute paths of what `typelab` and `typelab/kernel` are. */
  typelabLib: string;
  typelabKernel: string;
  /** Cells are JavaScript: their JSDoc holds their types. */
  inJavaScript?: boolean;
};

/** The checker's files, in the notebook's folder but in memory only. */
export type FileName = 'imports' | 'cells' | 'cell';
export type Files = Partial<Record<FileName, string>>;

export type Checker = Program['checker'];
export type { Symbol as TypeScriptSymbol } from 'typescript/unstable/async';

/** The one place that knows TypeScript's API: it drives the TypeScript process and starts it again when it dies. */
export type Project = {
  /** How the nearby tsconfig.json wants cells turned into JavaScript. */
  settings: LowerSettings;
  path(file: FileName): string;
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

export function openProject(options: ProjectOptions): Project {
  const folder = resolve(options.folder);
  const texts: Record<FileName, string> = { imports: 'export {};\n', cells: 'export {};\n', cell: 'export {};\n' };
  const nearby = nearbyConfig(folder);
  // JSX changes what `<T>` means, so it is only there where it is asked for. As long as .mts: no offset moves.
  const extension = nearby.lower.jsx ? '.tsx' : '.mts';
  const extensionOf = (file: FileName) => (options.inJavaScript && file !== 'imports' ? scripts[extension] : extension);
  const path = (file: FileName) => join(folder, `typelab-${file}${extensionOf(file)}`);
  const named = (text: string) =>
    text.replace(/'\.\/typelab-(cells|imports)\.mts'/g, (_, file) => `'./typelab-${file}${extensionOf(file)}'`);
  const configPath = join(folder, 'typelab-tsconfig.json');
  const config = configOf(options, folder, nearby, [path('imports'), path('cells'), path('cell')]);
  /**
   * The DOM's and Node's types take TypeScript 150 ms to read, the language's own 40. A first cell that is right with
   * these alone is right, so it need not wait: the others are read after it, or when a check finds anything at all.
   */
  let whole = languageOf(config).length === 0;
  let loose = false;
  let reconfigured = false;
  let widening: NodeJS.Timeout | undefined;
  let connection: Connection | undefined;
  let queue: Promise<unknown> = Promise.resolve();
  let closed = false;
  let globals: Promise<{ name: string; kind: number }[]> | undefined;

  async function askGlobals(): Promise<{ name: string; kind: number }[]> {
    const cell = 'globalThis.';
    const found = await request({ cell }, ({ checker }) => checker.getCompletionsAtPosition(path('cell'), cell.length));
    return (found?.entries ?? []).map(({ name, kind }) => ({ name, kind: kind ?? 6 }));
  }

  const readFile = (name: string): string | undefined => {
    if (name === configPath) {
      const asked = loose ? { ...config, compilerOptions: { ...config.compilerOptions, strict: false } } : config;
      return JSON.stringify(whole ? asked : languageOnly(asked));
    }
    for (const file of ['imports', 'cells', 'cell'] as const) if (name === path(file)) return named(texts[file]);
    return undefined;
  };

  async function start(): Promise<Connection> {
    const api = new API({ cwd: folder, fs: { readFile } });
    const { client } = api as unknown as { client: Client };
    // Before anything is asked: a request on an unconnected client starts a process of its own.
    await client.connect();
    const child = client.process;
    if (child) {
      leash(child);
      client.connection?.dispose();
      child.stdout.removeAllListeners('data');
      client.connection = createLink(child, (method, params) => {
        const content = method === 'readFile' ? readFile(params as string) : undefined;
        return content === undefined ? undefined : { content };
      });
    }
    const died = deathOf(client);
    // Nobody may be waiting when it dies; the next request starts a new one.
    died.catch(() => {});
    const alive = <T>(promise: Promise<T>) => Promise.race([promise, died]);
    const snapshot = await alive(api.updateSnapshot({ openProjects: [configPath] }));
    const modules = new Map<string, number>();
    // Started again: the cells before have imported modules already.
    const [project] = snapshot.getProjects();
    if (project && /\$[id]\d/.test(texts.imports)) await alive(rememberModules(project.program, modules));
    if (!whole) widenIn(IDLE);
    return { api, alive, snapshot, modules, forgotten: false, checks: 0, disposed: Promise.resolve() };
  }

  function widenIn(milliseconds: number): void {
    clearTimeout(widening);
    widening = setTimeout(() => void request({}, async () => {}).catch(() => {}), milliseconds);
    widening.unref();
  }

  async function widen(): Promise<void> {
    clearTimeout(widening);
    if (whole) return;
    whole = true;
    if (connection) await update(connection, { changed: [configPath] });
  }

  async function update(current: Connection, fileChanges: FileChanges): Promise<void> {
    const before = current.snapshot;
    current.snapshot = await current.alive(current.api.updateSnapshot({ fileChanges }));
    current.disposed = before.dispose().catch(() => {});
  }

  async function attempt<T>(
    files: Files,
    ask: (program: Program, current: Connection) => Promise<T>,
    needs: 'language' | 'whole',
  ): Promise<T> {
    if (closed) throw new Error('The TypeScript checker is closed.');
    if (needs === 'whole') await widen();
    if (reconfigured && connection) await update(connection, { changed: [configPath] });
    reconfigured = false;
    const changed = (Object.keys(files) as FileName[]).filter(
      (file) => files[file] !== undefined && files[file] !== texts[file],
    );
    for (const file of changed) texts[file] = files[file]!;
    if (connection) {
      const edited = editedModules(connection.modules);
      if (changed.length > 0 || edited.length > 0 || connection.forgotten) {
        if (connection.forgotten) await update(connection, { invalidateAll: true });
        // One file at a time: TypeScript keeps the program when a single file changed, else it builds it anew (1 ms or 10).
        else for (const file of [...changed.map(path), ...edited]) await update(connection, { changed: [file] });
        connection.forgotten = false;
      }
    } else connection = await start();
    const program = connection.snapshot.getProjects()[0];
    if (!program) throw new Error('TypeScript opened no project.');
    const answer = await connection.alive(ask(program, connection));
    // Only new imports bring new local modules, whoever asked: a completion of a cell that is run later, too.
    if (changed.includes('imports')) await connection.alive(rememberModules(program.program, connection.modules));
    return answer;
  }

  function request<T>(
    files: Files,
    ask: (program: Program, current: Connection) => Promise<T>,
    needs: 'language' | 'whole' = 'whole',
  ): Promise<T> {
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

  return {
    settings: nearby.lower,
    path,
    async check(files, diagnose) {
      const look = async ({ program }: Program) => {
        const found = new Map<FileName, Diagnostic[]>();
        await Promise.all(
          diagnose.map(async (file) => {
            const [syntax, semantics] = await Promise.all([
              program.getSyntacticDiagnostics(path(file)),
              program.getSemanticDiagnostics(path(file)),
            ]);
            found.set(file, [...syntax, ...semantics]);
          }),
        );
        return found;
      };
      if (whole || diagnose.includes('imports')) return request(files, look);
      const found = await request(files, look, 'language');
      if ([...found.values()].some((problems) => problems.length > 0)) return request(files, look);
      if (!whole && connection) widenIn(connection.checks++ > 0 ? AFTER : IDLE);
      return found;
    },
    ask: (files, ask) => request(files, ask),
    globals: () => (globals ??= askGlobals()),
    modules: (prefix) => modulesLike(prefix, folder, nodeModulesOf(options.typelabLib)),
    forget() {
      if (connection) connection.forgotten = true;
    },
    loosen(on) {
      if (loose === on || nearby.options.strict !== undefined) return;
      loose = on;
      reconfigured = true;
    },
    async close() {
      closed = true;
      clearTimeout(widening);
      // What is being asked may finish, but not keep the kernel from ending.
      const late = new Promise((resolve) => setTimeout(resolve, 500).unref());
      await Promise.race([late, queue.then(() => connection?.disposed)]);
      if (connection) stop(connection.api);
      connection = undefined;
    },
  };
}

const scripts = { '.mts': '.mjs', '.tsx': '.jsx' };

/** Milliseconds without a cell until the other types are read, and after a first cell, whose answer goes out meanwhile. */
const IDLE = 300;
const AFTER = 20;

type FileChanges = { changed: string[] } | { invalidateAll: true };

type Connection = {
  api: API;
  alive<T>(promise: Promise<T>): Promise<T>;
  snapshot: Snapshot;
  /** Local modules of the program, with the time of their last change. */
  modules: Map<string, number>;
  forgotten: boolean;
  /** Checks that needed the language's own types only; the first is the warm-up. */
  checks: number;
  /** The last snapshot's end, which nobody else waits for. */
  disposed: Promise<void>;
};

class Died extends Error {}

type Client = {
  process?: ChildProcessByStdio<Writable, Readable, null>;
  connection?: Link;
  connect(): Promise<void>;
  close(): Promise<void>;
};

/** The client does not tell when its process ends, and what was asked then is never answered: watch the process itself. */
function deathOf({ process }: Client): Promise<never> {
  return new Promise((_, reject) => {
    const died = () => reject(new Died('The TypeScript process ended.'));
    if (!process) return;
    process.once('exit', died);
    // A write may find the pipe broken before the exit is told.
    process.stdin.on('error', died);
  });
}

/**
 * TypeScript ends when its input does, but not while it waits for a file that was asked of us: a kernel that is killed then
 * would leave it behind for ever. The system closes the shell's input however the kernel ends.
 */
function leash(child: ChildProcessByStdio<Writable, Readable, null>): void {
  if (process.platform === 'win32' || child.pid === undefined) return;
  const shell = spawn('/bin/sh', ['-c', 'read -r _; kill -9 "$0"', String(child.pid)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: '/',
  });
  shell.on('error', () => {});
  shell.stdin.on('error', () => {});
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  // Its number may be another's soon.
  child.once('exit', () => shell.kill('SIGKILL'));
}

/** It has nothing to save, and a gentle signal leaves it waiting for input for ever. */
function stop(api: API): void {
  const { client } = api as unknown as { client: Client };
  const child = client.process;
  child?.stdin.on('error', () => {});
  void client.close();
  child?.kill('SIGKILL');
}

function editedModules(modules: Map<string, number>): string[] {
  const edited: string[] = [];
  for (const [file, time] of modules) {
    const now = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (now !== time) {
      edited.push(file);
      modules.set(file, now);
    }
  }
  return edited;
}

async function rememberModules(program: Program['program'], modules: Map<string, number>): Promise<void> {
  for (const file of await program.getSourceFileNames()) {
    if (
      modules.has(file) ||
      /[\\/]node_modules[\\/]|^bundled:|[\\/]typelab-(?:imports|cells|cell)\.(?:m[tj]s|[tj]sx)$/.test(file)
    )
      continue;
    modules.set(file, statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  }
}

function modulesLike(prefix: string, folder: string, own: string | undefined): { text: string; type: string }[] {
  const list = (path: string) => {
    try {
      return readdirSync(path, { withFileTypes: true });
    } catch {
      return [];
    }
  };
  if (/^\.{0,2}\//.test(prefix) || prefix === '.' || prefix === '..') {
    const parent = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    return list(resolve(folder, parent))
      .filter((entry) => entry.isDirectory() || /\.(?:[cm]?[jt]sx?|json)$/.test(entry.name))
      .map((entry) => ({
        text: `${parent}${entry.name}${entry.isDirectory() ? '/' : ''}`,
        type: entry.isDirectory() ? 'folder' : 'file',
      }))
      .filter(({ text }) => text.startsWith(prefix) && !/(?:^|\/)node_modules\/$/.test(text));
  }
  const names = new Set(['typelab', 'typelab/kernel', 'tslab']);
  // `fs` means node:fs where somebody types it so.
  if (prefix !== '') for (const name of builtinModules) if (!/^_|:/.test(name)) names.add(name);
  for (const name of builtinModules)
    if (!name.startsWith('_')) names.add(name.startsWith('node:') ? name : `node:${name}`);
  for (const name of own ? dependencies(own) : []) names.add(name);
  for (const parent of ancestors(folder).map((one) => join(one, 'node_modules')))
    for (const entry of list(parent)) {
      if (entry.name.startsWith('@'))
        for (const inner of list(join(parent, entry.name))) names.add(`${entry.name}/${inner.name}`);
      else if (!entry.name.startsWith('.')) names.add(entry.name);
    }
  return [...names]
    .filter((name) => name.startsWith(prefix) && !name.startsWith('@types/'))
    .sort()
    .map((text) => ({ text, type: 'module' }));
}

/** What a notebook's author expects without any tsconfig.json: strict, modern, with Node's types. */
function configOf(options: ProjectOptions, folder: string, nearby: NearbyConfig, files: string[]): Config {
  const paths: Record<string, string[]> = {
    typelab: [options.typelabLib],
    'typelab/kernel': [options.typelabKernel],
  };
  const own = nodeModulesOf(options.typelabLib) ?? nodeModulesOf(import.meta.dirname);
  const typeRoots = [...ancestors(folder).map((parent) => join(parent, 'node_modules', '@types'))];
  if (own) {
    typeRoots.push(join(own, '@types'));
    for (const name of dependencies(own)) {
      const isInstalled = ancestors(folder).some((parent) =>
        existsSync(join(parent, 'node_modules', name, 'package.json')),
      );
      const types = !isInstalled || name === 'tslab' ? typesOf(own, name) : undefined;
      if (types) paths[name] = [types];
    }
  }
  return {
    compilerOptions: {
      target: 'esnext',
      lib: ['esnext', 'dom', 'dom.iterable', 'dom.asynciterable'],
      module: 'esnext',
      moduleResolution: 'bundler',
      moduleDetection: 'force',
      customConditions: ['node'],
      types: ['node'],
      typeRoots: typeRoots.filter((root) => existsSync(root)),
      strict: true,
      allowImportingTsExtensions: true,
      resolveJsonModule: true,
      allowJs: true,
      // A local .tsx may be imported; in a cell JSX has to be asked for.
      jsx: 'react',
      checkJs: false,
      skipLibCheck: true,
      ...nearby.options,
      noEmit: true,
      paths: { ...(nearby.options.paths as object | undefined), ...paths },
    },
    files,
  };
}

type Config = { compilerOptions: Record<string, unknown>; files: string[] };

function languageOnly({ compilerOptions, files }: Config): Config {
  return { compilerOptions: { ...compilerOptions, lib: languageOf({ compilerOptions }), types: [] }, files };
}

/** Of `lib`, what is JavaScript's own: a nearby tsconfig.json may name an older one. */
function languageOf({ compilerOptions }: Pick<Config, 'compilerOptions'>): string[] {
  return (compilerOptions.lib as string[]).filter((name) => /^es/i.test(name));
}

function ancestors(folder: string): string[] {
  const parent = dirname(folder);
  return parent === folder ? [folder] : [folder, ...ancestors(parent)];
}

function nodeModulesOf(file: string): string | undefined {
  const parent = ancestors(dirname(file)).find((one) => existsSync(join(one, 'node_modules', 'typescript')));
  return parent && join(parent, 'node_modules');
}

/** typelab's own dependencies are there for every notebook. */
function dependencies(nodeModules: string): string[] {
  const manifest = json(join(dirname(nodeModules), 'package.json'));
  return Object.keys((manifest?.dependencies as object | undefined) ?? {}).filter(
    (name) => !name.startsWith('@types/'),
  );
}

function typesOf(nodeModules: string, name: string): string | undefined {
  const folder = join(nodeModules, name);
  const manifest = json(join(folder, 'package.json'));
  const entry = manifest && (typesIn(manifest.exports) ?? manifest.types ?? manifest.typings);
  const candidates = [
    typeof entry === 'string' ? join(folder, entry) : '',
    join(folder, 'index.d.ts'),
    ...(typeof manifest?.main === 'string' ? [join(folder, manifest.main.replace(/\.[cm]?js$/, '.d.ts'))] : []),
    join(nodeModules, '@types', name.replace(/^@(.*)\//, '$1__'), 'index.d.ts'),
  ];
  return candidates.find((file) => /\.d\.[cm]?ts$/.test(file) && existsSync(file));
}

function typesIn(exports: unknown): string | undefined {
  if (typeof exports !== 'object' || exports === null) return undefined;
  const map = exports as Record<string, unknown>;
  for (const key of ['.', 'types', 'import', 'node', 'default']) {
    const value = map[key];
    if (typeof value === 'string' && /\.d\.[cm]?ts$/.test(value)) return value;
    const inner = typesIn(value);
    if (inner) return inner;
  }
  return undefined;
}

function json(file: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
