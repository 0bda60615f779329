import type { Dialect, LowerSettings } from '../lower.ts';
import type { Declared } from './declared.ts';
import { type CellImports, type ImportTable, importsOf } from './imports.ts';
import { type Parsed, parse, type Use } from './parse.ts';
import { freeSymbol, type Names, slotsOf } from './slots.ts';
import { isExpression, type Split, split } from './split.ts';

/** What can be said of a cell without TypeScript. */
export type ReadCell = {
  source: string;
  /** The n of `In [n]`. */
  number: number;
  split: Split;
  parsed: Parsed;
  imports: CellImports;
  /** The names that it declares. */
  own: Names;
};

/** The session that a cell is read in. */
export type Reading = {
  language: Dialect;
  settings: LowerSettings;
  names: Names;
  isTaken(symbol: string): boolean;
  /** Where its imports go. */
  table: ImportTable;
};

export function readCell(source: string, number: number, session: Reading): ReadCell {
  // A program's first line may say who runs it.
  const wanted = objectLiteral(source.replace(/^#!/, '//'));
  let notVariables = new Set<string>();
  for (;;) {
    const { text, parsed, unknown } = readAs(wanted, session, notVariables);
    if (unknown.length > 0) {
      // `$HOME` was taken for a variable because the word stands elsewhere in the cell.
      notVariables = new Set([...notVariables, ...unknown]);
      continue;
    }
    const imports = importsOf(parsed, text.text, number, session.table);
    const own = slotsOf(parsed, session.isTaken, imports.slots);
    const captured = text.wrapper?.assigns;
    if (captured && !own.has(captured)) {
      const symbol = freeSymbol(captured, session.isTaken);
      own.set(captured, { value: { name: captured, kind: 'let', symbol, from: 'cells', path: [symbol] } });
    }
    return {
      source,
      number,
      split: wanted.length === source.length ? text : unbracketed(text, source),
      parsed,
      imports,
      own,
    };
  }
}

/** @returns also the names behind a `$` that turn out to be no variables */
function readAs(
  source: string,
  { language, settings, names }: Reading,
  notVariables: Set<string>,
): { text: Split; parsed: Parsed; unknown: string[] } {
  const inJavaScript = /^js/.test(language);
  const text = split(source, (name) => names.has(name), notVariables, inJavaScript);
  const parsed = parse(text.text, language, text.context);
  parsed.uses.push(...factories(parsed, settings));
  if (inJavaScript) {
    parsed.undeclared = undeclared(parsed, names);
    parsed.declared.push(...parsed.undeclared);
  }
  const declared = new Set(parsed.declared.map(({ name }) => name));
  const unknown = parsed.uses
    .map(({ name }) => name)
    .filter((name) => text.dollarNames.has(name) && !declared.has(name) && !names.has(name));
  return { text, parsed, unknown };
}

/** As at Node's prompt: a cell that is an object literal is not a block. */
function objectLiteral(source: string): string {
  return /^\s*\{/.test(source) && !/;\s*$/.test(source) && isExpression(source.trim()) ? `(${source}\n)` : source;
}

function unbracketed(text: Split, source: string): Split {
  return { ...text, toSource: (offset) => Math.max(0, Math.min(source.length, text.toSource(offset) - 1)) };
}

/** `x = 1` declares x where nothing else does; what Node has as a global stays one. */
function undeclared({ uses, declared }: Parsed, names: Names): Declared[] {
  const found = new Map<string, Declared>();
  for (const { name, start, end, assigned } of uses) {
    if (!assigned || names.has(name) || name in globalThis || name === 'require') continue;
    if (!declared.some((one) => one.name === name))
      found.set(name, { name, kind: 'var', value: true, type: false, start, end });
  }
  return [...found.values()];
}

/** What JSX calls without naming it. */
function factories({ jsx: found }: Parsed, { jsx }: LowerSettings): Use[] {
  if (jsx?.runtime !== 'classic') return [];
  const names = [
    ...(found.element ? [jsx.pragma ?? 'React.createElement'] : []),
    ...(found.fragment ? [jsx.pragmaFrag ?? 'React.Fragment'] : []),
  ];
  const flags = {
    shorthand: false,
    call: false,
    declares: false,
    exported: false,
    assigned: false,
    kept: false,
    inWith: false,
  };
  return names.map((name) => ({ name: name.split('.')[0]!, start: 0, end: 0, meaning: 'value', ...flags }));
}
