import { isNode, type Node } from './node.ts';
import { bodyScope, declareIn, parameterScope, typeParameterScope } from './scope.ts';
import type { Handlers, Walk } from './walk.ts';

/** Functions and classes: they have names, and an `await`, of their own. */
export const inFunctions: Handlers = {
  FunctionDeclaration: declaredFunction,
  TSDeclareFunction: declaredFunction,
  FunctionExpression: functionLike,
  TSEmptyBodyFunctionExpression: functionLike,
  ArrowFunctionExpression: functionLike,

  ClassDeclaration: classLike,
  ClassExpression: classLike,
  MethodDefinition: member,
  TSAbstractMethodDefinition: member,
  PropertyDefinition: member,
  TSAbstractPropertyDefinition: member,
  AccessorProperty(walk, node) {
    walk.parsed.accessors = true;
    member(walk, node);
  },
  TSAbstractAccessorProperty: member,
  Decorator(walk, node) {
    walk.parsed.decorators.push(node);
    walk.visit(node.expression);
  },
  StaticBlock: (walk, node) => walk.block(node.body as Node[], bodyScope(node.body as Node[])),
};

function declaredFunction(walk: Walk, node: Node): void {
  if (isNode(node.id)) walk.use(node.id, 'value', { declares: true });
  functionLike(walk, node);
}

function functionLike(walk: Walk, node: Node): void {
  const scope = parameterScope(node, true);
  if (node.type === 'FunctionExpression' && isNode(node.id)) scope.values.add(node.id.name as string);
  const body = node.body as Node | null;
  walk.within(scope, () => {
    walk.visit(node.typeParameters);
    walk.awaiting(false, () => {
      walk.visit(node.params);
      walk.visit(node.returnType);
    });
    walk.awaiting(node.async === true, () => {
      if (body?.type !== 'BlockStatement') walk.visit(body);
      else walk.block(body.body as Node[], bodyScope(body.body as Node[]));
    });
  });
}

function classLike(walk: Walk, node: Node): void {
  const scope = typeParameterScope(node);
  if (isNode(node.id)) {
    // A class declaration's name is the one outside, so that it can be renamed together with its uses inside.
    if (node.type === 'ClassDeclaration') walk.use(node.id, 'type', { declares: true });
    else declareIn(scope, node);
  }
  walk.visit(node.decorators);
  walk.within(scope, () => {
    walk.children(node, ['id', 'decorators', 'body']);
    walk.awaiting(false, () => walk.visit(node.body));
  });
}

function member(walk: Walk, node: Node): void {
  walk.visit(node.decorators);
  if (node.computed === true) walk.visit(node.key);
  walk.awaiting(false, () => walk.children(node, ['key', 'decorators']));
}
