import type { Value } from '../device.ts';
import { invalid, type ModelError } from '../error.ts';
import type { FlatNode, SubGraph } from '../graph.ts';
import type { DType } from '../value.ts';

/** One step of a plan: inputs in the op's order; what it returns is owned by the caller. */
export type Kernel = {
  (inputs: Value[]): Value | Value[];
  /** Where a step holds a graph of its own: the same with a pause between its steps. */
  paced?: (inputs: Value[]) => Generator<void, Value | Value[]>;
};

/** What a node may ask of the plan it becomes part of. */
export type Env = {
  compile(graph: SubGraph): Body;
  /** What outlives a request: variables and tables, by the name of their handle. */
  state: State;
};
/** A graph inside a graph. */
export type Body = { (inputs: Value[]): Value[]; paced(inputs: Value[]): Generator<void, Value[]> };
export type State = { variables: Map<string, Value>; tables: Map<string, Table> };
export type Table = { keyType: DType; valueType: DType; valueShape: number[]; entries: Map<unknown, unknown> };

/** A row of the table of ops. `make` runs once, when a signature is compiled; it reads the attributes. */
export type OpRow = {
  make(node: FlatNode, env: Env): Kernel;
  /** Changes or reads state, or is random: never folded, and kept in order. */
  effect?: boolean;
};

export function row(make: OpRow['make']): OpRow {
  return { make };
}

export function shapeText(shape: readonly number[]): string {
  return `[${shape.join(',')}]`;
}

/** An error of the request, with the node as TensorFlow's texts have it. */
export function refuse(node: FlatNode, text: string): ModelError {
  return invalid(`${text}\n\t [[{{node ${node.name}}}]]`);
}

export function wrapAxis(node: FlatNode, axis: number, rank: number): number {
  if (axis < -rank || axis >= Math.max(rank, 1)) {
    throw refuse(node, `axis ${axis} is outside [${-rank}, ${rank}) of a tensor of rank ${rank}`);
  }
  return axis < 0 ? axis + rank : axis;
}
