import { fileURLToPath } from 'node:url';
import type { Dialect } from '../lower.ts';
import { cellsText, chunkAt, declarationsOf } from './declarations.ts';
import { placeInCell } from './failure.ts';
import { type CellImports, type ImportTable, importTable } from './imports.ts';
import { parse } from './parse.ts';
import { linesOf } from './positions.ts';
import type { ReadCell } from './read-cell.ts';
import type { Names } from './slots.ts';
import { importsText } from './texts.ts';

/** What the cells before have left: names, and the text in which the checker sees them. */
export type Past = {
  names: Names;
  table: ImportTable;
  /** A name in the checker's files that a new one must not get. */
  isTaken(symbol: string): boolean;
  files(table?: ImportTable): { imports: string; cells: string };
  /** Where the user typed what stands at an offset of cells.mts. */
  placeOf(offset: number): string | undefined;
  /** A cell may run: what it declares is there from now on. */
  accept(cell: ReadCell): Accepted;
  /** @param types of its variables, by where they are declared; see settle.ts */
  settle(accepted: Accepted, types: Map<number, string>): void;
  /** Imports of a cell that does not run are resolved anew when it is tried again. */
  takeBack(imports: CellImports): void;
  /** The cells to come are in another dialect than those before. */
  change(before: Dialect, now: Dialect): void;
  /** `%reset` */
  forget(): void;
};

export type Accepted = {
  cell: ReadCell;
  /** The session's names at that time. */
  names: Names;
  /** The index of what it left; undefined for nothing. */
  chunk?: number;
};

type Chunk = {
  text: string;
  /** Where the user typed what stands at an offset. */
  placeOf?(offset: number): string;
};

export function createPast(): Past {
  const contextFile = fileURLToPath(new URL('./context.ts', import.meta.url));
  const table = importTable();
  const names: Names = new Map();
  let chunks: Chunk[] = [];
  const symbols = new Set<string>();
  const taken = new Set<string>();
  const imported = new Set<string>();

  function accept(cell: ReadCell): Accepted {
    const { parsed, imports, own } = cell;
    const all: Names = new Map(names);
    for (const [name, entry] of own) all.set(name, { ...names.get(name), ...entry });
    for (const { name } of parsed.uses) if (!all.has(name)) taken.add(name);
    for (const { value, type } of own.values())
      for (const slot of [value, type]) {
        if (!slot) continue;
        taken.add(slot.symbol);
        if (slot.from === 'cells') symbols.add(slot.symbol);
        else imported.add(slot.symbol);
      }
    for (const { entry } of imports.dynamic) imported.add(entry.symbol);
    noteSources(cell);
    const chunk = chunkOf(cell, all);
    for (const name of own.keys()) names.set(name, all.get(name)!);
    return { cell, names: all, ...(chunk.text ? { chunk: chunks.push(chunk) - 1 } : {}) };
  }

  return {
    names,
    table,
    isTaken: (symbol) => taken.has(symbol),
    files: (other = table) => ({
      imports: importsText(other, contextFile),
      cells: cellsText(chunks, symbols, imported),
    }),
    placeOf(offset) {
      const found = chunkAt(chunks, imported, offset);
      return found?.chunk.placeOf?.(found.offset);
    },
    accept,
    settle({ cell, names, chunk }, types) {
      if (chunk !== undefined && types.size > 0) chunks[chunk] = chunkOf(cell, names, types);
    },
    takeBack({ names, dynamic }) {
      const entries = new Set([...names, ...dynamic].map(({ entry }) => entry));
      for (const [key, entry] of table.entries)
        if (entries.has(entry) && !imported.has(entry.symbol)) table.entries.delete(key);
    },
    change(before, now) {
      chunks = chunks.map(({ text }) => ({ text: readable(text, before, now) }));
    },
    forget: () => names.clear(),
  };
}

/** How each name was declared, for `%psource` and `NAME??`. */
function noteSources({ source, split, parsed, own }: ReadCell): void {
  for (const { name, start } of parsed.declared) {
    const statement = parsed.program.body.find((one) => start >= one.start && start < one.end);
    const { value, type } = own.get(name) ?? {};
    for (const slot of [value, type])
      if (slot && statement) slot.source = source.slice(split.toSource(statement.start), split.toSource(statement.end));
  }
}

function chunkOf(cell: ReadCell, names: Names, types?: Map<number, string>): Chunk {
  const { source, number, split } = cell;
  const { text, toSource } = declarationsOf(cell, names, types);
  return { text, placeOf: (offset) => placeInCell(number, linesOf(source).at(split.toSource(toSource(offset)))) };
}

/**
 * JSX and `<T>x` exclude each other. When tsconfig.json changes which of them is meant, a statement of before that has the
 * other must not keep TypeScript from reading those around it.
 */
function readable(chunk: string, before: Dialect, now: Dialect): string {
  const isReadable = (text: string) => parse(text, now).errors.length === 0;
  if (isReadable(chunk)) return chunk;
  const { program, declared } = parse(chunk, before);
  let from = 0;
  let result = '';
  for (const { start, end } of program.body) {
    const names = declared.filter((one) => one.start >= start && one.end <= end).map(({ name }) => name);
    const text = chunk.slice(from, end);
    result += isReadable(text) ? text : names.map((name) => `declare let ${name}: any; type ${name} = any;`).join(' ');
    result += '\n';
    from = end;
  }
  return result;
}
