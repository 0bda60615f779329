import { parseSync, visitorKeys } from 'oxc-parser';
import type { Dialect } from '../lower.ts';

/** A node of the syntax tree, seen loosely: the walk below is driven by the node's type. */
export type Node = { type: string; start: number; end: number; [key: string]: unknown };

export type Meaning = 'value' | 'type';

/** A name that no inner scope declares: the cell's own top level or something outside of the cell. */
export type Use = {
  name: string;
  start: number;
  end: number;
  meaning: Meaning;
  /** `{ x }`: a new name for x needs `x: `. */
  shorthand: boolean;
  /** `f()` or a template's tag: a member expression in its place would change `this`. */
  call: boolean;
  /** The name in `function f`, `class C`, `enum E`, … itself. */
  declares: boolean;
  /** In an export list. */
  exported: boolean;
  /** The target of an assignment. */
  assigned: boolean;
};

export type Kind =
  | 'const'
  | 'let'
  | 'var'
  | 'using'
  | 'function'
  | 'class'
  | 'enum'
  | 'namespace'
  | 'import'
  | 'type'
  | 'ambient';

export type Declared = { name: string; kind: Kind; value: boolean; type: boolean; start: number; end: number };

export type SyntaxProblem = { message: string; start: number; end: number; help?: string };

export type Parsed = {
  program: Node & { body: Node[] };
  errors: SyntaxProblem[];
  uses: Use[];
  declared: Declared[];
  /** JavaScript's `x = 1` where nothing declares x; of `declared` too. */
  undeclared: Declared[];
  /** `export { a as b }`: b is another name of a. */
  aliases: { name: string; of: string }[];
  /** Declarations of top-level variables, also `var` in blocks. */
  variables: { node: Node; place: 'statement' | 'for' | 'for-of' }[];
  /** Calls of the runtime's object, and whether they stand where `await` may. */
  contextCalls: { node: Node; canAwait: boolean }[];
  /** `import(…)` expressions. */
  imports: Node[];
  importMetas: Node[];
  decorators: Node[];
  /** `accessor x`, which Node cannot parse either. */
  accessors: boolean;
  /** JSX that calls a factory by name, and the fragments' one. */
  jsx: { element: boolean; fragment: boolean };
};

type Scope = { values: Set<string>; types: Set<string>; function: boolean };

/** Parses a cell's text and finds out what every name in it belongs to. */
export function parse(text: string, language: Dialect, context = '$'): Parsed {
  const result = parseSync(`cell.${language}`, text, { lang: language, sourceType: 'module', preserveParens: false });
  const parsed: Parsed = {
    program: result.program as unknown as Parsed['program'],
    errors: result.errors
      .filter((error) => error.severity === 'Error')
      .map((error) => ({
        message: error.message,
        start: error.labels[0]?.start ?? 0,
        end: error.labels[0]?.end ?? 0,
        ...(error.helpMessage ? { help: error.helpMessage } : {}),
      })),
    uses: [],
    declared: [],
    undeclared: [],
    aliases: [],
    variables: [],
    contextCalls: [],
    imports: [],
    importMetas: [],
    decorators: [],
    accessors: false,
    jsx: { element: false, fragment: false },
  };
  new Walk(parsed, context).program();
  return parsed;
}

class Walk {
  scopes: Scope[] = [];
  canAwait = true;
  readonly parsed: Parsed;
  readonly context: string;

  constructor(parsed: Parsed, context: string) {
    this.parsed = parsed;
    this.context = context;
  }

  program(): void {
    const { body } = this.parsed.program;
    for (const statement of body) this.declareTop(statement);
    for (const statement of body) this.visit(statement);
  }

  declareTop(statement: Node): void {
    const node = (statement.declaration as Node | null | undefined) ?? statement;
    const add = (id: Node | null, kind: Kind, value: boolean, type: boolean) => {
      if (id?.type === 'Identifier' && !(node.global === true))
        this.parsed.declared.push({ name: id.name as string, kind, value, type, start: id.start, end: id.end });
    };
    const ambient = node.declare === true;
    switch (node.type) {
      case 'ImportDeclaration':
        for (const specifier of node.specifiers as Node[])
          add(specifier.local as Node, 'import', node.importKind !== 'type' && specifier.importKind !== 'type', true);
        return;
      case 'ExportNamedDeclaration':
        for (const specifier of node.source ? (node.specifiers as Node[]) : [])
          add(
            specifier.exported as Node,
            'import',
            node.exportKind !== 'type' && specifier.exportKind !== 'type',
            true,
          );
        return;
      case 'ExportAllDeclaration':
        add(node.exported as Node | null, 'import', node.exportKind !== 'type', true);
        return;
      case 'FunctionDeclaration':
      case 'TSDeclareFunction':
        // An overload's signature declares nothing but its implementation's name.
        add(node.id as Node, ambient ? 'ambient' : 'function', true, false);
        return;
      case 'ClassDeclaration':
        add(node.id as Node, ambient ? 'ambient' : 'class', true, true);
        return;
      case 'TSEnumDeclaration':
        add(node.id as Node, ambient ? 'ambient' : 'enum', true, true);
        return;
      case 'TSModuleDeclaration':
        add(node.id as Node, ambient || !hasValues(node) ? 'ambient' : 'namespace', true, true);
        return;
      case 'TSInterfaceDeclaration':
      case 'TSTypeAliasDeclaration':
        add(node.id as Node, 'type', false, true);
        return;
      case 'TSImportEqualsDeclaration':
        add(node.id as Node, 'const', node.importKind !== 'type', true);
        return;
      default:
        for (const { id, kind } of variablesOf(node)) add(id, ambient ? 'ambient' : (kind as Kind), true, false);
    }
  }

  visit(node: unknown): void {
    if (Array.isArray(node)) {
      for (const item of node) this.visit(item);
      return;
    }
    if (!isNode(node)) return;
    const handler = this.handlers[node.type];
    if (handler) handler(node);
    else this.children(node);
  }

  children(node: Node, except: string[] = []): void {
    for (const key of visitorKeys[node.type] ?? []) if (!except.includes(key)) this.visit(node[key]);
    // A pattern's or parameter's annotation is not among the visitor's keys of an Identifier.
    if (node.typeAnnotation && !(visitorKeys[node.type] ?? []).includes('typeAnnotation'))
      this.visit(node.typeAnnotation);
  }

  use(node: Node, meaning: Meaning, flags: Partial<Use> = {}): void {
    const name = node.name as string;
    for (const scope of this.scopes) if ((meaning === 'value' ? scope.values : scope.types).has(name)) return;
    if (meaning === 'value' && name === 'arguments' && this.scopes.some((scope) => scope.function)) return;
    const span = node.type === 'Identifier' ? node.start + name.length : node.end;
    const assigned = this.targets.has(node);
    const base = { shorthand: false, call: false, declares: false, exported: false, assigned };
    this.parsed.uses.push({ name, start: node.start, end: span, meaning, ...base, ...flags });
  }

  /** The left end of `A.B.C` or an expression. */
  entity(node: Node, meaning: Meaning): void {
    if (node.type === 'Identifier') {
      if (node.name !== 'const' && node.name !== 'this') this.use(node, meaning);
    } else if (node.type === 'TSQualifiedName') this.entity(node.left as Node, meaning === 'type' ? 'type' : meaning);
    else if (node.type === 'MemberExpression') this.entity(node.object as Node, meaning);
    else this.visit(node);
  }

  within(scope: Scope, body: () => void): void {
    this.scopes.push(scope);
    body();
    this.scopes.pop();
  }

  block(statements: Node[], scope: Scope = newScope()): void {
    for (const statement of statements) declareIn(scope, statement);
    this.within(scope, () => this.visit(statements));
  }

  function(node: Node): void {
    const scope = newScope(true);
    if (node.type === 'FunctionExpression' && isNode(node.id)) scope.values.add(node.id.name as string);
    this.typeParameters(node, scope);
    for (const parameter of node.params as Node[])
      for (const name of patternNames(parameter)) scope.values.add(name.name as string);
    const body = node.body as Node | null;
    const outer = this.canAwait;
    this.within(scope, () => {
      this.visit(node.typeParameters);
      this.canAwait = false;
      this.visit(node.params);
      this.visit(node.returnType);
      this.canAwait = node.async === true;
      if (body?.type === 'BlockStatement') {
        const inner = newScope(true);
        for (const { id } of (body.body as Node[]).flatMap((statement) => variablesOf(statement, true)))
          inner.values.add(id.name as string);
        this.block(body.body as Node[], inner);
      } else this.visit(body);
    });
    this.canAwait = outer;
  }

  typeParameters(node: Node, scope: Scope): void {
    const list = node.typeParameters as { params: Node[] } | null | undefined;
    for (const parameter of list?.params ?? []) scope.types.add((parameter.name as Node).name as string);
  }

  /** A signature or function type: parameters are names of their own. */
  signature(node: Node): void {
    const scope = newScope();
    this.typeParameters(node, scope);
    for (const parameter of (node.params ?? node.parameters ?? []) as Node[])
      for (const name of patternNames(parameter)) scope.values.add(name.name as string);
    this.within(scope, () => {
      if (node.computed === true) this.visit(node.key);
      this.children(node, ['key']);
    });
  }

  loop(node: Node): void {
    const scope = newScope();
    for (const key of ['init', 'left']) {
      const declaration = node[key];
      if (key === 'left') for (const name of patternNames(declaration)) this.targets.add(name);
      if (!isNode(declaration) || declaration.type !== 'VariableDeclaration') continue;
      this.places.set(declaration, key === 'init' ? 'for' : 'for-of');
      if (declaration.kind !== 'var')
        for (const { id } of variablesOf(declaration)) scope.values.add(id.name as string);
    }
    this.within(scope, () => this.children(node));
  }

  variable(node: Node, place: 'statement' | 'for' | 'for-of'): void {
    const isTop = node.kind === 'var' ? !this.scopes.some((scope) => scope.function) : this.scopes.length === 0;
    if (isTop && node.declare !== true) this.parsed.variables.push({ node, place });
    this.children(node);
  }

  /** Names that an assignment or a loop without a declaration sets. */
  targets = new Set<Node>();

  assignment(node: Node): void {
    if (node.operator === '=') for (const name of patternNames(node.left)) this.targets.add(name);
    this.children(node);
  }

  class(node: Node): void {
    const scope = newScope();
    if (isNode(node.id)) {
      // A class declaration's name is the one outside, so that it can be renamed together with its uses inside.
      if (node.type === 'ClassDeclaration') this.declaredName(node.id, true);
      else declareIn(scope, node);
    }
    this.visit(node.decorators);
    this.typeParameters(node, scope);
    this.within(scope, () => {
      const outer = this.canAwait;
      this.children(node, ['id', 'decorators', 'body']);
      this.canAwait = false;
      this.visit(node.body);
      this.canAwait = outer;
    });
  }

  declaredName(id: Node, type: boolean): void {
    const meaning = type ? 'type' : 'value';
    this.use(id, meaning, { declares: true });
  }

  handlers: Record<string, (node: Node) => void> = {
    Identifier: (node) => {
      if (node.name !== 'this') this.use(node, 'value');
      this.visit(node.decorators);
      this.visit(node.typeAnnotation);
    },
    JSXIdentifier: (node) => {
      if (/^[A-Z$_]/.test(node.name as string)) this.use(node, 'value');
    },
    JSXElement: (node) => {
      this.parsed.jsx.element = true;
      this.children(node);
    },
    JSXFragment: (node) => {
      this.parsed.jsx = { element: true, fragment: true };
      this.children(node);
    },
    JSXAttribute: (node) => this.visit(node.value),
    JSXMemberExpression: (node) => this.visit(node.object),
    JSXNamespacedName: () => {},
    MemberExpression: (node) => {
      this.visit(node.object);
      if (node.computed === true) this.visit(node.property);
    },
    Property: (node) => {
      if (node.computed === true) this.visit(node.key);
      const value = node.value as Node;
      if (node.shorthand !== true) {
        this.visit(value);
        return;
      }
      const id = value.type === 'AssignmentPattern' ? (value.left as Node) : value;
      this.use(id, 'value', { shorthand: true });
      if (value.type === 'AssignmentPattern') this.visit(value.right);
    },
    CallExpression: (node) => {
      const callee = node.callee as Node;
      if (callee.type === 'Identifier') this.use(callee, 'value', { call: true });
      else this.visit(callee);
      const object = callee.type === 'MemberExpression' ? (callee.object as Node) : undefined;
      if (object?.type === 'Identifier' && object.name === this.context)
        this.parsed.contextCalls.push({ node, canAwait: this.canAwait });
      this.visit(node.typeArguments);
      this.visit(node.arguments);
    },
    TaggedTemplateExpression: (node) => {
      const tag = node.tag as Node;
      if (tag.type === 'Identifier') this.use(tag, 'value', { call: true });
      else this.visit(tag);
      this.visit(node.typeArguments);
      this.visit(node.quasi);
    },
    AssignmentExpression: (node) => this.assignment(node),
    MetaProperty: (node) => {
      if ((node.meta as Node).name === 'import') this.parsed.importMetas.push(node);
    },
    Decorator: (node) => {
      this.parsed.decorators.push(node);
      this.visit(node.expression);
    },
    ImportExpression: (node) => {
      this.parsed.imports.push(node);
      this.children(node);
    },
    FunctionDeclaration: (node) => {
      if (isNode(node.id)) this.declaredName(node.id, false);
      this.function(node);
    },
    TSDeclareFunction: (node) => {
      if (isNode(node.id)) this.declaredName(node.id, false);
      this.function(node);
    },
    FunctionExpression: (node) => this.function(node),
    TSEmptyBodyFunctionExpression: (node) => this.function(node),
    ArrowFunctionExpression: (node) => this.function(node),
    ClassDeclaration: (node) => this.class(node),
    ClassExpression: (node) => this.class(node),
    MethodDefinition: (node) => this.member(node),
    TSAbstractMethodDefinition: (node) => this.member(node),
    PropertyDefinition: (node) => this.member(node),
    TSAbstractPropertyDefinition: (node) => this.member(node),
    AccessorProperty: (node) => {
      this.parsed.accessors = true;
      this.member(node);
    },
    TSAbstractAccessorProperty: (node) => this.member(node),
    StaticBlock: (node) => {
      const scope = newScope(true);
      for (const { id } of (node.body as Node[]).flatMap((statement) => variablesOf(statement, true)))
        scope.values.add(id.name as string);
      this.block(node.body as Node[], scope);
    },
    BlockStatement: (node) => this.block(node.body as Node[]),
    SwitchStatement: (node) => {
      this.visit(node.discriminant);
      const scope = newScope();
      const cases = node.cases as Node[];
      for (const statement of cases.flatMap((one) => one.consequent as Node[])) declareIn(scope, statement);
      this.within(scope, () => this.visit(cases));
    },
    ForStatement: (node) => this.loop(node),
    ForInStatement: (node) => this.loop(node),
    ForOfStatement: (node) => this.loop(node),
    CatchClause: (node) => {
      const scope = newScope();
      if (isNode(node.param)) for (const name of patternNames(node.param)) scope.values.add(name.name as string);
      this.within(scope, () => this.children(node));
    },
    VariableDeclaration: (node) => this.variable(node, this.places.get(node) ?? 'statement'),
    LabeledStatement: (node) => this.visit(node.body),
    BreakStatement: () => {},
    ContinueStatement: () => {},
    ImportDeclaration: () => {},
    ExportAllDeclaration: () => {},
    ExportNamedDeclaration: (node) => {
      if (isNode(node.declaration)) {
        this.visit(node.declaration);
        return;
      }
      if (node.source) return;
      for (const specifier of node.specifiers as Node[]) {
        const local = specifier.local as Node;
        if (local.type !== 'Identifier') continue;
        this.use(local, 'value', { exported: true });
        this.use(local, 'type', { exported: true });
        const name = (specifier.exported as Node).name as string | undefined;
        if (name && name !== local.name && name !== 'default')
          this.parsed.aliases.push({ name, of: local.name as string });
      }
    },
    TSTypeReference: (node) => {
      this.entity(node.typeName as Node, 'type');
      this.visit(node.typeArguments);
    },
    TSTypeQuery: (node) => {
      this.entity(node.exprName as Node, 'value');
      this.visit(node.typeArguments);
    },
    TSClassImplements: (node) => this.heritage(node),
    TSInterfaceHeritage: (node) => this.heritage(node),
    TSImportType: (node) => this.visit(node.typeArguments),
    TSInterfaceDeclaration: (node) => this.named(node, ['id']),
    TSTypeAliasDeclaration: (node) => this.named(node, ['id']),
    TSTypeParameter: (node) => {
      this.visit(node.constraint);
      this.visit(node.default);
    },
    TSMappedType: (node) => {
      const scope = newScope();
      scope.types.add((node.key as Node).name as string);
      this.within(scope, () => this.children(node, ['key']));
    },
    TSConditionalType: (node) => {
      this.visit(node.checkType);
      const scope = newScope();
      collectInfer(node.extendsType, scope);
      this.within(scope, () => {
        this.visit(node.extendsType);
        this.visit(node.trueType);
      });
      this.visit(node.falseType);
    },
    TSInferType: (node) => this.visit((node.typeParameter as Node).constraint),
    TSFunctionType: (node) => this.signature(node),
    TSConstructorType: (node) => this.signature(node),
    TSMethodSignature: (node) => this.signature(node),
    TSCallSignatureDeclaration: (node) => this.signature(node),
    TSConstructSignatureDeclaration: (node) => this.signature(node),
    TSIndexSignature: (node) => this.signature(node),
    TSPropertySignature: (node) => {
      if (node.computed === true) this.visit(node.key);
      this.visit(node.typeAnnotation);
    },
    TSNamedTupleMember: (node) => this.visit(node.elementType),
    TSTypePredicate: (node) => this.children(node),
    TSEnumDeclaration: (node) => {
      this.declaredName(node.id as Node, true);
      const scope = newScope();
      const members = (node.body as { members: Node[] }).members;
      for (const member of members) if ((member.id as Node).name) scope.values.add((member.id as Node).name as string);
      this.within(scope, () => {
        for (const member of members) this.visit(member.initializer);
      });
    },
    TSModuleDeclaration: (node) => {
      const id = node.id as Node;
      if (node.global === true || id.type !== 'Identifier') {
        this.visit(node.body);
        return;
      }
      this.declaredName(id, true);
      this.visit(node.body);
    },
    TSModuleBlock: (node) => {
      const scope = newScope(true);
      for (const { id } of (node.body as Node[]).flatMap((statement) =>
        variablesOf((statement.declaration as Node) ?? statement, true),
      ))
        scope.values.add(id.name as string);
      const outer = this.canAwait;
      this.canAwait = false;
      this.block(node.body as Node[], scope);
      this.canAwait = outer;
    },
    TSImportEqualsDeclaration: (node) => {
      this.use(node.id as Node, 'value', { declares: true });
      const reference = node.moduleReference as Node;
      if (reference.type !== 'TSExternalModuleReference') this.entity(reference, 'type');
    },
  };

  places = new Map<Node, 'for' | 'for-of'>();

  member(node: Node): void {
    this.visit(node.decorators);
    if (node.computed === true) this.visit(node.key);
    const outer = this.canAwait;
    this.canAwait = false;
    this.children(node, ['key', 'decorators']);
    this.canAwait = outer;
  }

  heritage(node: Node): void {
    this.entity(node.expression as Node, 'type');
    this.visit(node.typeArguments);
  }

  named(node: Node, except: string[]): void {
    if (isNode(node.id)) this.declaredName(node.id, true);
    const scope = newScope();
    this.typeParameters(node, scope);
    this.within(scope, () => this.children(node, except));
  }
}

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

const newScope = (isFunction = false): Scope => ({ values: new Set(), types: new Set(), function: isFunction });

/** Names that a statement declares in its block. `var` belongs to the function around it. */
function declareIn(scope: Scope, statement: Node): void {
  const node = (statement.declaration as Node | null | undefined) ?? statement;
  const id = node.id as Node | null | undefined;
  const name = id?.type === 'Identifier' ? (id.name as string) : undefined;
  switch (node.type) {
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
      if (name) scope.values.add(name);
      return;
    case 'ClassDeclaration':
    case 'ClassExpression':
    case 'TSEnumDeclaration':
    case 'TSModuleDeclaration':
    case 'TSImportEqualsDeclaration':
      if (name) scope.values.add(name);
      if (name) scope.types.add(name);
      return;
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      if (name) scope.types.add(name);
      return;
    case 'VariableDeclaration':
      if (node.kind !== 'var') for (const variable of variablesOf(node)) scope.values.add(variable.id.name as string);
  }
}

/** Variables of a declaration and every `var` below it; with `onlyVar` the let and const of blocks are left out. */
export function variablesOf(node: unknown, onlyVar = false): { id: Node; kind: string }[] {
  if (Array.isArray(node)) return node.flatMap((item) => variablesOf(item, onlyVar));
  if (!isNode(node)) return [];
  if (node.type === 'VariableDeclaration') {
    if (onlyVar && node.kind !== 'var') return [];
    const kind = node.kind === 'await using' ? 'using' : (node.kind as string);
    return (node.declarations as Node[]).flatMap((one) => patternNames(one.id as Node)).map((id) => ({ id, kind }));
  }
  const below = {
    BlockStatement: ['body'],
    IfStatement: ['consequent', 'alternate'],
    ForStatement: ['init', 'body'],
    ForInStatement: ['left', 'body'],
    ForOfStatement: ['left', 'body'],
    WhileStatement: ['body'],
    DoWhileStatement: ['body'],
    LabeledStatement: ['body'],
    TryStatement: ['block', 'handler', 'finalizer'],
    CatchClause: ['body'],
    SwitchStatement: ['cases'],
    SwitchCase: ['consequent'],
    ExportNamedDeclaration: onlyVar ? ['declaration'] : [],
  }[node.type];
  return (below ?? []).flatMap((key) => variablesOf(node[key], true));
}

export function patternNames(node: unknown): Node[] {
  if (!isNode(node)) return [];
  switch (node.type) {
    case 'Identifier':
      return node.name === 'this' ? [] : [node];
    case 'ObjectPattern':
      return (node.properties as Node[]).flatMap((one) =>
        patternNames(one.type === 'RestElement' ? one.argument : one.value),
      );
    case 'ArrayPattern':
      return (node.elements as unknown[]).flatMap(patternNames);
    case 'AssignmentPattern':
      return patternNames(node.left);
    case 'RestElement':
      return patternNames(node.argument);
    case 'TSParameterProperty':
      return patternNames(node.parameter);
    default:
      return [];
  }
}

function collectInfer(node: unknown, scope: Scope): void {
  if (Array.isArray(node)) for (const item of node) collectInfer(item, scope);
  if (!isNode(node)) return;
  if (node.type === 'TSInferType') scope.types.add(((node.typeParameter as Node).name as Node).name as string);
  for (const key of visitorKeys[node.type] ?? []) collectInfer(node[key], scope);
}

/** A namespace of types alone leaves nothing at run time. */
function hasValues(node: Node): boolean {
  const body = node.body as Node | null | undefined;
  if (!body) return false;
  if (body.type === 'TSModuleDeclaration') return hasValues(body);
  return (body.body as Node[]).some((statement) => {
    const inner = (statement.declaration as Node | null | undefined) ?? statement;
    if (inner.declare === true) return false;
    if (inner.type === 'TSModuleDeclaration') return hasValues(inner);
    return !['TSInterfaceDeclaration', 'TSTypeAliasDeclaration', 'ImportDeclaration'].includes(inner.type);
  });
}
