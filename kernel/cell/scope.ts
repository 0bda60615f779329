import { visitorKeys } from 'oxc-parser';
import { variablesOf } from './declared.ts';
import { isNode, leftmost, type Node, patternNames, unexported } from './node.ts';

/** The names that a block, function, class or type has for itself. */
export type Scope = { values: Set<string>; types: Set<string>; isFunction: boolean };

export const newScope = (isFunction = false): Scope => ({ values: new Set(), types: new Set(), isFunction });

export function blockScope(statements: Node[]): Scope {
  const scope = newScope();
  for (const statement of statements) declareIn(scope, statement);
  return scope;
}

/** A function's, static block's or namespace's body: the `var` of the blocks in it are its own. */
export function bodyScope(statements: Node[]): Scope {
  const scope = newScope(true);
  for (const { id } of statements.flatMap((statement) => variablesOf(unexported(statement), true)))
    scope.values.add(id.name as string);
  for (const statement of statements) declareIn(scope, statement);
  return scope;
}

/** Type parameters and parameters, of a function or of a mere signature. */
export function parameterScope(node: Node, isFunction = false): Scope {
  const scope = typeParameterScope(node, isFunction);
  for (const parameter of (node.params ?? node.parameters ?? []) as Node[])
    for (const name of patternNames(parameter)) scope.values.add(name.name as string);
  return scope;
}

export function typeParameterScope(node: Node, isFunction = false): Scope {
  const scope = newScope(isFunction);
  const list = node.typeParameters as { params: Node[] } | null | undefined;
  for (const parameter of list?.params ?? []) scope.types.add((parameter.name as Node).name as string);
  return scope;
}

/** `infer T` anywhere in what a conditional type extends. */
export function inferScope(type: unknown, scope: Scope = newScope()): Scope {
  if (Array.isArray(type)) for (const item of type) inferScope(item, scope);
  if (!isNode(type)) return scope;
  if (type.type === 'TSInferType') scope.types.add(((type.typeParameter as Node).name as Node).name as string);
  for (const key of visitorKeys[type.type] ?? []) inferScope(type[key], scope);
  return scope;
}

/** Names that a statement declares in its block. `var` belongs to the function around it. */
export function declareIn(scope: Scope, statement: Node): void {
  const node = unexported(statement);
  const id = isNode(node.id) ? leftmost(node.id) : undefined;
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
      if (node.kind !== 'var') for (const { id } of variablesOf(node)) scope.values.add(id.name as string);
  }
}
