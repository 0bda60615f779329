import { variablesOf } from './declared.ts';
import type { CellImports } from './imports.ts';
import { type Node, unexported } from './node.ts';
import type { Parsed } from './parse.ts';
import { join, type Piece, type Pieces } from './positions.ts';
import type { ReadCell } from './read-cell.ts';
import type { Names } from './slots.ts';

/** What a cell leaves behind for later ones: its declarations, under the session's symbols; they lead back to the cell's text. */
export function declarationsOf(
  { split, parsed, imports }: Pick<ReadCell, 'split' | 'parsed' | 'imports'>,
  names: Names,
  settled: Map<number, string> = new Map(),
): Pieces {
  const edits = editsOf(parsed, imports, names);
  const pieces: Piece[] = [];
  const copy = (start: number, end: number) =>
    pieces.push({ text: split.text.slice(start, end), start, end, verbatim: true });
  const write = (text: string, start: number, end = start) => pieces.push({ text, start, end, verbatim: false });
  for (const statement of parsed.program.body) {
    const range = keptRange(statement);
    if (!range) continue;
    write(documentation(split.text, statement.start), statement.start);
    const variables = settledVariables(statement, names, settled);
    if (variables) {
      for (const { text, start } of variables) write(text, start);
      continue;
    }
    let from = range.start;
    for (const edit of edits) {
      if (edit.start < from || edit.end > range.end) continue;
      copy(from, edit.start);
      write(edit.text, edit.start, edit.end);
      from = edit.end;
    }
    copy(from, range.end);
    // Nothing may stand between the overloads of a function.
    const isOverload = unexported(statement).type === 'TSDeclareFunction';
    write(isOverload ? '\n' : ';\n', range.end);
  }
  for (const { name, start } of parsed.undeclared)
    write(`declare var ${names.get(name)!.value!.symbol}: ${settled.get(start) ?? 'any'};\n`, start);
  const captured = split.wrapper?.assigns;
  if (captured) write(`declare let ${names.get(captured)?.value?.symbol ?? captured}: CapturedOutput;\n`, 0);
  return join(pieces);
}

/** cells.mts around the declarations of all cells. */
export function cellsText(chunks: { text: string }[], symbols: Set<string>, imported: Set<string>): string {
  const declarations = chunks.map(({ text }) => text).join('');
  return `${headOf(imported)}${declarations}export { ${[...symbols].join(', ')} };\n`;
}

/** Whose declarations stand at an offset of cells.mts, and where in them. */
export function chunkAt<T extends { text: string }>(
  chunks: T[],
  imported: Set<string>,
  offset: number,
): { chunk: T; offset: number } | undefined {
  let start = headOf(imported).length;
  for (const chunk of chunks) {
    if (offset >= start && offset < start + chunk.text.length) return { chunk, offset: offset - start };
    start += chunk.text.length;
  }
  return undefined;
}

function headOf(imported: Set<string>): string {
  const imports = ['type $Context', 'type StringList', 'type BackgroundJob', 'type CapturedOutput', ...imported];
  return `import { ${imports.join(', ')} } from './typelab-imports.mts';
declare const $: $Context, $0: $Context, $1: $Context;
declare let _: any, __: any, ___: any, Out: any, In: string[];
`;
}

type Edit = { start: number; end: number; text: string };

/** The session's symbols in place of the names that were typed. */
function editsOf(parsed: Parsed, imports: CellImports, names: Names): Edit[] {
  const edits: Edit[] = [];
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
  return edits.sort((a, b) => a.start - b.start);
}

/** Variables whose types are known: without their initialisers, no check has to infer its way through all cells. */
function settledVariables(
  statement: Node,
  names: Names,
  settled: Map<number, string>,
): { text: string; start: number }[] | undefined {
  const node = unexported(statement);
  if (node.type !== 'VariableDeclaration') return undefined;
  const variables = variablesOf(node);
  if (variables.length === 0 || !variables.every(({ id }) => settled.has(id.start))) return undefined;
  return variables.map(({ id, kind }) => {
    const name = id.name as string;
    const symbol = names.get(name)?.value?.symbol ?? name;
    const keyword = kind === 'let' || kind === 'var' ? kind : 'const';
    return { text: `declare ${keyword} ${symbol}: ${settled.get(id.start)};\n`, start: id.start };
  });
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
