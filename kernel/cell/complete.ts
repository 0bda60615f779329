import type { Kind } from './declared.ts';
import { docComment } from './doc-comment.ts';
import { lex } from './lex.ts';
import type { Parsed } from './parse.ts';
import type { Files, Project } from './project.ts';
import type { Names } from './slots.ts';
import type { Split } from './split.ts';
import { clean } from './wording.ts';

export type Match = { text: string; type: string; signature?: string };
export type Completion = { start: number; end: number; matches: Match[] };

/** A cell being typed, and what it is typed into. */
export type CellView = {
  source: string;
  split: Split;
  parsed: Parsed;
  names: Names;
  project: Project;
  files: Files;
  /** `%time`, `%%bash`, … */
  magics: string[];
};

/** The protocol's words for LSP's kinds, as JupyterLab shows them. */
const kinds: Record<number, string> = {
  2: 'method',
  3: 'function',
  4: 'class',
  5: 'property',
  6: 'variable',
  7: 'class',
  8: 'interface',
  9: 'module',
  10: 'property',
  12: 'value',
  13: 'enum',
  14: 'keyword',
  15: 'snippet',
  17: 'file',
  18: 'reference',
  19: 'folder',
  20: 'enum',
  21: 'constant',
  22: 'struct',
  25: 'type',
};
const most = 200;
const withSignatures = 20;

/** What could stand at the cursor, best first. */
export async function complete(view: CellView, cursor: number): Promise<Completion> {
  const { source, project } = view;
  const before = source.slice(0, cursor);
  const magic = /(?:^|\n)[ \t]*(%{1,2}\w*)$/.exec(before)?.[1];
  if (magic !== undefined) {
    const found = view.magics.filter((name) => name.startsWith(magic)).map((text) => ({ text, type: 'magic' }));
    return { start: cursor - magic.length, end: cursor, matches: found };
  }
  const module = /\b(?:from|import|require|import\s*\(|require\s*\()\s*(['"])([^'"\n]*)$/.exec(before)?.[2];
  if (module !== undefined) {
    const end = cursor + /^[^'"\n]*/.exec(source.slice(cursor))![0].length;
    return { start: cursor - module.length, end, matches: project.modules(module) };
  }
  const comment = docComment(source, cursor);
  if (comment) return { start: comment.start, end: comment.end, matches: [{ text: comment.text, type: 'snippet' }] };
  const start = cursor - /[\p{ID_Continue}$\u200c\u200d]*$/u.exec(before)![0].length;
  const end = cursor + /^[\p{ID_Continue}$\u200c\u200d]*/u.exec(source.slice(cursor))![0].length;
  const prefix = source.slice(start, cursor);
  const from = importedModule(source, cursor);
  if (from) {
    const text = `import * as $q from ${JSON.stringify(from)};\n$q.`;
    return { start, end, matches: (await members({ ...view, files: { cell: text } }, text.length, prefix)) ?? [] };
  }
  const position = view.split.toText(cursor);
  const matches = await members(view, position, prefix);
  if (matches) return { start, end, matches };
  const wanted = prefix === '' ? await literals(view, position, before) : [];
  return { start, end, matches: [...wanted, ...(await identifiers(view, start, prefix))] };
}

/** `"small"`, `"large"` where a value of those is wanted: what TypeScript would offer between the quotes. */
async function literals(view: CellView, position: number, before: string): Promise<Match[]> {
  if (!/(?:[=(,:?[|&]|\b(?:case|return))\s*$/.test(before)) return [];
  const { cell = '' } = view.files;
  const files = { ...view.files, cell: `${cell.slice(0, position)}""${cell.slice(position)}` };
  const found = (await members({ ...view, files }, position + 1, '')) ?? [];
  const quoted = (text: string) => {
    const double = JSON.stringify(text);
    // As the cell quotes its other strings.
    return /'/.test(view.source) && !/["']/.test(text) ? `'${double.slice(1, -1)}'` : double;
  };
  return found.map((match) => ({ ...match, text: quoted(match.text) }));
}

/** The module of the `import { | } from` around the cursor. */
function importedModule(source: string, cursor: number): string | undefined {
  if (!/\bimport\s+(?:type\s+)?(?:[\w$]+\s*,\s*)?\{[^{}'"]*$/.test(source.slice(0, cursor))) return undefined;
  return /^[^{}'"]*\}\s*from\s*(['"])([^'"\n]+)\1/.exec(source.slice(cursor))?.[2];
}

/** Members, keys and literals; undefined where any name could stand, for which TypeScript's API has no answer. */
async function members({ project, files }: CellView, position: number, prefix: string): Promise<Match[] | undefined> {
  const before = (files.cell ?? '').slice(0, position - prefix.length);
  const isMember = before.endsWith('.') && lex(before).unfinished !== 'string';
  return project.ask(files, async ({ checker }) => {
    const found = await checker
      .getCompletionsAtPosition(project.path('cell'), position, { includeSymbol: true })
      .catch((error: Error) => {
        if (/auto imports/.test(error.message)) return 'anything' as const;
        throw error;
      });
    if (found === 'anything') return undefined;
    // The checker marks an optional member `age?`; what is put into the cell is its name.
    const entries = (found?.entries ?? [])
      // In JavaScript any word of the file comes along as plain text.
      .filter(({ kind }) => kind !== 1)
      .map((entry) => ({ ...entry, name: entry.name.replace(/\?$/, '') }))
      // A key that needs quotes comes with them, to be found by what is in them; behind a dot it cannot stand.
      .filter(({ name }) => isOffered(name.replace(/^["']/, ''), prefix) && (isName(name) || !isMember));
    const ranked = rank(entries, prefix).slice(0, most);
    const first = ranked.slice(0, withSignatures);
    // In one question: each is a way to the other process and back.
    const types = await checker.getTypeOfSymbol(first.flatMap(({ symbol }) => symbol ?? []));
    const typeOf = new Map(first.filter(({ symbol }) => symbol).map((entry, index) => [entry, types[index]]));
    return Promise.all(
      ranked.map(async (entry): Promise<Match> => {
        const match: Match = { text: entry.name, type: kinds[entry.kind ?? 0] ?? 'text' };
        if (entry.detail) return { ...match, signature: entry.detail };
        const type = typeOf.get(entry);
        return type ? { ...match, signature: clean(await checker.typeToString(type), project.folder) } : match;
      }),
    );
  });
}

/** Names of the cell, of earlier cells, of JavaScript and its keywords. */
async function identifiers(view: CellView, start: number, prefix: string): Promise<Match[]> {
  const { split, parsed, names, project, files } = view;
  const near = new Map<string, string>();
  for (const { name, kind } of parsed.declared) near.set(name, slotType(kind));
  const words = lex(split.text).tokens;
  for (const [i, token] of words.entries()) {
    const isName = token.kind === 'word' && words[i - 1]?.text !== '.' && split.toSource(token.start) !== start;
    if (isName && !keywords.includes(token.text) && token.text !== split.context && !near.has(token.text))
      near.set(token.text, 'variable');
  }
  for (const [name, { value, type }] of names) near.set(name, slotType((value ?? type)!.kind));
  const globals = prefix === '' ? [] : await project.globals();
  return project.ask(files, async ({ checker }) => {
    const all = [
      ...[...near].map(([name, type]) => ({ name, type, sortText: '1' })),
      ...globals.map(({ name, kind }) => ({ name, type: kinds[kind] ?? 'variable', sortText: '2' })),
      ...keywords.map((name) => ({ name, type: 'keyword', sortText: '3' })),
    ];
    const chosen = rank(
      all.filter(({ name }) => isOffered(name, prefix)),
      prefix,
    ).slice(0, most);
    const place = { document: project.path('cell'), position: Math.min(split.toText(start), split.text.length) };
    return Promise.all(
      chosen.map(async ({ name, type }, index): Promise<Match> => {
        if (type === 'keyword' || (index >= withSignatures && type !== 'import')) return { text: name, type };
        const named = await checker.resolveName(name, valueFlags | typeFlags | alias, place);
        const symbol = named && named.flags & alias ? await checker.getAliasedSymbol(named) : named;
        if (!symbol) return { text: name, type };
        const shown = type === 'import' ? kindOf(symbol.flags) : type;
        if (!(symbol.flags & valueFlags)) return { text: name, type: shown };
        const found = await checker.getTypeOfSymbol(symbol);
        const signature = found && clean(await checker.typeToString(found), project.folder);
        return { text: name, type: shown, ...(signature ? { signature } : {}) };
      }),
    );
  });
}

/** TypeScript's SymbolFlags: Value, Type, Alias. */
const valueFlags = 111551;
const typeFlags = 788968;
const alias = 2097152;

/** The protocol's word for a symbol of those flags. */
function kindOf(flags: number): string {
  if (flags & 16) return 'function';
  if (flags & 32) return 'class';
  if (flags & 384) return 'enum';
  if (flags & 1536) return 'module';
  return flags & 3 ? 'variable' : 'interface';
}

const keywords =
  'abstract any as async await boolean break case catch class const continue debugger declare default delete do else enum export extends false finally for from function if implements import in infer instanceof interface is keyof let namespace never new null number object of private protected public readonly return satisfies static string super switch symbol this throw true try type typeof undefined unknown using var void while yield'.split(
    ' ',
  );

function slotType(kind: Kind): string {
  if (kind === 'type') return 'interface';
  return kind === 'namespace' ? 'module' : ['import', 'function', 'class', 'enum'].includes(kind) ? kind : 'variable';
}

const isName = (text: string) => /^#?[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(text);

const isOffered = (name: string, prefix: string) =>
  !/^\$(?:[tidq]\d*|\d*|Context|using\d+)$/.test(name) && name.toLowerCase().startsWith(prefix.toLowerCase());

function rank<T extends { name: string; sortText?: string | undefined }>(entries: T[], prefix: string): T[] {
  const key = ({ name, sortText }: T) => `${name.startsWith(prefix) ? 0 : 1}${sortText ?? '9'}`;
  const seen = new Set<string>();
  return entries
    .filter(({ name }) => !seen.has(name) && seen.add(name))
    .sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a.name < b.name ? -1 : 1));
}
