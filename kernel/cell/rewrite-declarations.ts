import { member } from './boxes.ts';
import { attributesOf, moduleSlot, plainSpecifier } from './imports.ts';
import { isNode, type Node } from './node.ts';
import type { Parsed } from './parse.ts';
import type { Rewriting } from './rewrite.ts';

/** Imports, exports, functions and classes at the cell's top level. */
export function rewriteStatement(cell: Rewriting, node: Node): void {
  const { code, boxes } = cell;
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
      load(cell, node);
      return;
    case 'ExportNamedDeclaration':
      if (node.source) load(cell, node);
      else if (isNode(node.declaration)) withoutExport(cell, node, node.declaration);
      else code.update(node.start, node.end, ';');
      return;
    case 'ExportDefaultDeclaration':
      exportDefault(cell, node, node.declaration as Node);
      return;
    case 'FunctionDeclaration': {
      const name = (node.id as Node).name as string;
      const path = boxes.of(name);
      if (path) cell.prologue.push(`${path} = ${name};`);
      return;
    }
    case 'ClassDeclaration': {
      const path = boxes.of((node.id as Node).name as string);
      if (!path) return;
      code.prependRight(node.start, `${path} = `);
      code.appendLeft(node.end, ';');
    }
  }
}

export function rewriteVariables(
  cell: Rewriting,
  { node, place }: Parsed['variables'][number],
  isUsing: boolean,
): void {
  const { code, boxes, context } = cell;
  const declarators = node.declarations as Node[];
  if (isUsing) {
    // The resource is released when the cell ends; its name stays.
    for (const { id } of declarators as (Node & { id: Node })[])
      code.prependRight(id.start, `${context}using${id.start} = `);
    return;
  }
  if (declarators.some(({ id }) => boxes.isHelper((id as Node).name as string))) return;
  code.remove(node.start, declarators[0]!.start);
  if (place === 'for-of') return;
  for (const declarator of declarators) {
    const id = declarator.id as Node;
    const init = declarator.init as Node | null;
    if (!init) {
      // `var x;` keeps what x has, so that it may stand after an assignment.
      if (node.kind !== 'var') code.appendLeft(id.end, ' = void 0');
    } else if (id.type === 'Identifier') rewriteFunctionName(cell, id.name as string, init);
    else {
      code.prependRight(id.start, '(');
      code.appendLeft(init.end, ')');
    }
  }
}

/** `const f = () => 1` gives the function its name; an assignment to a member would not. */
export function rewriteFunctionName({ code }: Rewriting, name: string, init: Node): void {
  const anonymous =
    init.type === 'ArrowFunctionExpression' ||
    (/^(?:Function|Class)Expression$/.test(init.type) && !isNode(init.id) && !hasStaticName(init));
  if (!anonymous) return;
  code.prependRight(init.start, `({ ${JSON.stringify(name)}: `);
  code.appendLeft(init.end, ` })${member(name)}`);
}

function hasStaticName(node: Node): boolean {
  const members = node.type === 'ClassExpression' ? ((node.body as { body: Node[] }).body ?? []) : [];
  return members.some((one) => one.static === true && (one.key as Node | undefined)?.name === 'name');
}

/** Imports come first, wherever they stand. */
function load({ number, code, context, boxes, own, parsed }: Rewriting, node: Node): void {
  const specifier = (node.source as Node).value as string;
  const slot = moduleSlot(specifier, number);
  for (const one of node.type === 'ImportDeclaration' ? (node.specifiers as Node[]) : []) {
    const local = (one.local as Node).name as string;
    if (own.has(local)) continue;
    const imported = one.imported as Node | undefined;
    const key = one.type === 'ImportDefaultSpecifier' ? 'default' : String(imported?.name ?? imported?.value ?? '');
    boxes.add(local, key ? [slot, key] : [slot]);
  }
  const attributes = attributesOf(node);
  const options = attributes ? `, ${JSON.stringify({ with: attributes })}` : '';
  const asked = JSON.stringify(plainSpecifier(specifier));
  code.update(node.start, node.end, `${boxes.at([slot])} = await ${context}.import(${asked}${options});`);
  const first = parsed.program.body.find((statement) => !statement.source)?.start ?? node.start;
  if (first < node.start) code.move(node.start, node.end, first);
}

function exportDefault(cell: Rewriting, node: Node, declaration: Node): void {
  if (isNode(declaration.id)) {
    withoutExport(cell, node, declaration);
    return;
  }
  const { code, text } = cell;
  code.update(node.start, declaration.start, '(');
  code.appendLeft(declaration.end, text[node.end - 1] === ';' ? ')' : ');');
}

function withoutExport(cell: Rewriting, node: Node, declaration: Node): void {
  cell.code.remove(node.start, declaration.start);
  rewriteStatement(cell, declaration);
}
