import { isHandleOp } from './handles.ts';
import { OPS } from './ops/table.ts';
import type { MetaGraphDef } from './schema.ts';

/** The ops of a graph and of its functions, calls of the functions left out, in order of their names. */
export function opsOf({ graph_def }: MetaGraphDef): string[] {
  const functions = graph_def?.library?.function ?? [];
  const own = new Set(functions.map(({ signature }) => signature?.name));
  const nodes = [...(graph_def?.node ?? []), ...functions.flatMap(({ node_def }) => node_def)];
  return [...new Set(nodes.map(({ op }) => op))].filter((op) => !own.has(op)).sort();
}

/** Ops that restore, save or call are done without a kernel. */
const WITHOUT =
  /^(Placeholder|Const|NoOp|(Stateful)?PartitionedCall|(Sharded)?(Save|Restore)(V2|dFilename)?|ShardedFilename|MergeV2Checkpoints|Enter|Exit|NextIteration|LoopCond|DisableCopyOnRead|VarIsInitializedOp|IsVariableInitialized|LookupTableExport(V2)?)$/;

export function missingOps(ops: string[]): string[] {
  return ops.filter((op) => !OPS[op] && !isHandleOp(op) && !WITHOUT.test(op));
}
