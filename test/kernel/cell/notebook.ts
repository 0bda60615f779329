import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import vm from 'node:vm';
import { type CellFailure, type Cells, type CompiledCell, openCells } from '../../../kernel/cell/cells.ts';

const here = dirname(fileURLToPath(import.meta.url));

/** A session in a folder of its own, with the smallest runtime that the compiled code needs. */
export type Notebook = {
  folder: string;
  cells: Cells;
  scope: Record<string, { value: unknown }>;
  /** What magics were asked for. */
  calls: unknown[][];
  compile(source: string): Promise<CompiledCell | CellFailure>;
  /** Compiles and runs; the value of the last expression. */
  run(source: string): Promise<unknown>;
  close(): void;
};

/** @param inside a folder of the temporary one */
export function openNotebook(files: Record<string, string> = {}, inside = ''): Notebook {
  const base = mkdtempSync(join(tmpdir(), 'typelab-cell-'));
  const folder = join(base, inside);
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  const cells = openCells({
    folder,
    typelabLib: join(here, 'fixtures', 'lib.ts'),
    typelabKernel: join(here, 'fixtures', 'kernel.ts'),
  });
  const scope: Notebook['scope'] = Object.create(null);
  const calls: unknown[][] = [];
  const require = createRequire(join(folder, 'notebook.ts'));
  const record =
    (method: string) =>
    (name: string, parts: unknown[], ...rest: unknown[]) => {
      calls.push([method, name, parts.map(String).join(''), ...rest.filter((one) => typeof one === 'string')]);
      const run = rest.find((one) => typeof one === 'function') as (() => unknown) | undefined;
      return run?.();
    };
  const context = {
    scope,
    import: (specifier: string, options?: ImportCallOptions) => {
      if (!specifier.startsWith('.')) return import(specifier, options);
      return import(pathToFileURL(join(folder, specifier)).href, options);
    },
    require,
    meta: {
      url: pathToFileURL(join(folder, 'notebook.ts')).href,
      dirname: folder,
      filename: join(folder, 'notebook.ts'),
    },
    magic: async (name: string, parts: unknown[], run?: () => unknown) => record('magic')(name, parts, run),
    magicSync: record('magicSync'),
    capture: async (name: string, parts: unknown[]) => {
      record('capture')(name, parts);
      return ['one', 'two'];
    },
    captureSync: (name: string, parts: unknown[]) => {
      record('captureSync')(name, parts);
      return ['one', 'two'];
    },
    cellMagic: async (name: string, parts: unknown[], body: string, run?: () => unknown) => {
      const result = record('cellMagic')(name, parts, body, run);
      return result ?? { server: { pid: 1 }, out: { stdout: 'text' } };
    },
  };
  let number = 0;
  const notebook: Notebook = {
    folder,
    cells,
    scope,
    calls,
    compile: (source) => cells.compile(source, ++number),
    async run(source) {
      const cell = await notebook.compile(source);
      if (!('code' in cell)) throw new Error(`${cell.ename}: ${cell.evalue}`);
      for (const key of cell.keys) scope[key] ??= { value: undefined };
      for (const {
        to: [key, member],
        from: [from, ...members],
      } of cell.starts) {
        const value = members.reduce<unknown>(
          (owner, member) => (owner as Record<string, unknown>)[member],
          scope[from!]?.value,
        );
        scope[key!] = {
          value: member === undefined ? value : { ...(scope[key!]?.value as object), [member]: value },
        };
      }
      const body = new vm.Script(cell.code, {
        filename: cell.file,
        importModuleDynamically: vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER,
      }).runInThisContext() as (context: unknown) => Promise<{ value: unknown } | undefined>;
      return (await body(context))?.value;
    },
    close() {
      cells.close();
      rmSync(base, { recursive: true, force: true });
    },
  };
  return notebook;
}
