import { isNode, leftmost, type Node, patternNames, unexported } from './node.ts';

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

/** The names that a statement at a cell's top level gives to later cells. */
export function declaredBy(statement: Node): Declared[] {
  const declared: Declared[] = [];
  const node = unexported(statement);
  const add = (id: Node | null, kind: Kind, value: boolean, type: boolean) => {
    if (id?.type === 'Identifier' && !(node.global === true))
      declared.push({ name: id.name as string, kind, value, type, start: id.start, end: id.end });
  };
  const ambient = node.declare === true;
  switch (node.type) {
    case 'ImportDeclaration':
      for (const specifier of node.specifiers as Node[])
        add(specifier.local as Node, 'import', node.importKind !== 'type' && specifier.importKind !== 'type', true);
      break;
    case 'ExportNamedDeclaration':
      for (const specifier of node.source ? (node.specifiers as Node[]) : [])
        add(specifier.exported as Node, 'import', node.exportKind !== 'type' && specifier.exportKind !== 'type', true);
      break;
    case 'ExportAllDeclaration':
      add(node.exported as Node | null, 'import', node.exportKind !== 'type', true);
      break;
    case 'FunctionDeclaration':
    case 'TSDeclareFunction':
      // An overload's signature declares nothing but its implementation's name.
      add(node.id as Node, ambient ? 'ambient' : 'function', true, false);
      break;
    case 'ClassDeclaration':
      add(node.id as Node, ambient ? 'ambient' : 'class', true, true);
      break;
    case 'TSEnumDeclaration':
      add(node.id as Node, ambient ? 'ambient' : 'enum', true, true);
      break;
    case 'TSModuleDeclaration':
      add(leftmost(node.id as Node), ambient || !hasValues(node) ? 'ambient' : 'namespace', true, true);
      break;
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
      add(node.id as Node, 'type', false, true);
      break;
    case 'TSImportEqualsDeclaration':
      add(node.id as Node, 'const', node.importKind !== 'type', true);
      break;
    default:
      for (const { id, kind } of variablesOf(node)) add(id, ambient ? 'ambient' : (kind as Kind), true, false);
  }
  return declared;
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
    WithStatement: ['body'],
    TryStatement: ['block', 'handler', 'finalizer'],
    CatchClause: ['body'],
    SwitchStatement: ['cases'],
    SwitchCase: ['consequent'],
    ExportNamedDeclaration: onlyVar ? ['declaration'] : [],
  }[node.type];
  return (below ?? []).flatMap((key) => variablesOf(node[key], true));
}

/** A namespace of types alone leaves nothing at run time. */
function hasValues(node: Node): boolean {
  const body = node.body as Node | null | undefined;
  if (!body) return false;
  if (body.type === 'TSModuleDeclaration') return hasValues(body);
  return (body.body as Node[]).some((statement) => {
    const inner = unexported(statement);
    if (inner.declare === true) return false;
    if (inner.type === 'TSModuleDeclaration') return hasValues(inner);
    return !['TSInterfaceDeclaration', 'TSTypeAliasDeclaration', 'ImportDeclaration'].includes(inner.type);
  });
}
