import { type Node, parseSync, Visitor } from 'oxc-parser';
import { type Cell, textOf } from '../run/notebook.ts';
import { withoutMagics } from './declared.ts';

/**
 * The sentences that the teacher's cells say where a test fails: `assert.equal(a, b, 'the sentence')`, `throw new Error('…')`.
 * Only these are shown of a hidden test. Any other text of it may be what it calls a function with or expects, and a student
 * can throw an error with whatever message to see whether it is there.
 */
export function hintsOf(cells: Cell[]): Set<string> {
  const programs = cells
    .filter((cell) => cell.cell_type === 'code')
    .map((cell) => parseSync('cell.ts', withoutMagics(textOf(cell.source)), { lang: 'ts', sourceType: 'module' }));
  const hints = new Set<string>();
  /** What the teacher's cells import of node:assert: a student may have a function of the same name as one of these. */
  const wholes = new Set<string>();
  const methods = new Map<string, string>();
  for (const { program } of programs)
    for (const node of program.body) {
      if (node.type !== 'ImportDeclaration' || !/^(node:)?assert(\/strict)?$/.test(node.source.value)) continue;
      for (const one of node.specifiers) {
        const name = one.type !== 'ImportSpecifier' ? 'default' : nameOf(one.imported);
        if (name === 'default' || name === 'strict') wholes.add(one.local.name);
        else methods.set(one.local.name, name);
      }
    }
  const methodOf = (callee: Node): string | undefined => {
    if (callee.type === 'Identifier') return wholes.has(callee.name) ? 'ok' : methods.get(callee.name);
    if (callee.type !== 'MemberExpression' || callee.computed || callee.property.type !== 'Identifier')
      return undefined;
    return methodOf(callee.object) === 'ok' ? callee.property.name.replace(/^strict$/, 'ok') : undefined;
  };
  const add = (node: Node | undefined) => {
    if (node?.type === 'Literal' && typeof node.value === 'string') hints.add(node.value);
    if (node?.type === 'TemplateLiteral' && node.expressions.length === 0)
      hints.add(node.quasis[0]!.value.cooked ?? '');
  };
  const visitor = new Visitor({
    CallExpression({ callee, arguments: given }) {
      const method = methodOf(callee);
      if (method !== undefined) for (const at of messageAt(method)) add(given[at]);
    },
    ThrowStatement({ argument }) {
      if (argument.type === 'NewExpression') add(argument.arguments[0]);
    },
  });
  for (const { program } of programs) visitor.visit(program);
  hints.delete('');
  return hints;
}

/** Which of an assertion's arguments is its message. */
function messageAt(method: string): number[] {
  if (method === 'fail') return [0];
  if (method === 'ok') return [1];
  return /^(throws|rejects|doesNotThrow|doesNotReject)$/.test(method) ? [1, 2] : [2];
}

function nameOf(node: { type: 'Identifier'; name: string } | { type: 'Literal'; value: unknown }): string {
  return node.type === 'Identifier' ? node.name : String(node.value);
}
