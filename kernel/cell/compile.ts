import MagicString from 'magic-string';
import { type Dialect, type LowerSettings, lower } from '../lower.ts';
import { createBoxes } from './boxes.ts';
import { compiledMappings } from './compiled-mappings.ts';
import type { Node } from './node.ts';
import { type Parsed, parse } from './parse.ts';
import { type Rewriting, rewrite, type ShownValue } from './rewrite.ts';
import type { Slot } from './slots.ts';
import type { Split } from './split.ts';

/** A checked cell, ready to run. Plain data: it crosses from the worker to the main thread. */
export type CompiledCell = {
  /** Execution count, the n of `In [n]`. */
  number: number;
  /** The file name V8 sees, e.g. `typelab:In[3]`: stack frames in it are the user's. */
  file: string;
  /** What the user typed. */
  source: string;
  /** An expression `async ($) => { … }`. It resolves to `{ value }` when the cell ends in an expression, with `asItIs` where a promise is not to be waited for, else to undefined. `$` is the runtime's CellContext. */
  code: string;
  /** Source map "mappings" from `code` to `source`. */
  mappings: string;
  /** Names the cell declares, as the user wrote them. */
  names: string[];
  /** Where the values of those names are: the key of a box on the scope, then members of its value: `{ x: ['x$2'], readFile: ['fs@3', 'readFile'] }`. */
  slots: Record<string, string[]>;
  /** The boxes that `code` reads or writes, each as `$.scope.KEY.value`. */
  keys: string[];
  /** What starts with the value that its name had before: `{ to: ['x$2'], from: ['x'] }`. */
  starts: { to: string[]; from: string[] }[];
  /** Type errors that do not stop it. */
  warning?: string;
};

export type CompileOptions = {
  source: string;
  number: number;
  split: Split;
  parsed: Parsed;
  language: Dialect;
  /** The slot of a name that no inner scope declares: the cell's own, else the session's. */
  slot(name: string): Slot | undefined;
  /** The slot that a name of this cell had before. */
  earlier(name: string): Slot | undefined;
  own: Map<string, Slot>;
  /** Offsets in the text of import declarations that import only types. */
  typeImports?: Set<number>;
  settings?: LowerSettings;
  /** Nothing says that all names are known: those that are not may be a later cell's. */
  unchecked?: boolean;
  /** A last expression is the cell's value also with a semicolon behind it. */
  semicolonShows?: boolean;
};

/** What only the transformer finds; TypeScript tells it before where it checks. */
export class CannotLower extends Error {
  offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

/** Turns a checked cell into JavaScript. @throws CannotLower */
export function compile(options: CompileOptions): CompiledCell {
  const { source, number, split, parsed } = options;
  const file = `typelab:In[${number}]`;
  let text = split.text;
  for (const start of options.typeImports ?? []) {
    const node = parsed.program.body.find((statement) => statement.start === start);
    if (node)
      text = text.slice(0, node.start) + text.slice(node.start, node.end).replace(/[^\n]/g, ' ') + text.slice(node.end);
  }
  const plain = lower(
    text,
    options.language,
    { ...parsed, decorators: parsed.decorators.length > 0 },
    options.settings,
  );
  if (plain.error) throw new CannotLower(plain.error.message, plain.error.offset);
  const cell = rewritingOf(options, plain.code);
  if (plain.helpers) cell.prologue.push(plain.helpers);
  rewrite(cell, shownValue(options));
  wrap(cell, options);
  return {
    number,
    file,
    source,
    code: cell.code.toString(),
    mappings: compiledMappings(cell.code, plain.mappings, split, source),
    names: [...options.own.keys()],
    slots: Object.fromEntries([...options.own].map(([name, slot]) => [name, slot.path ?? []])),
    keys: [...cell.boxes.keys],
    starts: earlierValues(options),
  };
}

/**
 * As in IPython: no value for a statement, a trailing semicolon, or a plain command. Where the semicolon hides nothing, it
 * keeps a promise from being waited for: `serve();` of a notebook of tslab or Deno may never settle.
 */
function shownValue({ parsed, split, semicolonShows = false }: CompileOptions): ShownValue | undefined {
  const last = parsed.program.body.at(-1);
  if (last?.type !== 'ExpressionStatement') return undefined;
  const call = last.expression as Node;
  if (parsed.contextCalls.some(({ node }) => node === call)) {
    const [name, parts] = call.arguments as Node[];
    const last = (parts?.elements as Node[] | undefined)?.at(-1);
    // `%time f();` keeps its value to itself, as code does.
    if (name?.value === '%time' && /;\s*$/.test(String(last?.value))) return undefined;
    const { property } = call.callee as Node & { property: Node };
    // Also of a cell magic that has one: %%sx, or one of the user's own.
    if (property.name === 'cellMagic') return 'settled';
    return property.name === 'magic' && name?.value !== '!' ? 'settled' : undefined;
  }
  if (split.text[last.end - 1] !== ';') return 'settled';
  return semicolonShows ? 'as it is' : undefined;
}

/** A name declared again starts with its old value, as in IPython: a cell that fails before the declaration keeps it. */
function earlierValues({ own, earlier }: CompileOptions): CompiledCell['starts'] {
  const starts: CompiledCell['starts'] = [];
  for (const [name, { path, kind }] of own) {
    const before = earlier(name)?.path;
    if (!path || !before || ['enum', 'namespace', 'function'].includes(kind)) continue;
    if (before.join('\0') !== path.join('\0')) starts.push({ to: path, from: before });
  }
  // Before members of a module comes all of it.
  return starts.sort((a, b) => a.to.length - b.to.length);
}

function rewritingOf(
  { number, split, own, slot, earlier, unchecked = false }: CompileOptions,
  text: string,
): Rewriting {
  const { context } = split;
  const parsed = parse(text, 'js', context);
  const declared = parsed.declared.filter(({ kind }) => kind !== 'import').map(({ name }) => name);
  const helpers = new Set(declared.filter((name) => !own.has(name)));
  return {
    number,
    text,
    code: new MagicString(text),
    parsed,
    context,
    boxes: createBoxes({ context, helpers, slot }),
    prologue: [],
    own,
    earlier,
    isKnown: (name) => slot(name) !== undefined,
    unchecked,
  };
}

/** In a function of the runtime's object, and in what a cell magic around it does. */
function wrap({ code, context, boxes, prologue }: Rewriting, { language, split: { wrapper } }: CompileOptions): void {
  // A JavaScript notebook may do what a script may.
  const mode = /^ts/.test(language) ? '"use strict"; ' : '';
  const start = `async (${context}) => { ${mode}`;
  const before = prologue.map((statement) => `${statement} `).join('');
  if (!wrapper) {
    code.prepend(start + before).append('\n}');
    return;
  }
  const call = `${context}.cellMagic(${JSON.stringify(wrapper.name)}, ${JSON.stringify([wrapper.line])}, ${JSON.stringify(wrapper.body)}`;
  const assign = wrapper.assigns ? `({ ${wrapper.assigns}: ${boxes.of(wrapper.assigns)} } = ` : 'return ';
  code
    .prepend(`${start}${assign}await ${call}, async () => { ${before}`)
    .append(wrapper.assigns ? '\n}));\n}' : '\n});\n}');
}
