import type { CompiledCell } from '../cell/compile.ts';
import type { MagicHost } from '../magics/magic.ts';
import { type MagicRequest, runMagic, runMagicSync } from '../magics/registry.ts';
import type { Cell } from './current.ts';
import type { Modules } from './modules.ts';
import type { Box } from './session-state.ts';

type Run = () => unknown;

/** `$` in a compiled cell. */
export type CellContext = {
  /** The notebook's top-level variables that this cell mentions; the compiler chooses the keys. */
  scope: Record<string, Box>;
  /** The value of a name that was not known when the cell was compiled: a later cell's, or a global's. @throws ReferenceError */
  later(name: string): unknown;
  import(specifier: string, options?: ImportCallOptions): Promise<unknown>;
  require: NodeJS.Require;
  module: NodeJS.Module;
  meta: ImportMeta;
  /** `parts` alternate literal text and values. `run` is the code after a %time. */
  magic(name: string, parts: readonly unknown[], run?: Run): Promise<unknown>;
  magicSync(name: string, parts: readonly unknown[], run?: Run): unknown;
  /** `const out = !cmd` and `= %magic`. */
  capture(name: string, parts: readonly unknown[], run?: Run): Promise<unknown>;
  captureSync(name: string, parts: readonly unknown[], run?: Run): unknown;
  /** Resolves to the variables that options such as `--out NAME` name, by name, where there are any; `run` is the rest of the cell where that is TypeScript. */
  cellMagic(name: string, parts: readonly unknown[], body: string, run?: Run): Promise<unknown>;
};

export type ContextOptions = {
  compiled: CompiledCell;
  cell: Cell;
  host: MagicHost;
  scope: Record<string, Box>;
  modules: Modules;
};

export function createContext({ compiled, cell, host, scope, modules }: ContextOptions): CellContext {
  const request = (
    name: string,
    parts: readonly unknown[],
    run?: Run,
    body?: string,
    assign: MagicRequest['assign'] = () => {},
  ): MagicRequest => {
    // What an interrupted cell still does must not start anything new.
    cell.signal.throwIfAborted();
    return { host, cell, name, parts, body, assign, run: run && (async () => run()) };
  };
  const captured = (name: string, parts: readonly unknown[], run?: Run): MagicRequest => {
    if (name === '%ls') return request('!!', [`ls ${parts[0]}`, ...parts.slice(1)], run);
    return request(name === '!' ? '!!' : name, parts, run);
  };
  return {
    scope,
    ...modules,
    later: (name) => {
      if (!host.variables.has(name) && !(name in globalThis)) throw new ReferenceError(`${name} is not defined`);
      return host.lookup(name);
    },
    magic: async (name, parts, run) => runMagic(request(name, parts, run)),
    magicSync: (name, parts, run) => runMagicSync(request(name, parts, run)),
    capture: async (name, parts, run) => runMagic(captured(name, parts, run)),
    captureSync: (name, parts, run) => runMagicSync(captured(name, parts, run)),
    cellMagic: async (name, parts, body, run) => {
      const assigned: Record<string, unknown> = {};
      // At once, since a script that fails has written its --out too; and for the cell's code, which binds them again.
      const assign = (variable: string, value: unknown): void => {
        assigned[variable] = value;
        host.assign(compiled.slots[variable] ?? [variable], value);
      };
      const value = await runMagic(request(cellName(name), parts, run, body, assign));
      return Object.keys(assigned).length > 0 ? assigned : value;
    },
  };
}

function cellName(name: string): string {
  return name.startsWith('%%') ? name : `%%${name.replace(/^%/, '')}`;
}
