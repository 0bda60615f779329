import { type BindingPattern, type Directive, parseSync, type Statement } from 'oxc-parser';

/** The names that a cell's top level declares. A cell that does not parse declares nothing, and does not run either. */
export function declaredBy(source: string): string[] {
  const { program, errors } = parseSync('cell.ts', withoutMagics(source), { lang: 'ts', sourceType: 'module' });
  return errors.length > 0 ? [] : program.body.flatMap(ofStatement);
}

/** A magic is no TypeScript, and declares no more than `const out = !cmd` does in its own line. */
export function withoutMagics(source: string): string {
  return source.replace(/^([ \t]*(?:const|let|var)\s+[\w$]+\s*=)\s*[!%].*$/gm, '$1 0;').replace(/^[ \t]*[!%].*$/gm, '');
}

function ofStatement(node: Statement | Directive): string[] {
  switch (node.type) {
    case 'ImportDeclaration':
      return node.specifiers.map(({ local }) => local.name);
    case 'FunctionDeclaration':
    case 'ClassDeclaration':
    case 'TSEnumDeclaration':
      return node.id ? [node.id.name] : [];
    case 'VariableDeclaration':
      return node.declarations.flatMap(({ id }) => ofPattern(id));
    case 'ExportNamedDeclaration':
      return node.declaration ? ofStatement(node.declaration) : [];
    default:
      return [];
  }
}

function ofPattern(node: BindingPattern): string[] {
  switch (node.type) {
    case 'Identifier':
      return [node.name];
    case 'ObjectPattern':
      return node.properties.flatMap((one) => ofPattern(one.type === 'RestElement' ? one.argument : one.value));
    case 'ArrayPattern':
      return node.elements.flatMap((one) =>
        one === null ? [] : ofPattern(one.type === 'RestElement' ? one.argument : one),
      );
    case 'AssignmentPattern':
      return ofPattern(node.left);
    default:
      return [];
  }
}
