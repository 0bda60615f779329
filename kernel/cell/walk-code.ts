import { variablesOf } from './declared.ts';
import { isNode, type Node, patternNames } from './node.ts';
import { blockScope, newScope } from './scope.ts';
import type { Handlers, Walk } from './walk.ts';

/** What JavaScript has but for functions and classes, and JSX. */
export const inCode: Handlers = {
  Identifier(walk, node) {
    if (node.name !== 'this') walk.use(node, 'value');
    walk.visit(node.decorators);
    walk.visit(node.typeAnnotation);
  },
  MemberExpression(walk, node) {
    walk.visit(node.object);
    if (node.computed === true) walk.visit(node.property);
  },
  Property: property,
  CallExpression: call,
  TaggedTemplateExpression(walk, node) {
    const tag = node.tag as Node;
    if (tag.type === 'Identifier') walk.use(tag, 'value', { call: true });
    else walk.visit(tag);
    walk.visit(node.typeArguments);
    walk.visit(node.quasi);
  },
  UnaryExpression(walk, node) {
    if (/^(?:typeof|delete)$/.test(node.operator as string)) walk.kept.add(node.argument as Node);
    walk.children(node);
  },
  UpdateExpression(walk, node) {
    walk.kept.add(node.argument as Node);
    walk.children(node);
  },
  AssignmentExpression(walk, node) {
    const left = node.left as Node;
    if (node.operator === '=') for (const name of patternNames(left)) walk.targets.add(name);
    else walk.kept.add(left);
    give(walk, left, node.right as Node);
    walk.children(node);
  },
  AssignmentPattern(walk, node) {
    give(walk, node.left as Node, node.right as Node);
    walk.children(node);
  },
  MetaProperty(walk, node) {
    if ((node.meta as Node).name === 'import') walk.parsed.importMetas.push(node);
  },
  ImportExpression(walk, node) {
    walk.parsed.imports.push(node);
    walk.children(node);
  },

  BlockStatement: (walk, node) => walk.block(node.body as Node[]),
  SwitchStatement(walk, node) {
    walk.visit(node.discriminant);
    const cases = node.cases as Node[];
    const statements = cases.flatMap((one) => one.consequent as Node[]);
    walk.within(blockScope(statements), () => walk.visit(cases));
  },
  ForStatement: loop,
  ForInStatement: loop,
  ForOfStatement: loop,
  CatchClause(walk, node) {
    const scope = newScope();
    if (isNode(node.param)) for (const name of patternNames(node.param)) scope.values.add(name.name as string);
    walk.within(scope, () => walk.children(node));
  },
  WithStatement(walk, node) {
    walk.visit(node.object);
    const outer = walk.inWith;
    walk.inWith = true;
    walk.visit(node.body);
    walk.inWith = outer;
  },
  VariableDeclaration: variable,
  LabeledStatement: (walk, node) => walk.visit(node.body),
  BreakStatement() {},
  ContinueStatement() {},

  ImportDeclaration() {},
  ExportAllDeclaration() {},
  ExportNamedDeclaration: named,

  JSXIdentifier(walk, node) {
    if (/^[A-Z$_]/.test(node.name as string)) walk.use(node, 'value');
  },
  JSXElement(walk, node) {
    walk.parsed.jsx.element = true;
    walk.children(node);
  },
  JSXFragment(walk, node) {
    walk.parsed.jsx = { element: true, fragment: true };
    walk.children(node);
  },
  JSXAttribute: (walk, node) => walk.visit(node.value),
  JSXMemberExpression: (walk, node) => walk.visit(node.object),
  JSXNamespacedName() {},
};

function property(walk: Walk, node: Node): void {
  if (node.computed === true) walk.visit(node.key);
  const value = node.value as Node;
  if (node.shorthand !== true) {
    walk.visit(value);
    return;
  }
  const id = value.type === 'AssignmentPattern' ? (value.left as Node) : value;
  walk.use(id, 'value', { shorthand: true });
  if (value.type === 'AssignmentPattern') {
    give(walk, id, value.right as Node);
    walk.visit(value.right);
  }
}

function call(walk: Walk, node: Node): void {
  const callee = node.callee as Node;
  if (callee.type === 'Identifier') walk.use(callee, 'value', { call: true });
  else walk.visit(callee);
  const object = callee.type === 'MemberExpression' ? (callee.object as Node) : undefined;
  if (object?.type === 'Identifier' && object.name === walk.context)
    walk.parsed.contextCalls.push({ node, canAwait: walk.canAwait });
  walk.visit(node.typeArguments);
  walk.visit(node.arguments);
}

/** A function that is assigned to a name gets that name. */
function give(walk: Walk, left: Node, value: Node): void {
  const name = left.name as string;
  if (left.type === 'Identifier' && !walk.isInner(name)) walk.parsed.given.push({ name, value });
}

function loop(walk: Walk, node: Node): void {
  const scope = newScope();
  for (const key of ['init', 'left']) {
    const declaration = node[key];
    if (key === 'left') for (const name of patternNames(declaration)) walk.targets.add(name);
    if (!isNode(declaration) || declaration.type !== 'VariableDeclaration') continue;
    walk.places.set(declaration, key === 'init' ? 'for' : 'for-of');
    if (declaration.kind !== 'var') for (const { id } of variablesOf(declaration)) scope.values.add(id.name as string);
  }
  walk.within(scope, () => walk.children(node));
}

function variable(walk: Walk, node: Node): void {
  const isTop = node.kind === 'var' ? !walk.isInFunction() : walk.scopes.length === 0;
  if (isTop && node.declare !== true) walk.parsed.variables.push({ node, place: walk.places.get(node) ?? 'statement' });
  for (const { id } of variablesOf(node)) walk.kept.add(id);
  walk.children(node);
}

/** `export { a as b }`; what a module exports again is no use of a name. */
function named(walk: Walk, node: Node): void {
  if (isNode(node.declaration)) {
    walk.visit(node.declaration);
    return;
  }
  if (node.source) return;
  for (const specifier of node.specifiers as Node[]) {
    const local = specifier.local as Node;
    if (local.type !== 'Identifier') continue;
    walk.use(local, 'value', { exported: true });
    walk.use(local, 'type', { exported: true });
    const name = (specifier.exported as Node).name as string | undefined;
    if (name && name !== local.name && name !== 'default') walk.parsed.aliases.push({ name, of: local.name as string });
  }
}
