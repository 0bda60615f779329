import type { Node } from './node.ts';
import type { Parsed } from './parse.ts';
import type { Slot } from './slots.ts';

/**
 * Everything that cells import, in one file of the checker. The cells' own files then import the same two files for ever:
 * TypeScript keeps a program's structure as long as no file's list of imports changes, which makes a check 10 times faster.
 */
export type ImportTable = { entries: Map<string, ImportEntry>; count: number };
export type ImportEntry = { symbol: string; text: string; module: string };

/** One name that a cell imports, and where its parts stand in the cell. */
export type CellImport = {
  local: string;
  entry: ImportEntry;
  node: Node;
  name: { start: number; end: number };
  source: { start: number; end: number };
};

export type CellImports = {
  names: CellImport[];
  dynamic: { node: Node; entry: ImportEntry }[];
  slots: Map<string, Slot>;
};

export const importTable = (): ImportTable => ({ entries: new Map(), count: 0 });

/** Adds what a cell imports to the table. */
export function importsOf(parsed: Parsed, text: string, number: number, table: ImportTable): CellImports {
  const result: CellImports = { names: [], dynamic: [], slots: new Map() };
  for (const node of parsed.program.body) {
    if (!['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration'].includes(node.type) || !node.source)
      continue;
    const source = node.source as Node & { value: string };
    const attributes = attributesOf(node);
    const from = `${JSON.stringify(plainSpecifier(source.value))}${attributes ? ` with ${JSON.stringify(attributes)}` : ''}`;
    const add = (imported: string | undefined, local: Node | undefined, isType: boolean) => {
      const type = isType ? 'type ' : '';
      const entry = entryOf(table, `${type}${imported} ${from}`, source.value, (symbol) => {
        if (imported === undefined) return `import ${from};`;
        // Not `export … from`: that cannot name a module whose export is one value, and finds no name that is nearly right.
        const names = { '*': `* as ${symbol}`, default: symbol }[imported] ?? `{ ${imported} as ${symbol} }`;
        return `import ${type}${names} from ${from}; export ${type}{ ${symbol} };`;
      });
      const name = local ?? source;
      const localName = local ? nameOf(local) : '';
      result.names.push({ local: localName, entry, node, name, source });
      if (!local || localName === 'default') return;
      const slot: Slot = { name: localName, kind: 'import', symbol: entry.symbol, from: 'imports' };
      const module = moduleSlot(source.value, number);
      if (!isType) slot.path = imported === '*' ? [module] : [module, importedName(imported!)];
      result.slots.set(localName, slot);
    };
    if (node.type === 'ExportAllDeclaration')
      add('*', (node.exported as Node | null) ?? undefined, node.exportKind === 'type');
    const specifiers = (node.specifiers as Node[] | undefined) ?? [];
    if (node.type === 'ImportDeclaration' && specifiers.length === 0) add(undefined, undefined, false);
    for (const specifier of specifiers) {
      const isType = [node.importKind, node.exportKind, specifier.importKind, specifier.exportKind].includes('type');
      if (node.type === 'ExportNamedDeclaration')
        add(text.slice(...rangeOf(specifier.local as Node)), specifier.exported as Node, isType);
      else if (specifier.type === 'ImportNamespaceSpecifier') add('*', specifier.local as Node, isType);
      else if (specifier.type === 'ImportDefaultSpecifier') add('default', specifier.local as Node, isType);
      else add(text.slice(...rangeOf(specifier.imported as Node)), specifier.local as Node, isType);
    }
  }
  for (const node of parsed.imports) {
    const source = node.source as Node;
    if (source.type !== 'Literal' || typeof source.value !== 'string') continue;
    const specifier = JSON.stringify(plainSpecifier(source.value));
    const entry = entryOf(table, `import() ${specifier}`, source.value, (symbol) => {
      // An import's own type, with the default export that JSON and CommonJS modules get.
      return `const ${symbol}_ = () => import(${specifier}); export declare function ${symbol}(specifier: string, options?: ImportCallOptions): ReturnType<typeof ${symbol}_>;`;
    });
    result.dynamic.push({ node, entry });
  }
  return result;
}

/** Deno's `npm:d3@7/shape` is `d3/shape` of whatever version is installed. */
export function plainSpecifier(specifier: string): string {
  const [, name, path = ''] = /^npm:\/?((?:@[^/@]+\/)?[^/@]+)(?:@[^/]*)?(\/.*)?$/.exec(specifier) ?? [];
  return name === undefined ? specifier : name + path;
}

/** Where the runtime keeps a module's namespace. */
export const moduleSlot = (specifier: string, number: number): string => `${specifier}@${number}`;

export function attributesOf(node: Node): Record<string, string> | undefined {
  const list = (node.attributes as Node[] | undefined) ?? [];
  if (list.length === 0) return undefined;
  return Object.fromEntries(list.map((one) => [nameOf(one.key as Node), String((one.value as Node).value)]));
}

function entryOf(table: ImportTable, key: string, module: string, text: (symbol: string) => string): ImportEntry {
  const known = table.entries.get(key);
  if (known) return known;
  const symbol = `$${key.startsWith('import()') ? 'd' : 'i'}${table.count++}`;
  const entry = { symbol, module, text: text(symbol) };
  table.entries.set(key, entry);
  return entry;
}

const nameOf = (node: Node) => String(node.name ?? node.value);
const rangeOf = (node: Node): [number, number] => [node.start, node.end];
const importedName = (text: string) => (/^["']/.test(text) ? (JSON.parse(`"${text.slice(1, -1)}"`) as string) : text);
