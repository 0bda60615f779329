import { corrupt, ModelError } from './error.ts';
import type { Edge, FlatNode, Library } from './graph.ts';
import { inlineTarget } from './inline.ts';
import { handleOf } from './ops/state.ts';
import { allNodes } from './order.ts';
import type { Box } from './slices.ts';
import { parseSlice } from './slices.ts';
import { fromTensorProto } from './tensor-proto.ts';

/** A tensor of the checkpoint, or a part of one. */
export type Source = { key: string; box: Box | undefined };

/** Of variables their tensors, of tables that a model may change their keys and values. */
export type Restored = {
  keys: Map<string, Source>;
  tables: Map<string, { handle: FlatNode; keys: Source; values: Source }>;
};

/**
 * Which tensor of the checkpoint belongs to which variable: handle → key. Names do not tell (Keras saves each weight
 * twice, under names that match no live variable), the restore op does: it is read, not run.
 */
export function restoreKeys(library: Library, restoreOp: string): Restored {
  const [keys, tables]: [Restored['keys'], Restored['tables']] = [new Map(), new Map()];
  if (!restoreOp) return { keys, tables };
  const graph = inlineTarget(library, { feeds: [], fetches: [], runs: [restoreOp.replace(/:\d+$/, '')] });
  // One RestoreV2 names hundreds of tensors; its list of names is read once.
  const lists = new Map<FlatNode, string[]>();
  const strings = (edge: Edge | undefined): string[] => {
    const list = (edge && lists.get(edge.node)) ?? constantStrings(edge);
    if (edge) lists.set(edge.node, list);
    return list;
  };
  for (const node of allNodes(withControls(graph.after))) {
    if (IMPORTS.has(node.op)) {
      const [of, values] = [restored(node.inputs[1], strings), restored(node.inputs[2], strings)];
      if (of && values) tables.set(handleOf(node).name, { handle: handleOf(node), keys: of, values });
    }
    if (node.op !== 'AssignVariableOp' && node.op !== 'Assign') continue;
    const source = restored(node.inputs[1], strings);
    if (source) keys.set(handleOf(node).name, source);
  }
  return { keys, tables };
}

const IMPORTS = new Set(['LookupTableImport', 'LookupTableImportV2']);

/** The nodes and what they wait for, as one graph. */
function withControls(after: FlatNode[]) {
  return { inputs: [], outputs: [], after };
}

/** Follows a value back to the RestoreV2 that reads it. */
function restored(edge: Edge | undefined, strings: (edge: Edge | undefined) => string[]): Source | undefined {
  let at = edge;
  while (at && at.node.op !== 'RestoreV2') {
    if (at.node.op !== 'Identity' && at.node.op !== 'Reshape') return undefined;
    at = at.node.inputs[0];
  }
  if (!at) return undefined;
  const [names, slices] = [strings(at.node.inputs[1]), strings(at.node.inputs[2])];
  const key = names[at.index];
  if (key === undefined) throw corrupt(`the restore op "${at.node.name}" has no tensor ${at.index}`);
  return { key, box: parseSlice(slices[at.index] ?? '') };
}

function constantStrings(edge: Edge | undefined): string[] {
  const proto = edge?.node.op === 'Const' ? edge.node.attr.get('value')?.tensor : undefined;
  if (!proto)
    throw new ModelError('UNIMPLEMENTED', 'the names of the tensors to restore are not constants of the graph');
  const { dtype, data } = fromTensorProto(proto);
  if (dtype !== 'string') throw corrupt(`the names of the tensors to restore are of type ${dtype}`);
  return (data as Uint8Array[]).map((bytes) => Buffer.from(bytes).toString());
}
