import type { Value } from './device.ts';
import { constant } from './device.ts';
import { corrupt } from './error.ts';
import type { Edge, FlatNode, SubGraph } from './graph.ts';
import { constantNode } from './graph.ts';
import { isHandleOp } from './handles.ts';
import type { Env } from './ops/op.ts';
import { OPS } from './ops/table.ts';
import { orderNodes } from './order.ts';
import { fromTensorProto } from './tensor-proto.ts';

/** Where constants come from: the graph, the checkpoint, and what was computed of them; all are freed with the model. */
export type Constants = {
  /** The value of a variable that no signature changes. */
  variable(handle: FlatNode): Value | undefined;
  keep(value: Value): Value;
};

/** Computes at compile time what does not depend on the inputs, and drops what passes its input on. Returns the nodes left, in order. */
export function foldConstants(graph: SubGraph, constants: Constants, env: Env): FlatNode[] {
  const replaced = new Map<FlatNode, Edge[]>();
  const renew = (edge: Edge): Edge => replaced.get(edge.node)?.[edge.index] ?? edge;
  for (const node of orderNodes(graph)) {
    node.inputs = node.inputs.map(renew);
    const edges = foldNode(node, constants, env);
    if (edges) replaced.set(node, edges);
  }
  graph.outputs = graph.outputs.map(renew);
  return orderNodes(graph);
}

function foldNode(node: FlatNode, constants: Constants, env: Env): Edge[] | undefined {
  if (node.op === 'Const') {
    node.value ??= constants.keep(readConst(node));
    return undefined;
  }
  if (node.op === 'ReadVariableOp' || node.op === 'ResourceGather') {
    const value = constants.variable(firstInput(node).node);
    if (!value) return undefined;
    const edge = { node: constantNode(node.name, value), index: 0 };
    if (node.op === 'ReadVariableOp' && !firstInput(node).node.routed) return [edge];
    node.inputs[0] = edge;
    // In a branch of TF1 it is dead or alive, so it stays a step.
    if (node.op === 'ReadVariableOp') node.op = 'Identity';
  }
  const row = OPS[node.op];
  if (!row || row.effect || node.bodies || node.after.length > 0) return undefined;
  if (PASS.has(node.op)) return [firstInput(node)];
  if (node.inputs.length === 0 || !node.inputs.every((edge) => edge.node.value) || isHandleOp(node.op))
    return undefined;
  const inputs = node.inputs.map((edge) => edge.node.value as Value);
  const result = row.make(node, env)(inputs);
  return (Array.isArray(result) ? result : [result]).map((value) => ({
    node: constantNode(node.name, constants.keep(value)),
    index: 0,
  }));
}

const PASS = new Set([
  'Identity',
  'StopGradient',
  'PreventGradient',
  'Snapshot',
  'CheckNumerics',
  'PlaceholderWithDefault',
  'DisableCopyOnRead',
]);

function firstInput({ name, op, inputs: [first] }: FlatNode): Edge {
  if (!first) throw corrupt(`the ${op} "${name}" has no input`);
  return first;
}

function readConst(node: FlatNode): Value {
  const proto = node.attr.get('value')?.tensor;
  if (!proto) throw corrupt(`the constant "${node.name}" has no value`);
  return constant(fromTensorProto(proto));
}
