import type { Body, Edge, FlatNode } from './graph.ts';
import type { NodeDef } from './schema.ts';

/** A graph, or a call of a function, while its nodes are worked on. */
export type Scope = {
  path: string;
  depth: number;
  nodes: Map<string, NodeDef>;
  /** A function's arguments. */
  args: Map<string, Edge>;
  /** Tensors that are given instead of computed, by `node:index`: what a request feeds, the variables of a TF1 loop. */
  fed: Map<string, Edge>;
  done: Map<string, Done>;
  /** Nodes whose inputs are being worked on: meeting one again is a cycle. */
  active: Set<string>;
  /** What the call itself had to wait for. */
  after: FlatNode[];
  /** By the name of their condition, once one of their exits was met. */
  loops?: Map<string, Loop>;
  /** Whether it has branches of TF1. */
  branched?: boolean;
};

/** A loop of TF1: Merge(Enter, NextIteration) → Switch → Exit for each variable, and what enters without changing. */
export type Loop = {
  condition: string;
  variables: { switch: string; merge: string; enter: NodeDef; next: string }[];
  constants: NodeDef[];
  enters: NodeDef[];
  node?: FlatNode;
};

/** What a node became: one flat node, or (calls, identities) the tensors it passes on; and what `^node` waits for. */
export type Done = { node?: FlatNode; edges?: Edge[]; control: FlatNode[] };

export type Task = { scope: Scope; name: string; call?: { scope: Scope; body: Body } };

/** What works on a scope's nodes (inline.ts), as those who build its loops and branches need it. */
export type Walk = {
  definition(scope: Scope, name: string): NodeDef;
  edge(scope: Scope, reference: string): Edge | undefined;
  edges(scope: Scope, references: string[]): Edge[];
  nodes(scope: Scope, names: string[]): FlatNode[];
  body(name: string, caller: string): Body;
  functionScope(scope: Scope, def: NodeDef, body: Body, inputs: Edge[]): Scope;
};

/** Deeper calls are a recursion that never ends when it is inlined. */
export const MAX_DEPTH = 64;

/** One in which nothing is done yet. */
export function newScope(of: Pick<Scope, 'path' | 'depth' | 'nodes'> & Partial<Scope>): Scope {
  return { args: new Map(), fed: new Map(), done: new Map(), active: new Set(), after: [], ...of };
}
