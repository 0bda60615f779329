import { intAttr, typesAttr } from './attr.ts';
import type { FlatNode, SubGraph } from './graph.ts';
import { allNodes } from './order.ts';
import { fromShapeProto, fromTensorProto } from './tensor-proto.ts';
import type { DType } from './value.ts';

/** What a graph reads from a tf.Example, by feature name: the type, and the values of one example (null: any number of them). */
export type ExampleFeatures = Record<string, { dtype: DType; shape: number[] | null }>;

/** The features that the graph's ParseExample nodes name; undefined where there is none, or a name is computed. */
export function exampleFeatures(graph: SubGraph): ExampleFeatures | undefined {
  const found: ExampleFeatures = Object.create(null);
  for (const node of allNodes(graph)) {
    if (node.op !== 'ParseExample' && node.op !== 'ParseExampleV2') continue;
    const keys = featureKeys(node);
    if (!keys) return undefined;
    const [sparse, dense, ragged] = keys;
    for (const [i, key] of sparse.entries()) found[key] = anyLength(typesAttr(node, 'sparse_types')[i]);
    for (const [i, key] of ragged.entries()) found[key] = anyLength(typesAttr(node, 'ragged_value_types')[i]);
    const shapes = node.attr.get('dense_shapes')?.list?.shape ?? [];
    for (const [i, key] of dense.entries()) {
      const dtype = typesAttr(node, 'Tdense')[i];
      const shape = shapes[i] ? fromShapeProto(shapes[i]) : null;
      if (dtype) found[key] = { dtype, shape: shape?.includes(-1) ? null : shape };
    }
  }
  return Object.keys(found).length > 0 ? found : undefined;
}

const anyLength = (dtype: DType | undefined) => ({ dtype: dtype ?? ('float32' as const), shape: null });

/** Names of the sparse, dense and ragged features: an input for each name, or in the second version one for each list of names. */
function featureKeys(node: FlatNode): [string[], string[], string[]] | undefined {
  const first = node.op === 'ParseExample';
  const [sparse, dense] = [intAttr(node, 'Nsparse', 0), intAttr(node, 'Ndense', 0)];
  const lists = node.inputs.slice(2, first ? 2 + sparse + dense : 5).map((edge) => words(edge.node));
  if (lists.some((list) => !list)) return undefined;
  const known = lists as string[][];
  if (first) return [known.slice(0, sparse).flat(), known.slice(sparse).flat(), []];
  return [known[0] ?? [], known[1] ?? [], known[2] ?? []];
}

function words(node: FlatNode): string[] | undefined {
  const tensor = node.attr.get('value')?.tensor;
  if (node.op !== 'Const' || !tensor) return undefined;
  return (fromTensorProto(tensor).data as Uint8Array[]).map((bytes) => Buffer.from(bytes).toString());
}
