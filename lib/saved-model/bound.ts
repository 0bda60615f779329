import { functionAttr, textAttr } from './attr.ts';
import type { Bundle } from './bundle.ts';
import { decode } from './decode.ts';
import type { Library } from './graph.ts';
import { parseReference } from './graph.ts';
import { TrackableObjectGraph } from './object-graph.ts';
import { int, many, map, message, sub } from './proto.ts';
import type { MetaGraphDef } from './schema.ts';

/** Of a SavedObjectGraph what says which objects a function is bound to. */
const Functions = message('SavedObjectGraph', {
  concrete_functions: map(
    2,
    sub(2, () => message('SavedConcreteFunction', { bound_inputs: many(int(2)) })),
  ),
});
const GRAPH = '_CHECKPOINTABLE_OBJECT_GRAPH';

/**
 * The keys of variables that the restore op does not reach, by their handles' names: where `tf.saved_model.save` saves a
 * Keras 3 model it restores copies instead, and only `tf.saved_model.load` finds the weights. It takes them by their
 * numbers in the object graph, which are the same in the checkpoint.
 */
export function boundKeys(meta: MetaGraphDef, library: Library, bundle: Bundle): Map<string, string> {
  const found = new Map<string, string>();
  if (meta.object_graph_def.length === 0 || !bundle.keys().includes(GRAPH)) return found;
  const [bytes] = bundle.get(GRAPH).data as Uint8Array[];
  const { nodes } = decode(TrackableObjectGraph, bytes as Uint8Array);
  const functions = decode(Functions, meta.object_graph_def).concrete_functions;
  for (const call of library.root.values()) {
    const bound = functions.get(functionAttr(call, 'f') ?? '')?.bound_inputs ?? [];
    const inputs = call.input.filter((input) => !input.startsWith('^')).slice(-bound.length || call.input.length);
    for (const [i, id] of bound.entries()) {
      const handle = library.root.get(parseReference(inputs[i] ?? '').name);
      const key = nodes[id]?.attributes.find(({ name }) => name === 'VARIABLE_VALUE')?.checkpoint_key;
      if (handle?.op === 'VarHandleOp' && key) found.set(textAttr(handle, 'shared_name', '') || handle.name, key);
    }
  }
  return found;
}
