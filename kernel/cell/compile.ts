import MagicString from 'magic-string';
import { type Dialect, type LowerSettings, lower } from '../lower.ts';
import { attributesOf, moduleSlot, plainSpecifier } from './imports.ts';
import { isNode, type Node, type Parsed, parse, patternNames } from './parse.ts';
import { decodeMappings, encodeMappings, linesOf, originalOf } from './positions.ts';
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
  /** An expression `async ($) => { … }`. It resolves to `{ value }` when the cell ends in an expression, else to undefined. `$` is the runtime's CellContext. */
  code: string;
  /** Source map "mappings" from `code` to `source`. */
  mappings: string;
  /** Names the cell declares, as the user wrote them. */
  names: string[];
  /** Where the values of those names are: the key of a box on the scope, then members of its value: `{ x: ['x$2'], readFile: ['fs@3', 'readFile'] }`. */
  slots: Record<string, string[]>;
  /** The boxes that `code` reads or writes, each as `$.scope.KEY.value`. */
  keys: string[];
  /** What boxes start with, by key: the value that the name had before. `{ 'x$2': ['x'] }` */
  starts: Record<string, string[]>;
  /** Type errors that do not stop it. */
  warning?: string;
};

/** What a cell with type errors does: it runs, it tells them and runs, it does not run. */
export type Typecheck = 'off' | 'warn' | 'error';

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
};

/** Turns a checked cell into JavaScript. */
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
    { decorators: parsed.decorators.length > 0, accessors: parsed.accessors },
    options.settings,
  );
  const javascript = plain.code;
  const code = new MagicString(javascript);
  const rewrite = new Rewrite(options, javascript, code, parse(javascript, 'js', split.context));
  if (plain.helpers) rewrite.prologue.push(plain.helpers);
  rewrite.all(endsInExpression(parsed, split));
  const names = [...options.own.keys()];
  return {
    number,
    file,
    source,
    code: code.toString(),
    mappings: compose(code, plain.mappings, split, source),
    names,
    slots: Object.fromEntries([...options.own].map(([name, slot]) => [name, slot.path ?? []])),
    keys: [...rewrite.keys],
    starts: earlierValues(options),
  };
}

/** As in IPython: no value for a statement, a trailing semicolon, or a plain command. */
export function endsInExpression(parsed: Parsed, split: Split): boolean {
  const last = parsed.program.body.at(-1);
  if (last?.type !== 'ExpressionStatement') return false;
  const call = last.expression as Node;
  if (parsed.contextCalls.some(({ node }) => node === call)) {
    const name = (call.arguments as Node[])[0];
    return (call.callee as Node & { property: Node }).property.name === 'magic' && name?.value !== '!';
  }
  return split.text[last.end - 1] !== ';';
}

/** A name declared again starts with its old value, as in IPython: a cell that fails before the declaration keeps it. */
function earlierValues({ own, earlier }: CompileOptions): CompiledCell['starts'] {
  const starts: CompiledCell['starts'] = {};
  for (const [name, { path, kind }] of own) {
    const before = earlier(name)?.path;
    if (!path || !before || ['import', 'enum', 'namespace', 'function'].includes(kind)) continue;
    if (before.join('\0') !== path.join('\0')) starts[path[0]!] = before;
  }
  return starts;
}

class Rewrite {
  readonly options: CompileOptions;
  readonly text: string;
  readonly code: MagicString;
  readonly parsed: Parsed;
  readonly context: string;
  /** Statements that run before the cell's first. */
  prologue: string[] = [];
  /** Variables that the transformer added, such as those of decorators: they stay in the cell's function. */
  helpers = new Set<string>();
  keys = new Set<string>();
  usings = 0;

  constructor(options: CompileOptions, text: string, code: MagicString, parsed: Parsed) {
    this.options = options;
    this.text = text;
    this.code = code;
    this.parsed = parsed;
    this.context = options.split.context;
    for (const { name, kind } of parsed.declared)
      if (kind !== 'import' && !options.own.has(name)) this.helpers.add(name);
  }

  all(returnsValue: boolean): void {
    const { body } = this.parsed.program;
    for (const statement of body) this.statement(statement);
    const usings = new Set(
      this.parsed.variables.filter(({ node }) => /using$/.test(node.kind as string)).map(({ node }) => node),
    );
    for (const { node, place } of this.parsed.variables) this.variables(node, place, usings.has(node));
    for (const { node, canAwait } of this.parsed.contextCalls) this.contextCall(node, canAwait);
    for (const node of this.parsed.imports) {
      this.code.update(node.start, node.start + 6, `${this.context}.import`);
      const { type, value, start, end } = node.source as Node;
      if (type === 'Literal' && typeof value === 'string' && value.startsWith('npm:'))
        this.code.update(start, end, JSON.stringify(plainSpecifier(value)));
    }
    for (const node of this.parsed.importMetas) this.code.update(node.start, node.end, `${this.context}.meta`);
    this.uses();
    const last = body.at(-1);
    if (returnsValue && last?.type === 'ExpressionStatement') {
      const end = this.text[last.end - 1] === ';' ? last.end - 1 : last.end;
      this.code.prependRight(last.start, 'return { value: await (');
      this.code.appendLeft(end, ') }');
    }
    this.wrap();
  }

  path(name: string): string | undefined {
    if (this.helpers.has(name)) return undefined;
    const path = (this.imported.get(name) ?? this.options.slot(name))?.path;
    if (path) return this.value(path);
    if (this.options.slot(name)) return undefined;
    if (name === 'require') return `${this.context}.require`;
    if (name === '__filename' || name === '__dirname') return `${this.context}.meta.${name.slice(2)}`;
    return undefined;
  }

  /** The box's content, or a member of that. */
  value([key, ...members]: readonly string[]): string {
    this.keys.add(key!);
    return members.reduce((object, one) => object + member(one), `${this.context}.scope${member(key!)}.value`);
  }

  /** Imports that the transformer added, such as JSX's. */
  imported = new Map<string, Slot>();

  statement(node: Node): void {
    switch (node.type) {
      case 'ImportDeclaration':
        this.import(node);
        return;
      case 'ExportAllDeclaration':
        this.import(node);
        return;
      case 'ExportNamedDeclaration':
        if (node.source) {
          this.import(node);
          return;
        }
        if (!isNode(node.declaration)) {
          this.remove(node);
          return;
        }
        this.code.remove(node.start, node.declaration.start);
        this.statement(node.declaration);
        return;
      case 'ExportDefaultDeclaration': {
        const declaration = node.declaration as Node;
        if (isNode(declaration.id)) {
          this.code.remove(node.start, declaration.start);
          this.statement(declaration);
          return;
        }
        this.code.update(node.start, declaration.start, '(');
        this.code.appendLeft(declaration.end, ')');
        if (this.text[node.end - 1] !== ';') this.code.appendLeft(declaration.end, ';');
        return;
      }
      case 'FunctionDeclaration': {
        const name = (node.id as Node).name as string;
        const path = this.path(name);
        if (path) this.prologue.push(`${path} = ${name};`);
        return;
      }
      case 'ClassDeclaration': {
        const path = this.path((node.id as Node).name as string);
        if (!path) return;
        this.code.prependRight(node.start, `${path} = `);
        this.code.appendLeft(node.end, ';');
      }
    }
  }

  remove(node: Node): void {
    this.code.update(node.start, node.end, ';');
  }

  /** Imports come first, wherever they stand. */
  import(node: Node): void {
    const specifier = (node.source as Node).value as string;
    const attributes = attributesOf(node);
    const options = attributes ? `, ${JSON.stringify({ with: attributes })}` : '';
    const slot = moduleSlot(specifier, this.options.number);
    for (const one of node.type === 'ImportDeclaration' ? (node.specifiers as Node[]) : []) {
      const local = (one.local as Node).name as string;
      if (this.options.own.has(local)) continue;
      const imported = one.imported as Node | undefined;
      const key = one.type === 'ImportDefaultSpecifier' ? 'default' : String(imported?.name ?? imported?.value ?? '');
      const path = key ? [slot, key] : [slot];
      this.imported.set(local, { name: local, kind: 'import', symbol: local, from: 'imports', path });
    }
    const asked = JSON.stringify(plainSpecifier(specifier));
    const load = `${this.value([slot])} = await ${this.context}.import(${asked}${options});`;
    this.code.update(node.start, node.end, load);
    const first = this.parsed.program.body.find((statement) => !statement.source)?.start ?? node.start;
    if (first < node.start) this.code.move(node.start, node.end, first);
  }

  variables(node: Node, place: 'statement' | 'for' | 'for-of', isUsing: boolean): void {
    const declarators = node.declarations as Node[];
    if (isUsing) {
      // The resource is released when the cell ends; its name stays.
      for (const { id } of declarators as (Node & { id: Node })[])
        this.code.prependRight(id.start, `${this.context}using${++this.usings} = `);
      return;
    }
    if (declarators.some(({ id }) => this.helpers.has((id as Node).name as string))) return;
    this.code.remove(node.start, declarators[0]!.start);
    for (const declarator of declarators) {
      const id = declarator.id as Node;
      const init = declarator.init as Node | null;
      if (place === 'for-of') continue;
      if (!init) {
        // `var x;` keeps what x has, so that it may stand after an assignment.
        if (node.kind !== 'var') this.code.appendLeft(id.end, ' = void 0');
      } else if (id.type === 'Identifier') this.nameFunction(id.name as string, init);
      else {
        this.code.prependRight(id.start, '(');
        this.code.appendLeft(init.end, ')');
      }
    }
  }

  /** `const f = () => 1` gives the function its name; an assignment to a member would not. */
  nameFunction(name: string, init: Node): void {
    const anonymous =
      init.type === 'ArrowFunctionExpression' ||
      (/^(?:Function|Class)Expression$/.test(init.type) && !isNode(init.id) && !hasStaticName(init));
    if (!anonymous) return;
    this.code.prependRight(init.start, `({ ${JSON.stringify(name)}: `);
    this.code.appendLeft(init.end, ` })${member(name)}`);
  }

  contextCall(node: Node, canAwait: boolean): void {
    const callee = node.callee as Node & { object: Node; property: Node };
    const method = callee.property.name as string;
    if (canAwait) {
      // In one piece with what stands there, so that a failing command's line is its own.
      this.code.update(node.start, callee.object.end, `(await ${this.context}`);
      this.code.appendLeft(node.end, ')');
    } else if (method === 'magic' || method === 'capture') this.code.appendLeft(callee.end, 'Sync');
  }

  uses(): void {
    const classes = this.parsed.program.body
      .map((statement) => (statement.declaration as Node | null | undefined) ?? statement)
      .filter(({ type, id }) => type === 'ClassDeclaration' && isNode(id));
    // Inside of a class its name is its own: static members need it before it is the notebook's.
    const isInside = ({ name, start }: { name: string; start: number }) =>
      classes.some((one) => (one.id as Node).name === name && start > one.start && start < one.end);
    for (const use of this.parsed.uses) {
      if (use.meaning !== 'value' || use.declares || use.exported || use.name === this.context || isInside(use))
        continue;
      const path = this.path(use.name);
      if (!path) continue;
      const value = use.call ? `(0, ${path})` : path;
      this.code.update(use.start, use.end, use.shorthand ? `${use.name}: ${value}` : value);
    }
    for (const { node } of this.parsed.variables)
      for (const id of (node.declarations as Node[]).flatMap((one) => patternNames(one.id)))
        if (
          node.kind === 'var' &&
          !this.helpers.has(id.name as string) &&
          !this.options.earlier(id.name as string) &&
          !this.hoisted.has(id.name as string)
        ) {
          this.hoisted.add(id.name as string);
          this.prologue.push(`${this.path(id.name as string)} = void 0;`);
        }
  }

  hoisted = new Set<string>();

  wrap(): void {
    const { wrapper } = this.options.split;
    // A JavaScript notebook may do what a script may.
    const mode = /^ts/.test(this.options.language) ? '"use strict"; ' : '';
    const start = `async (${this.context}) => { ${mode}`;
    const prologue = this.prologue.join(' ');
    if (!wrapper) {
      this.code.prepend(`${start}${prologue}${prologue ? ' ' : ''}`).append('\n}');
      return;
    }
    const call = `${this.context}.cellMagic(${JSON.stringify(wrapper.name)}, ${JSON.stringify([wrapper.line])}, ${JSON.stringify(wrapper.body)}`;
    const assign = wrapper.assigns ? `({ ${wrapper.assigns}: ${this.path(wrapper.assigns)} } = ` : 'return ';
    this.code
      .prepend(`${start}${assign}await ${call}, async () => { ${prologue} `)
      .append(wrapper.assigns ? '\n}));\n}' : '\n});\n}');
  }
}

export const member = (key: string): string =>
  /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;

function hasStaticName(node: Node): boolean {
  const members = node.type === 'ClassExpression' ? ((node.body as { body: Node[] }).body ?? []) : [];
  return members.some((one) => one.static === true && (one.key as Node | undefined)?.name === 'name');
}

/** code → JavaScript (magic-string) → text (oxc) → source (split), as one map. */
function compose(code: MagicString, mappings: string, split: Split, source: string): string {
  const toText = decodeMappings(mappings);
  const textLines = linesOf(split.text);
  const sourceLines = linesOf(source);
  const lines = code.generateDecodedMap({ hires: 'boundary' }).mappings.map((line) => {
    const segments: number[][] = [];
    for (const segment of line) {
      if (segment.length < 4) continue;
      const inText = originalOf(toText, { line: segment[2]!, column: segment[3]! });
      if (!inText) continue;
      const { line: at, column } = sourceLines.at(split.toSource(textLines.offset(inText)));
      const last = segments.at(-1);
      if (last && last[2] === at && last[3] === column) continue;
      segments.push([segment[0]!, 0, at, column]);
    }
    return segments;
  });
  return encodeMappings(lines);
}
