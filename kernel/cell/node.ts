/** A node of the syntax tree, seen loosely: what is done with it is chosen by its type. */
export type Node = { type: string; start: number; end: number; [key: string]: unknown };

export const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';

/** What `export` or `export default` stands before; else the statement itself. */
export const unexported = (statement: Node): Node => (statement.declaration as Node | null | undefined) ?? statement;

/** The A of `A.B.C`. */
export const leftmost = (name: Node): Node => (name.type === 'TSQualifiedName' ? leftmost(name.left as Node) : name);

/** The identifiers that a pattern or parameter binds. */
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
