import type MagicString from 'magic-string';
import type { Boxes } from './boxes.ts';
import { plainSpecifier } from './imports.ts';
import { isNode, type Node, patternNames, unexported } from './node.ts';
import type { Parsed, Use } from './parse.ts';
import { rewriteFunctionName, rewriteStatement, rewriteVariables } from './rewrite-declarations.ts';
import type { Slot } from './slots.ts';

/** A cell's JavaScript on its way to what runs. */
export type Rewriting = {
  number: number;
  text: string;
  code: MagicString;
  parsed: Parsed;
  /** The name of the runtime's object. */
  context: string;
  boxes: Boxes;
  /** Statements that run before the cell's first. */
  prologue: string[];
  /** Names that the cell declares. */
  own: Map<string, Slot>;
  /** The slot that a name of this cell had before. */
  earlier(name: string): Slot | undefined;
  isKnown(name: string): boolean;
  /** A name that nobody knows may be a later cell's. */
  unchecked: boolean;
};

/** What becomes of a cell's last expression: what a promise settles to is its value, or the promise. */
export type ShownValue = 'settled' | 'as it is';

/** Declarations become assignments to the notebook's boxes, and the uses of their names what is in them. */
export function rewrite(cell: Rewriting, shown: ShownValue | undefined): void {
  const { parsed, boxes, context, code } = cell;
  const { body } = parsed.program;
  for (const statement of body) rewriteStatement(cell, statement);
  for (const one of parsed.variables) rewriteVariables(cell, one, /using$/.test(one.node.kind as string));
  for (const { name, value } of parsed.given) if (boxes.of(name)) rewriteFunctionName(cell, name, value);
  for (const { node, canAwait } of parsed.contextCalls) rewriteContextCall(cell, node, canAwait);
  for (const node of parsed.imports) rewriteImport(cell, node);
  for (const { start, end } of parsed.importMetas) code.update(start, end, `${context}.meta`);
  rewriteUses(cell);
  hoistVariables(cell);
  const last = body.at(-1);
  if (shown && last?.type === 'ExpressionStatement') returnValue(cell, last, shown);
}

function rewriteContextCall({ code, context }: Rewriting, node: Node, canAwait: boolean): void {
  const callee = node.callee as Node & { object: Node; property: Node };
  const method = callee.property.name as string;
  if (canAwait) {
    // In one piece with what stands there, so that a failing command's line is its own.
    code.update(node.start, callee.object.end, `(await ${context}`);
    code.appendLeft(node.end, ')');
  } else if (method === 'magic' || method === 'capture') code.appendLeft(callee.end, 'Sync');
}

function rewriteImport({ code, context }: Rewriting, node: Node): void {
  code.update(node.start, node.start + 'import'.length, `${context}.import`);
  const { type, value, start, end } = node.source as Node;
  if (type === 'Literal' && typeof value === 'string' && value.startsWith('npm:'))
    code.update(start, end, JSON.stringify(plainSpecifier(value)));
}

function rewriteUses(cell: Rewriting): void {
  const { parsed, boxes, context, code } = cell;
  const classes = parsed.program.body
    .map(unexported)
    .filter(({ type, id }) => type === 'ClassDeclaration' && isNode(id));
  // Inside of a class its name is its own: static members need it before it is the notebook's.
  const isInside = ({ name, start }: Use) =>
    classes.some((one) => (one.id as Node).name === name && start > one.start && start < one.end);
  for (const use of parsed.uses) {
    if (use.meaning !== 'value' || use.declares || use.exported || use.name === context || isInside(use)) continue;
    const path = boxes.of(use.name) ?? later(cell, use);
    if (!path) continue;
    const ofObject = use.inWith && !use.assigned && !use.kept;
    const one = ofObject ? `(typeof ${use.name} === 'undefined' ? ${path} : ${use.name})` : path;
    const value = use.call ? `(0, ${one})` : one;
    code.update(use.start, use.end, use.shorthand ? `${use.name}: ${value}` : value);
  }
}

/** A name that is not known when the cell is compiled is looked up when it is needed. */
function later(cell: Rewriting, { name, assigned, kept }: Use): string | undefined {
  if (!cell.unchecked || assigned || kept || name in globalThis || cell.boxes.isHelper(name)) return undefined;
  if (cell.isKnown(name) || cell.prologue.some((text) => text.includes(name))) return undefined;
  return `(${cell.context}.later(${JSON.stringify(name)}))`;
}

/** A `var` is there from the cell's beginning; what an earlier cell gave it stays. */
function hoistVariables({ parsed, boxes, prologue, earlier }: Rewriting): void {
  const hoisted = new Set<string>();
  for (const { node } of parsed.variables)
    for (const id of (node.declarations as Node[]).flatMap((one) => patternNames(one.id))) {
      const name = id.name as string;
      if (node.kind !== 'var' || boxes.isHelper(name) || earlier(name) || hoisted.has(name)) continue;
      hoisted.add(name);
      prologue.push(`${boxes.of(name)} = void 0;`);
    }
}

/** By a computed key, and not as the key's very value: else V8 calls what has no name of its own `value`. */
function returnValue({ code, text }: Rewriting, last: Node, shown: ShownValue): void {
  const before = shown === 'settled' ? "return { ['value']: await (" : "return { asItIs: true, ['value']: (0, ";
  code.prependRight(last.start, before);
  code.appendLeft(text[last.end - 1] === ';' ? last.end - 1 : last.end, ') }');
}
