import { packBundle } from './bundle.ts';
import { DT_RESOURCE, dtypeNumber } from './dtype.ts';
import type { Model } from './layers/model.ts';
import { Weights, writeModel } from './layers/model.ts';
import type { Attrs, Ref, Weight } from './layers/writer.ts';
import { attr, FunctionWriter } from './layers/writer.ts';
import type { ConcreteFunction, Spec } from './object-graph.ts';
import { checkpointKey, objectGraph, trackableGraph } from './object-graph.ts';
import { create, encode } from './proto.ts';
import type { FunctionDef, SignatureDef, TensorInfoProto } from './schema.ts';
import { MetaGraphDef, NodeDef, SavedModelProto } from './schema.ts';
import { INIT_SIGNATURE } from './signature.ts';
import { toShapeProto, toTensorProto } from './tensor-proto.ts';
import type { DType, HostTensor } from './value.ts';

/** The files of a SavedModel, by their path in its folder. */
export type ModelFiles = Map<string, Uint8Array>;

/** What TensorFlow Serving, `tf.saved_model.load` and Keras call; TFSMLayer's default endpoint is `serve`. */
const SIGNATURES = ['serving_default', 'serve'];
const FUNCTION = '__inference_serving_default';
const METHOD = 'tensorflow/serving/predict';

/** A tfjs model as a SavedModel of version 2, with a batch of any size. Everything that can fail, fails here, before a file exists. */
export function exportModel(model: Model): ModelFiles {
  const weights = new Weights();
  const writer = new FunctionWriter(FUNCTION);
  const inputs = model.inputs.map((tensor) => ({
    key: inputKey(tensor.name),
    dtype: tensor.dtype as DType,
    shape: [null, ...tensor.shape.slice(1)],
  }));
  const results = writeModel(
    writer,
    model,
    inputs.map(({ key, dtype, shape }) => ({ ref: key, dtype, shape })),
    weights,
  );
  const outputs = results.map((ref, i) => ({
    key: `output_${i}`,
    ref,
    shape: [null, ...(model.outputs[i]?.shape ?? []).slice(1)],
  }));
  // TensorFlow matches arguments and results to keys by their sorted order, whatever their names are.
  inputs.sort((a, b) => compare(a.key, b.key));
  outputs.sort((a, b) => compare(a.key, b.key));
  const body = writer.finish(
    inputs.map(({ key, dtype }) => ({ name: key, dtype })),
    outputs.map(({ key, ref }) => ({ name: key, ref: returned(writer, ref) })),
  );
  const names = uniqueNames(weights.list);
  const io: Interface = {
    inputs: inputs.map(({ key, dtype, shape }) => [key, dtypeNumber(dtype), shape]),
    outputs: outputs.map(({ key, ref, shape }) => [key, dtypeNumber(ref.dtype), shape]),
  };
  return pack(weights.list, names, [...writer.library, body], io, writer.weights);
}

type Interface = { inputs: Spec[]; outputs: Spec[] };

/** tfjs calls the tensor of input layer `x` `x`; a second use of the name gets a suffix. */
function inputKey(name: string): string {
  return name.replace(/[^A-Za-z0-9_]/g, '_');
}

/** A function may not return its argument or the same tensor twice under TensorFlow's optimiser: an Identity stands between. */
function returned(writer: FunctionWriter, ref: Ref): Ref {
  return writer.like('Identity', [ref]);
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function uniqueNames(weights: Weight[]): string[] {
  const writer = new FunctionWriter('names');
  return weights.map(({ name }) => writer.unique(name));
}

function pack(weights: Weight[], names: string[], library: FunctionDef[], io: Interface, bound: Weight[]): ModelFiles {
  const variables = weights.map(({ tensor, trainable }, i) => ({
    name: names[i] as string,
    dtype: dtypeNumber(tensor.dtype),
    shape: tensor.shape,
    trainable,
  }));
  const functions: ConcreteFunction[] = [{ name: FUNCTION, ...io, variables: bound.map(({ id }) => id) }];
  const signatures = SIGNATURES.map((name): [string, string] => [name, FUNCTION]);
  const graph: NodeDef[] = [
    ...variableNodes(weights, names),
    ...callNodes(io, bound, names),
    node('NoOp', 'NoOp', [], {}),
  ];
  const saver = weights.length > 0 ? saverNodes(weights, names) : [];
  const meta = create(MetaGraphDef, {
    meta_info_def: { tags: ['serve'], stripped_op_list: undefined, tensorflow_version: '' },
    graph_def: {
      node: [...graph, ...saver],
      library: { function: library },
      versions: { producer: 1882, min_consumer: 12 },
    },
    saver_def:
      weights.length > 0
        ? {
            filename_tensor_name: 'saver_filename:0',
            save_tensor_name: 'save/id:0',
            restore_op_name: 'restore_all',
            version: 2,
          }
        : undefined,
    signature_def: new Map([
      ...SIGNATURES.map((name) => [name, signatureDef(io)] as const),
      [INIT_SIGNATURE, initSignature()],
    ]),
    object_graph_def: objectGraph(variables, functions, signatures),
  });
  const tensors = new Map(weights.map(({ tensor }, i) => [checkpointKey(i), tensor]));
  tensors.set('_CHECKPOINTABLE_OBJECT_GRAPH', {
    dtype: 'string',
    shape: [],
    data: [trackableGraph(variables, functions, signatures)],
  });
  const bundle = packBundle(tensors);
  return new Map([
    ['saved_model.pb', encode(SavedModelProto, { saved_model_schema_version: 1, meta_graphs: [meta] })],
    ['variables/variables.index', bundle.index],
    ['variables/variables.data-00000-of-00001', bundle.data],
  ]);
}

function node(name: string, op: string, input: string[], attrs: Attrs): NodeDef {
  return create(NodeDef, { name, op, input, attr: new Map(Object.entries(attrs)) });
}

function variableNodes(weights: Weight[], names: string[]): NodeDef[] {
  return weights.map(({ tensor }, i) =>
    node(names[i] as string, 'VarHandleOp', [], {
      dtype: attr.type(tensor.dtype),
      shape: attr.shape(tensor.shape),
      shared_name: attr.text(names[i] as string),
    }),
  );
}

function callNodes({ inputs, outputs }: Interface, bound: Weight[], names: string[]): NodeDef[] {
  const placeholders = inputs.map(([key, type, shape]) =>
    node(`serving_default_${key}`, 'Placeholder', [], { dtype: { type }, shape: attr.shape(shape) }),
  );
  const call = node(
    'StatefulPartitionedCall',
    'StatefulPartitionedCall',
    [...placeholders.map(({ name }) => name), ...bound.map(({ id }) => names[id] as string)],
    {
      Tin: attr.types([...inputs.map(([, type]) => type), ...bound.map(() => DT_RESOURCE)]),
      Tout: attr.types(outputs.map(([, type]) => type)),
      f: attr.func(FUNCTION),
    },
  );
  return [...placeholders, call];
}

/** Restoring and saving need no functions: plain nodes are what the loader of TensorFlow Serving runs. */
function saverNodes(weights: Weight[], names: string[]): NodeDef[] {
  const strings = (list: string[]): HostTensor => ({
    dtype: 'string',
    shape: [list.length],
    data: list.map((text) => Buffer.from(text)),
  });
  const constant = (name: string, value: HostTensor) =>
    node(name, 'Const', [], { dtype: attr.type('string'), value: { tensor: toTensorProto(value) } });
  const types = attr.types(weights.map(({ tensor }) => dtypeNumber(tensor.dtype)));
  const tables = (scope: string) => [
    constant(`${scope}/names`, strings(weights.map((_, i) => checkpointKey(i)))),
    constant(`${scope}/slices`, strings(weights.map(() => ''))),
  ];
  const assigns = weights.map(({ tensor }, i) =>
    node(`restore/assign_${i}`, 'AssignVariableOp', [names[i] as string, `restore/tensors:${i}`], {
      dtype: attr.type(tensor.dtype),
    }),
  );
  const reads = weights.map(({ tensor }, i) =>
    node(`save/read_${i}`, 'ReadVariableOp', [names[i] as string], { dtype: attr.type(tensor.dtype) }),
  );
  return [
    node('saver_filename', 'Placeholder', [], { dtype: attr.type('string'), shape: attr.shape([]) }),
    ...tables('restore'),
    node('restore/tensors', 'RestoreV2', ['saver_filename', 'restore/names', 'restore/slices'], { dtypes: types }),
    ...assigns,
    node(
      'restore_all',
      'NoOp',
      assigns.map(({ name }) => `^${name}`),
      {},
    ),
    ...tables('save'),
    ...reads,
    node('save/tensors', 'SaveV2', ['saver_filename', 'save/names', 'save/slices', ...reads.map(({ name }) => name)], {
      dtypes: types,
    }),
    node('save/id', 'Identity', ['saver_filename', '^save/tensors'], { T: attr.type('string') }),
  ];
}

function info(name: string, dtype: number, shape: (number | null)[]): TensorInfoProto {
  return { name, dtype, tensor_shape: toShapeProto(shape), coo_sparse: undefined };
}

function signatureDef({ inputs, outputs }: Interface): SignatureDef {
  return {
    inputs: new Map(inputs.map(([key, dtype, shape]) => [key, info(`serving_default_${key}:0`, dtype, shape)])),
    outputs: new Map(
      outputs.map(([key, dtype, shape], i) => [key, info(`StatefulPartitionedCall:${i}`, dtype, shape)]),
    ),
    method_name: METHOD,
    defaults: new Map(),
  };
}

/** There is nothing to initialise, but re-saving by TensorFlow expects the op. */
function initSignature(): SignatureDef {
  const none: TensorInfoProto = {
    name: 'NoOp',
    dtype: 0,
    tensor_shape: { dim: [], unknown_rank: true },
    coo_sparse: undefined,
  };
  return { inputs: new Map(), outputs: new Map([[INIT_SIGNATURE, none]]), method_name: '', defaults: new Map() };
}
