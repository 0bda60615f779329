import { visitorKeys } from 'oxc-parser';
import { isNode, type Node } from './node.ts';
import type { Meaning, Parsed, Use } from './parse.ts';
import { blockScope, type Scope } from './scope.ts';
import { inCode } from './walk-code.ts';
import { inFunctions } from './walk-functions.ts';
import { inTypes } from './walk-types.ts';

/** What is done with a node, by its type; of all others the children are visited. */
export type Handlers = Record<string, (walk: Walk, node: Node) => void>;

const handlers: Handlers = { ...inCode, ...inFunctions, ...inTypes };

/** A way through a cell's syntax tree that notes every name which no scope on the way declares. */
export class Walk {
  readonly parsed: Parsed;
  /** The name of the runtime's object. */
  readonly context: string;
  readonly scopes: Scope[] = [];
  canAwait = true;
  inWith = false;
  /** Names that an assignment or a loop without a declaration sets. */
  readonly targets = new Set<Node>();
  /** Names that cannot be replaced by the value they have. */
  readonly kept = new Set<Node>();
  /** Declarations in the head of a loop. */
  readonly places = new Map<Node, 'for' | 'for-of'>();

  constructor(parsed: Parsed, context: string) {
    this.parsed = parsed;
    this.context = context;
  }

  visit(node: unknown): void {
    if (Array.isArray(node)) {
      for (const item of node) this.visit(item);
      return;
    }
    if (!isNode(node)) return;
    const handler = handlers[node.type];
    if (handler) handler(this, node);
    else this.children(node);
  }

  children(node: Node, except: string[] = []): void {
    const keys = visitorKeys[node.type] ?? [];
    for (const key of keys) if (!except.includes(key)) this.visit(node[key]);
    // A pattern's or parameter's annotation is not among the visitor's keys of an Identifier.
    if (node.typeAnnotation && !keys.includes('typeAnnotation')) this.visit(node.typeAnnotation);
  }

  /** Notes a name, unless it is some inner scope's. */
  use(node: Node, meaning: Meaning, flags: Partial<Use> = {}): void {
    const name = node.name as string;
    if (this.isInner(name, meaning === 'value' ? 'values' : 'types')) return;
    if (meaning === 'value' && name === 'arguments' && this.isInFunction()) return;
    this.parsed.uses.push({
      name,
      start: node.start,
      // With its annotation an identifier ends later.
      end: node.type === 'Identifier' ? node.start + name.length : node.end,
      meaning,
      shorthand: false,
      call: false,
      declares: false,
      exported: false,
      assigned: this.targets.has(node),
      kept: this.kept.has(node),
      inWith: this.inWith,
      ...flags,
    });
  }

  /** The left end of `A.B.C`, or an expression. */
  entity(node: Node, meaning: Meaning): void {
    if (node.type === 'Identifier') {
      if (node.name !== 'const' && node.name !== 'this') this.use(node, meaning);
    } else if (node.type === 'TSQualifiedName') this.entity(node.left as Node, meaning);
    else if (node.type === 'MemberExpression') this.entity(node.object as Node, meaning);
    else this.visit(node);
  }

  isInner(name: string, kind: 'values' | 'types' = 'values'): boolean {
    return this.scopes.some((scope) => scope[kind].has(name));
  }

  isInFunction(): boolean {
    return this.scopes.some(({ isFunction }) => isFunction);
  }

  within(scope: Scope, body: () => void): void {
    this.scopes.push(scope);
    body();
    this.scopes.pop();
  }

  block(statements: Node[], scope = blockScope(statements)): void {
    this.within(scope, () => this.visit(statements));
  }

  /** Where `await` may stand, or may not. */
  awaiting(canAwait: boolean, body: () => void): void {
    const outer = this.canAwait;
    this.canAwait = canAwait;
    body();
    this.canAwait = outer;
  }
}
