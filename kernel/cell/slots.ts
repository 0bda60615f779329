import type { Kind } from './declared.ts';
import type { Parsed } from './parse.ts';

/** Where a name of the session lives. */
export type Slot = {
  name: string;
  kind: Kind;
  /** Its identifier in the checker's files: `x`, and `x$2` when a later cell declared x again. */
  symbol: string;
  from: 'cells' | 'imports';
  /** Its place on the runtime's scope: `['x$2']`, `['fs@3', 'readFileSync']`; undefined for types and ambient names. */
  path?: string[];
  /** The statement that declares it, as the user wrote it. */
  source?: string;
};

/** A name can be a value and a type at once, from different cells. */
export type Names = Map<string, { value?: Slot; type?: Slot }>;

/** Names that the runtime assigns, as in IPython. A user's own variable of such a name gets another slot. */
export function predefined(name: string): string | undefined {
  if (/^(?:_i\d*|_ii|_iii)$/.test(name)) return 'string';
  if (/^(?:_{1,3}|_\d+)$/.test(name)) return 'any';
  if (name === 'In' || name === '_ih' || name === '_dh') return 'string[]';
  if (name === 'Out' || name === '_oh') return 'Record<number, any>';
  return name === '_exit_code' ? 'number' : undefined;
}

/** Where such a name lives. */
export function predefinedSlot(name: string): Slot | undefined {
  if (!/^(?:_{1,3}|_\d+|_i{1,3}|_i\d+|_[oid]h|In|Out|_exit_code)$/.test(name)) return undefined;
  return { name, kind: 'let', symbol: name, from: 'cells', path: [name] };
}

/** The new slots of a cell. Nothing of the session changes until the cell has been accepted. */
export function slotsOf(parsed: Parsed, isTaken: (symbol: string) => boolean, imported: Map<string, Slot>): Names {
  const names: Names = new Map();
  const symbols = new Map<string, string>();
  for (const { name, kind, value, type } of parsed.declared) {
    const entry = names.get(name) ?? {};
    names.set(name, entry);
    if (kind === 'import') {
      const slot = imported.get(name);
      if (slot) Object.assign(entry, { value: slot, type: slot });
      continue;
    }
    // One symbol a name and cell: an interface and a const of one name, or overloads, belong together.
    const symbol = symbols.get(name) ?? freeSymbol(name, isTaken);
    symbols.set(name, symbol);
    const slot: Slot = { name, kind, symbol, from: 'cells' };
    if (value && kind !== 'ambient') slot.path = [symbol];
    if (value && !(entry.value?.path && !slot.path)) entry.value = slot;
    if (type) entry.type = entry.type?.path ? entry.type : slot;
  }
  for (const { name, of } of parsed.aliases) {
    const entry = names.get(of);
    if (entry && !names.has(name)) names.set(name, entry);
  }
  return names;
}

export function freeSymbol(name: string, isTaken: (symbol: string) => boolean): string {
  let symbol = name;
  for (let n = 2; isTaken(symbol) || predefined(symbol) !== undefined || /^\$(?:\d*|[dit]\d+)$/.test(symbol); n++)
    symbol = `${name}$${n}`;
  return symbol;
}
