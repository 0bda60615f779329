import { leftmost, type Node } from './node.ts';
import { bodyScope, inferScope, newScope, parameterScope, typeParameterScope } from './scope.ts';
import type { Handlers, Walk } from './walk.ts';

/** What only TypeScript has: types, and the declarations that JavaScript lacks. */
export const inTypes: Handlers = {
  TSTypeReference(walk, node) {
    walk.entity(node.typeName as Node, 'type');
    walk.visit(node.typeArguments);
  },
  TSTypeQuery(walk, node) {
    walk.entity(node.exprName as Node, 'value');
    walk.visit(node.typeArguments);
  },
  TSClassImplements: heritage,
  TSInterfaceHeritage: heritage,
  TSImportType: (walk, node) => walk.visit(node.typeArguments),
  TSInterfaceDeclaration: named,
  TSTypeAliasDeclaration: named,
  TSTypeParameter(walk, node) {
    walk.visit(node.constraint);
    walk.visit(node.default);
  },
  TSMappedType(walk, node) {
    const scope = newScope();
    scope.types.add((node.key as Node).name as string);
    walk.within(scope, () => walk.children(node, ['key']));
  },
  TSConditionalType(walk, node) {
    walk.visit(node.checkType);
    walk.within(inferScope(node.extendsType), () => {
      walk.visit(node.extendsType);
      walk.visit(node.trueType);
    });
    walk.visit(node.falseType);
  },
  TSInferType: (walk, node) => walk.visit((node.typeParameter as Node).constraint),
  TSFunctionType: signature,
  TSConstructorType: signature,
  TSMethodSignature: signature,
  TSCallSignatureDeclaration: signature,
  TSConstructSignatureDeclaration: signature,
  TSIndexSignature: signature,
  TSPropertySignature(walk, node) {
    if (node.computed === true) walk.visit(node.key);
    walk.visit(node.typeAnnotation);
  },
  TSNamedTupleMember: (walk, node) => walk.visit(node.elementType),
  TSEnumDeclaration(walk, node) {
    walk.use(node.id as Node, 'type', { declares: true });
    const scope = newScope();
    const members = (node.body as { members: Node[] }).members;
    for (const { id } of members as (Node & { id: Node })[]) if (id.name) scope.values.add(id.name as string);
    walk.within(scope, () => {
      for (const member of members) walk.visit(member.initializer);
    });
  },
  TSModuleDeclaration(walk, node) {
    const id = leftmost(node.id as Node);
    if (node.global !== true && id.type === 'Identifier') walk.use(id, 'type', { declares: true });
    // In the body of `A.B` the name B is known.
    const scope = newScope();
    for (let name = node.id as Node; name.type === 'TSQualifiedName'; name = name.left as Node)
      for (const names of [scope.values, scope.types]) names.add((name.right as Node).name as string);
    walk.within(scope, () => walk.visit(node.body));
  },
  TSModuleBlock(walk, node) {
    const body = node.body as Node[];
    if (body.some(exportsVariable)) walk.parsed.namespaceVariables = true;
    walk.awaiting(false, () => walk.block(body, bodyScope(body)));
  },
  TSImportEqualsDeclaration(walk, node) {
    walk.use(node.id as Node, 'value', { declares: true });
    const reference = node.moduleReference as Node;
    if (reference.type !== 'TSExternalModuleReference') walk.entity(reference, 'type');
  },
};

function exportsVariable({ type, declaration }: Node): boolean {
  const { type: declared, kind } = (declaration ?? {}) as Partial<Node>;
  return type === 'ExportNamedDeclaration' && declared === 'VariableDeclaration' && kind !== 'const';
}

function heritage(walk: Walk, node: Node): void {
  walk.entity(node.expression as Node, 'type');
  walk.visit(node.typeArguments);
}

function named(walk: Walk, node: Node): void {
  walk.use(node.id as Node, 'type', { declares: true });
  walk.within(typeParameterScope(node), () => walk.children(node, ['id']));
}

/** Parameters are names of their own, for `typeof` and `is`. */
function signature(walk: Walk, node: Node): void {
  walk.within(parameterScope(node), () => {
    if (node.computed === true) walk.visit(node.key);
    walk.children(node, ['key']);
  });
}
