import type { CellImports, ImportTable } from './imports.ts';
import { type Node, type Parsed, variablesOf } from './parse.ts';
import { type Names, predefined, type Slot } from './slots.ts';
import type { Split } from './split.ts';

/** A stretch of the checker's text that stands for another one of the cell's text. */
export type Stand = { start: number; end: number; forStart: number; forEnd: number };

export type CheckText = {
  text: string;
  stands: Stand[];
  /** Where the text ends with each name that the cell assigns without a declaration. */
  undeclared: Map<string, number>;
};

/** The runtime's object, as the checker sees it: a magic's output can be used without `await`. */
const contextType =
  'export type $Context = { magic<T = any>(name: string, parts: unknown[], body?: () => T): Awaited<T>; capture(name: string, parts: unknown[], body?: () => unknown): StringList; cellMagic(name: string, parts: unknown[], body: string): any; meta: ImportMeta };';

/** imports.mts: every import of the session, one line each. */
export function importsText(table: ImportTable, contextFile: string): string {
  const types = `import type { StringList, BackgroundJob, CapturedOutput } from ${JSON.stringify(contextFile)};\nexport type { StringList, BackgroundJob, CapturedOutput };\n${contextType}\n`;
  return types + [...table.entries.values()].map(({ text }) => `${text}\n`).join('');
}

/** The cell's own text, its imports replaced, and after it declarations of what it uses from earlier cells. */
export function cellText(
  split: Split,
  parsed: Parsed,
  imports: CellImports,
  names: Names,
  own: Names,
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

/** What a cell leaves behind for later ones: its declarations, under the session's symbols. */
export function declarationsText(
  split: Split,
  parsed: Parsed,
  imports: CellImports,
  names: Names,
  settled: Map<number, string> = new Map(),
): string {
  const edits: { start: number; end: number; text: string }[] = [];
  for (const use of parsed.uses) {
    const entry = names.get(use.name);
    const slot = use.declares
      ? (entry?.value ?? entry?.type)
      : use.meaning === 'value'
        ? entry?.value
        : (entry?.type ?? entry?.value);
    if (!slot || slot.symbol === use.name || use.end === 0) continue;
    edits.push({ start: use.start, end: use.end, text: use.shorthand ? `${use.name}: ${slot.symbol}` : slot.symbol });
  }
  for (const { node, entry } of imports.dynamic)
    edits.push({ start: node.start, end: node.start + 6, text: entry.symbol });
  edits.sort((a, b) => a.start - b.start);
  let result = '';
  for (const statement of parsed.program.body) {
    const range = keptRange(statement);
    if (!range) continue;
    const variables = settledVariables(statement, names, settled);
    if (variables) {
      result += documentation(split.text, statement.start) + variables;
      continue;
    }
    result += documentation(split.text, statement.start);
    let from = range.start;
    for (const edit of edits) {
      if (edit.start < from || edit.end > range.end) continue;
      result += split.text.slice(from, edit.start) + edit.text;
      from = edit.end;
    }
    // Nothing may stand between the overloads of a function.
    const isOverload = ((statement.declaration as Node | null | undefined) ?? statement).type === 'TSDeclareFunction';
    result += `${split.text.slice(from, range.end)}${isOverload ? '' : ';'}\n`;
  }
  for (const { name, start } of parsed.undeclared)
    result += `declare var ${names.get(name)!.value!.symbol}: ${settled.get(start) ?? 'any'};\n`;
  const captured = split.wrapper?.assigns;
  if (captured) result += `declare let ${names.get(captured)?.value?.symbol ?? captured}: CapturedOutput;\n`;
  return result;
}

/** cells.mts around the declarations of all cells. */
export function cellsText(chunks: string[], symbols: Set<string>, imported: Set<string>): string {
  const imports = ['type $Context', 'type StringList', 'type BackgroundJob', 'type CapturedOutput', ...imported];
  return `import { ${imports.join(', ')} } from './typelab-imports.mts';
declare const $: $Context, $0: $Context, $1: $Context;
declare let _: any, __: any, ___: any, Out: any, In: string[];
${chunks.join('')}export { ${[...symbols].join(', ')} };
`;
}

/** Variables whose types are known: without their initialisers, no check has to infer its way through all cells. */
function settledVariables(statement: Node, names: Names, settled: Map<number, string>): string | undefined {
  const node = (statement.declaration as Node | null | undefined) ?? statement;
  if (node.type !== 'VariableDeclaration') return undefined;
  const variables = variablesOf(node);
  if (variables.length === 0 || !variables.every(({ id }) => settled.has(id.start))) return undefined;
  return variables
    .map(({ id, kind }) => {
      const name = id.name as string;
      const symbol = names.get(name)?.value?.symbol ?? name;
      return `declare ${kind === 'let' || kind === 'var' ? kind : 'const'} ${symbol}: ${settled.get(id.start)};\n`;
    })
    .join('');
}

/** The JSDoc comment right before a statement, for later inspection. */
function documentation(text: string, start: number): string {
  const before = text.slice(0, start).trimEnd();
  if (!before.endsWith('*/')) return '';
  const from = before.lastIndexOf('/**');
  return from >= 0 && !before.slice(from, -2).includes('*/') ? `${before.slice(from)}\n` : '';
}

function keptRange(statement: Node): { start: number; end: number } | undefined {
  switch (statement.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExpressionStatement':
    case 'EmptyStatement':
    case 'TSExportAssignment':
      return undefined;
    case 'ExportNamedDeclaration':
      return (statement.declaration as { start: number; end: number } | null) ?? undefined;
    case 'ExportDefaultDeclaration': {
      const declaration = statement.declaration as { id?: unknown; start: number; end: number };
      return declaration.id ? declaration : undefined;
    }
    case 'IfStatement':
    case 'ForStatement':
    case 'ForInStatement':
    case 'ForOfStatement':
    case 'WhileStatement':
    case 'DoWhileStatement':
    case 'TryStatement':
    case 'SwitchStatement':
    case 'LabeledStatement':
    case 'BlockStatement':
    case 'ThrowStatement':
      return variablesOf(statement, true).length > 0 ? statement : undefined;
    default:
      return statement;
  }
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
