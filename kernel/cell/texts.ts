import type { ImportTable } from './imports.ts';
import type { Parsed } from './parse.ts';
import type { ReadCell } from './read-cell.ts';
import { type Names, predefined, type Slot } from './slots.ts';

/** A stretch of the checker's text that stands for another one of the cell's text. */
export type Stand = { start: number; end: number; forStart: number; forEnd: number };

export type CheckText = {
  text: string;
  stands: Stand[];
  /** Where the text ends with each name that the cell assigns without a declaration. */
  undeclared: Map<string, number>;
};

/** What `const x = !command` or `= %magic` gives. */
const capturedType =
  "type $Captured<N, T> = N extends '!' | '!!' | '%sx' | '%system' | '%ls' ? StringList : N extends '%pwd' ? string : N extends '%time' ? Awaited<T> : any;";

/** What `%timeit -o` gives; times are seconds of one loop. */
const timingType =
  'type $Timing = { readonly loops: number; readonly repeat: number; readonly timings: readonly number[]; readonly best: number; readonly worst: number; readonly average: number; readonly stdev: number };';

/** The runtime's object, as the checker sees it: a magic's output can be used without `await`. */
const contextType =
  'export type $Context = { magic(name: "%timeit", parts: unknown[], body?: () => unknown): $Timing; magic<T = any>(name: string, parts: unknown[], body?: () => T): Awaited<T>; capture<const N extends string, T = any>(name: N, parts: unknown[], body?: () => T): $Captured<N, T>; cellMagic(name: string, parts: unknown[], body: string): any; meta: ImportMeta };';

/** imports.mts: every import of the session, one line each. */
export function importsText(table: ImportTable, contextFile: string): string {
  const types = `import type { StringList, BackgroundJob, CapturedOutput } from ${JSON.stringify(contextFile)};\nexport type { StringList, BackgroundJob, CapturedOutput };\n${capturedType}\n${timingType}\n${contextType}\n`;
  return types + [...table.entries.values()].map(({ text }) => `${text}\n`).join('');
}

/** The cell's own text, its imports replaced, and after it declarations of what it uses from earlier cells. */
export function cellText(
  { split, parsed, imports, own }: ReadCell,
  names: Names,
  /** For completion: every name of the session is there, and this stands between the cell and them. */
  completing?: string,
): CheckText {
  const stands: Stand[] = [];
  let text = blank(split.text, parsed);
  for (const { node, entry } of imports.dynamic)
    text = text.slice(0, node.start) + entry.symbol.padEnd(6) + text.slice(node.start + 6);
  text += `${completing ?? ''}\n`;
  const used = new Map<string, { value: boolean; type: boolean }>();
  for (const use of parsed.uses) {
    const one = used.get(use.name) ?? { value: false, type: false };
    one[use.meaning] = true;
    used.set(use.name, one);
  }
  if (completing !== undefined)
    for (const name of names.keys()) if (!used.has(name)) used.set(name, { value: true, type: true });
  const fromImports = new Map<string, string>();
  const fromCells: string[] = [];
  const declarations: string[] = [];
  const bring = (slot: Slot, local: string) => {
    if (slot.from === 'imports') fromImports.set(local, slot.symbol);
    else fromCells.push(slot.symbol === local ? local : `${slot.symbol} as ${local}`);
  };
  let count = 0;
  for (const [name, uses] of used) {
    // `const User = …` in one cell and `type User = …` in the next are one name with two meanings.
    const mine = own.get(name);
    const entry = names.get(name);
    const value = uses.value && !mine?.value ? entry?.value : undefined;
    const type = (uses.type || !value) && !mine?.type ? entry?.type : undefined;
    const assignable = value && ['let', 'var'].includes(value.kind);
    const merged = value && uses.type && value !== type && type?.symbol === value.symbol;
    const both = value && (mine || (type && type.symbol !== value.symbol));
    // As a declaration a constant keeps TypeScript's own words for an assignment to it.
    if (value && !merged && (assignable || both || ['const', 'using'].includes(value.kind))) {
      // An imported name cannot be assigned; a declaration of the same type can. In a function's type, `typeof` does not
      // look for what the cell's statements narrow, which would go round in circles.
      bring(value, `$t${count}`);
      declarations.push(`declare ${assignable ? 'let' : 'const'} ${name}: ReturnType<() => typeof $t${count++}>;`);
    } else if (value) bring(value, name);
    // An imported class would clash with the value that the cell declares; a mere type does not.
    if (type && type.symbol !== value?.symbol && (!mine?.value || type.kind === 'type')) bring(type, name);
    const builtin = predefined(name);
    if (!entry && !mine && uses.value && builtin) declarations.push(`declare let ${name}: ${builtin};`);
  }
  const imported: { symbol: string; local: string; forStart: number; forEnd: number }[] = [];
  for (const { local, entry, name } of imports.names)
    if (local && local !== 'default')
      imported.push({ symbol: entry.symbol, local, forStart: name.start, forEnd: name.end });
  for (const { entry } of imports.dynamic) fromImports.set(entry.symbol, entry.symbol);
  text += 'import { type $Context, type StringList, type BackgroundJob, type CapturedOutput';
  for (const [local, symbol] of fromImports) text += `, ${symbol} as ${local}`;
  for (const { symbol, local, forStart, forEnd } of imported) {
    text += ', ';
    const start = text.length;
    text += `${symbol} as ${local}`;
    stands.push({ start, end: text.length, forStart, forEnd });
  }
  text += ` } from './typelab-imports.mts';\nimport { ${fromCells.join(', ')} } from './typelab-cells.mts';\n`;
  text += `declare const ${split.context}: $Context;\n${declarations.join('\n')}\n`;
  const captured = split.wrapper?.assigns;
  if (captured) text += `declare let ${captured}: CapturedOutput;\n`;
  const undeclared = new Map<string, number>();
  for (const { name } of parsed.undeclared) {
    text += `var ${name};\n`;
    undeclared.set(name, text.length);
    text += `${name};\n`;
  }
  return { text, stands, undeclared };
}

/** Imports from modules become spaces of the same length, so that every offset stays. */
function blank(text: string, parsed: Parsed): string {
  let result = text;
  for (const node of parsed.program.body)
    if (node.source && /^(?:Import|Export)/.test(node.type))
      result =
        result.slice(0, node.start) +
        result.slice(node.start, node.end).replace(/[^\n]/g, ' ') +
        result.slice(node.end);
  return result;
}
