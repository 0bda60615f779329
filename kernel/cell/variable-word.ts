import type { TypeScriptSymbol } from './project.ts';
import type { Slot } from './slots.ts';

type Node = { kind: number; flags: number; parent?: Node };

/** SyntaxKind and NodeFlags of TypeScript. */
const parameter = 170;
const variableList = 262;
/** By the flags of how it is scoped: Let, Const, Using, and both for AwaitUsing. */
const words: Record<number, string> = { 1: 'let', 2: 'const', 4: 'using', 6: 'await using' };
const scoping = 7;

/** `const`, `let`, `var`, … as a variable was declared; `(parameter)` of a function's. */
export async function variableWord(symbol: TypeScriptSymbol, earlier: Slot | undefined): Promise<string> {
  let node = (await symbol.valueDeclaration?.resolve()) as Node | undefined;
  while (node && node.kind !== parameter && node.kind !== variableList) node = node.parent;
  if (node?.kind === parameter) return '(parameter)';
  const word = words[(node?.flags ?? 0) & scoping] ?? 'var';
  // What an earlier cell declared stands in the checker's text as `declare let`, or `declare const`.
  return (word === 'let' && earlier?.kind === 'var') || (word === 'const' && earlier?.kind === 'using')
    ? earlier.kind
    : word;
}
