import { missingOps, opsOf } from '../../lib/saved-model/ops-used.ts';
import { readMetaGraphs } from '../../lib/saved-model/read.ts';
import type { MetaGraphDef, SignatureDef, TensorInfoProto } from '../../lib/saved-model/schema.ts';
import { concreteFunctions } from './show-functions.ts';

/** `typelab show DIR [--all]`: the lines of `saved_model_cli show`, and the ops that a graph uses. */
export function show(dir: string, { all = false }: { all?: boolean }): void {
  const graphs = readMetaGraphs(dir).sort((a, b) => compare(tagsOf(a).join('\0'), tagsOf(b).join('\0')));
  console.log((all ? [...graphs.flatMap(describe), ...concreteFunctions(graphs)] : tagSets(graphs)).join('\n'));
}

function tagsOf(graph: MetaGraphDef): string[] {
  return graph.meta_info_def?.tags ?? [];
}

function tagSets(graphs: MetaGraphDef[]): string[] {
  const sets = graphs.map((graph) => `'${tagsOf(graph).toSorted().join(', ')}'`);
  return ['The given SavedModel contains the following tag-sets:', ...sets];
}

function describe(graph: MetaGraphDef): string[] {
  const signatures = [...graph.signature_def].sort(([a], [b]) => compare(a, b));
  const ops = opsOf(graph);
  const unable = missingOps(ops);
  const quoted = (list: string[]) => list.map((item) => `'${item}'`).join(', ');
  return [
    '',
    `MetaGraphDef with tag-set: '${tagsOf(graph).join(', ')}' contains the following SignatureDefs:`,
    ...signatures.flatMap(([name, signature]) => describeSignature(name, signature)),
    `The MetaGraph with tag set [${quoted(tagsOf(graph))}] contains the following ops: {${quoted(ops)}}`,
    ...(unable.length > 0
      ? [`Of these, typelab has no kernel for: ${unable.join(', ')} (what no signature uses does no harm)`]
      : []),
  ];
}

function describeSignature(name: string, { inputs, outputs, method_name }: SignatureDef): string[] {
  return [
    '',
    `signature_def['${name}']:`,
    '  The given SavedModel SignatureDef contains the following input(s):',
    ...describeTensors('inputs', inputs),
    '  The given SavedModel SignatureDef contains the following output(s):',
    ...describeTensors('outputs', outputs),
    `  Method name is: ${method_name}`,
  ];
}

function describeTensors(kind: string, infos: ReadonlyMap<string, TensorInfoProto>): string[] {
  const sorted = [...infos].sort(([a], [b]) => compare(a, b));
  return sorted.flatMap(([key, { name, dtype, tensor_shape }]) => [
    `    ${kind}['${key}'] tensor_info:`,
    `        dtype: ${typeName(dtype)}`,
    // A shape that is not there has no dimensions for TensorFlow's program.
    `        shape: ${tensor_shape?.unknown_rank ? 'unknown_rank' : `(${(tensor_shape?.dim ?? []).map(({ size }) => size).join(', ')})`}`,
    `        name: ${name}`,
  ]);
}

/** The enum of types.proto, from its number. */
const TYPES =
  'INVALID FLOAT DOUBLE INT32 UINT8 INT16 INT8 STRING COMPLEX64 INT64 BOOL QINT8 QUINT8 QINT32 BFLOAT16 QINT16 QUINT16 UINT16 COMPLEX128 HALF RESOURCE VARIANT UINT32 UINT64'.split(
    ' ',
  );

function typeName(dtype: number): string {
  const name = TYPES[dtype > 100 ? dtype - 100 : dtype];
  return name ? `DT_${name}${dtype > 100 ? '_REF' : ''}` : String(dtype);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
