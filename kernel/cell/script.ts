import type { Node } from './node.ts';
import { type Parsed, parse } from './parse.ts';
import { predefined } from './slots.ts';
import { type Split, split } from './split.ts';

export type NotebookCell = { type: string; source: string };

/**
 * A notebook as one TypeScript file that type-checks: magics are comments (one that gave a variable its value leaves it
 * `any`), Markdown is comments, and a name that is declared again gets a number.
 */
export function scriptOf(cells: readonly NotebookCell[]): string {
  const session: Session = { symbols: new Map(), taken: new Set(), modules: new Map(), predefined: new Set() };
  const parts = cells
    .filter(({ source }) => source.trim() !== '')
    .map(({ type, source }) => (type === 'code' ? code(source, session) : commented(source)));
  const given = [...session.predefined].map((name) => `declare let ${name}: ${predefined(name)};`);
  return `${[...given, ...parts, 'export {};'].join('\n\n')}\n`;
}

type Session = {
  /** What a name is called in the script, since the last cell that declared it. */
  symbols: Map<string, string>;
  taken: Set<string>;
  /** The import that brought a name. */
  modules: Map<string, string>;
  predefined: Set<string>;
};

type Edit = { start: number; end: number; text: string };

function code(source: string, session: Session): string {
  const cell = split(source, (name) => session.symbols.has(name), new Set());
  const { wrapper, text, context } = cell;
  const parsed = parse(text, 'ts', context);
  // What was never run may not even parse.
  if (parsed.errors.length > 0) return commented(source);
  if (/^\s*%%/.test(source) && !wrapper) {
    const names = parsed.declared.map(({ name }) => `let ${declare(name, session)}: any;`);
    return [commented(source), ...names].join('\n');
  }
  const edits = [
    ...repeatedImports(parsed, text, session),
    ...magics(parsed, cell, source),
    ...renamed(parsed, session),
  ].sort((a, b) => a.start - b.start || b.end - a.end);
  let result = '';
  let from = 0;
  for (const { start, end, text: replacement } of edits) {
    if (start < from) continue; // In what was replaced as a whole.
    result += text.slice(from, start) + replacement;
    from = end;
  }
  result += text.slice(from);
  if (!wrapper) return result.trim();
  const first = commented(source.slice(0, source.indexOf('\n') < 0 ? source.length : source.indexOf('\n')));
  return [first, ...(wrapper.assigns ? [`let ${declare(wrapper.assigns, session)}: any;`] : []), result.trim()].join(
    '\n',
  );
}

/** The same module's same names: a file imports them once. */
function repeatedImports({ program }: Parsed, text: string, { modules }: Session): Edit[] {
  const edits: Edit[] = [];
  for (const statement of program.body) {
    if (statement.type !== 'ImportDeclaration') continue;
    const { start, end } = statement;
    const module = String((statement.source as Node).value);
    const names = (statement.specifiers as Node[]).map((one) => ({
      local: String((one.local as Node).name),
      key: `${module} ${one.type} ${String((one.imported as Node | undefined)?.name ?? '')}`,
    }));
    if (names.length > 0 && names.every(({ local, key }) => modules.get(local) === key))
      edits.push({ start, end, text: commented(text.slice(start, end)) });
    for (const { local, key } of names) modules.set(local, key);
  }
  return edits;
}

function magics(parsed: Parsed, { text, toSource }: Split, source: string): Edit[] {
  const statements = new Map<string, Node>();
  walk(parsed.program, (node) => {
    if (node.type === 'ExpressionStatement') statements.set(span(node.expression as Node), node);
  });
  const typed = ({ start, end }: Node) => {
    const at = toSource(start);
    // `x?` has its own word at the end of the line.
    return source.slice(at, toSource(end)).trim() || source.slice(at).split('\n')[0]!;
  };
  return parsed.contextCalls.map(({ node }) => {
    const run = (node.arguments as Node[]).find(({ type }) => type === 'ArrowFunctionExpression');
    const statement = statements.get(span(node));
    const { start, end } = statement ?? node;
    if (run) {
      const body = run.body as Node;
      return { start, end, text: text.slice(body.start, body.end) + (statement ? ';' : '') };
    }
    if (statement) return { start, end, text: commented(typed(statement)) };
    return { start, end, text: `undefined as any /* ${typed(node).replaceAll('*/', '* /')} */` };
  });
}

/** Every use of a name that is declared at the top, and the declarations themselves. */
function renamed(parsed: Parsed, session: Session): Edit[] {
  const own = new Map<string, string>();
  for (const { name, kind } of parsed.declared)
    if (!own.has(name)) own.set(name, kind === 'import' && session.modules.has(name) ? name : declare(name, session));
  for (const name of own.keys()) session.symbols.set(name, own.get(name)!);
  return parsed.uses.flatMap(({ name, start, end, shorthand }) => {
    const symbol = own.get(name) ?? session.symbols.get(name);
    if (symbol === undefined && predefined(name) !== undefined) session.predefined.add(name);
    if (symbol === undefined || symbol === name || end === 0) return [];
    return [{ start, end, text: shorthand ? `${name}: ${symbol}` : symbol }];
  });
}

function declare(name: string, { symbols, taken }: Session): string {
  let symbol = name;
  for (let n = 2; taken.has(symbol); n++) symbol = `${name}_${n}`;
  taken.add(symbol);
  symbols.set(name, symbol);
  return symbol;
}

const span = ({ start, end }: Node): string => `${start} ${end}`;

function walk(node: Node, visit: (node: Node) => void): void {
  visit(node);
  for (const value of Object.values(node))
    for (const one of Array.isArray(value) ? value : [value])
      if (one && typeof one === 'object' && typeof (one as Node).type === 'string') walk(one as Node, visit);
}

function commented(text: string): string {
  return text.trimEnd().replace(/^/gm, '// ').replace(/ +$/gm, '');
}
