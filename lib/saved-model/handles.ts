import type { Edge, FlatNode } from './graph.ts';
import { newNode } from './graph.ts';

/** Ops whose output is a handle to something that outlives a request. */
export function isHandleOp(op: string): boolean {
  return (
    op === 'VarHandleOp' ||
    isTF1Variable(op) ||
    /^(Mutable|Anonymous)?(Mutable)?(Dense)?Hash(Table|TableV2|TableOfTensors.*)$/.test(op)
  );
}

export function isTF1Variable(op: string): boolean {
  return op === 'VariableV2' || op === 'Variable';
}

export function isVariable(edge: Edge): boolean {
  return isTF1Variable(edge.node.op);
}

export function takesVariable(op: string): boolean {
  return op.startsWith('Assign') || op === 'IsVariableInitialized' || op.startsWith('Scatter');
}

/** A TF1 variable used as a value is read at that moment. */
export function readTF1(input: Edge, after: FlatNode[]): Edge {
  if (!isVariable(input)) return input;
  return { node: { ...newNode(`${input.node.name}/read`, 'ReadVariableOp', [input]), after }, index: 0 };
}
