import type { Value } from './device.ts';
import { corrupt } from './error.ts';
import { outputOffset } from './ops/outputs.ts';
import type { AttrValue, FunctionDef, GraphDef, NodeDef, OpDef } from './schema.ts';

/** A graph and its functions by name. */
export type Library = {
  root: Map<string, NodeDef>;
  functions: Map<string, Body>;
  /** Of ops that the file describes itself (stripped_op_list): their outputs. */
  ops: Map<string, OpDef>;
};

export type Body = { def: FunctionDef; nodes: Map<string, NodeDef> };

/** One op of a flat graph: functions are gone, every input is a node and which of its outputs. */
export type FlatNode = {
  /** With the calls it came through, e.g. `StatefulPartitionedCall/Conv1/Relu`: for messages. */
  name: string;
  op: string;
  attr: Map<string, AttrValue>;
  inputs: Edge[];
  /** Nodes that must run before, for what they do (control inputs). */
  after: FlatNode[];
  /** While, If, Case: the graphs of their branches. */
  bodies?: Record<string, SubGraph>;
  /** Set by a fusion: applied to the result. */
  activation?: string;
  /** Of a handle that came through a TF1 Switch: dead where the branch is not taken. */
  routed?: FlatNode;
  /** Of a Const: the variables' reads and folded nodes have no attribute. */
  value?: Value;
};

export type Edge = { node: FlatNode; index: number };

export type SubGraph = { inputs: FlatNode[]; outputs: Edge[]; after: FlatNode[] };

export function newNode(name: string, op: string, inputs: Edge[] = [], attr: FlatNode['attr'] = new Map()): FlatNode {
  return { name, op, attr, inputs, after: [] };
}

export function constantNode(name: string, value: Value): FlatNode {
  return { ...newNode(name, 'Const'), value };
}

export function indexGraph(graph: GraphDef, ops: OpDef[]): Library {
  return {
    root: indexNodes(graph.node, 'the graph'),
    functions: new Map(
      (graph.library?.function ?? []).map((def) => {
        const name = def.signature?.name ?? '';
        return [name, { def, nodes: indexNodes(def.node_def, `function ${name}`) }];
      }),
    ),
    ops: new Map(ops.map((op) => [op.name, op])),
  };
}

/** `^x` → control; `x` or `x:1` in the root; `x:out:1` in a function, where outputs are named. */
export function parseReference(reference: string): { name: string; control: boolean; output?: string; index: number } {
  if (reference.startsWith('^')) return { name: reference.slice(1), control: true, index: 0 };
  const [name = '', second, third] = reference.split(':');
  if (third !== undefined) return { name, control: false, output: second ?? '', index: toIndex(third, reference) };
  return { name, control: false, index: second === undefined ? 0 : toIndex(second, reference) };
}

/** The flat number of a function body's `node:output:index`. */
export function flatIndex(library: Library, node: NodeDef, output: string | undefined, index: number): number {
  return output === undefined ? index : index + outputOffset(node, output, library.ops.get(node.op));
}

function indexNodes(nodes: NodeDef[], where: string): Map<string, NodeDef> {
  const index = new Map<string, NodeDef>();
  for (const node of nodes) {
    if (index.has(node.name)) throw corrupt(`two nodes named "${node.name}" in ${where}`);
    index.set(node.name, node);
  }
  return index;
}

function toIndex(text: string, reference: string): number {
  if (!/^\d{1,9}$/.test(text)) throw corrupt(`"${reference}" does not name a tensor`);
  return Number(text);
}
