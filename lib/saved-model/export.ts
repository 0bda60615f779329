import { packBundle } from './bundle.ts';
import { DT_RESOURCE, dtypeNumber } from './dtype.ts';
import { encode } from './encode.ts';
import { ModelError } from './error.ts';
import type { GraphModel } from './layers/graph-model.ts';
import { graphSource, isGraphModel } from './layers/graph-model.ts';
import type { Model } from './layers/model.ts';
import { layersSource, Weights } from './layers/model.ts';
import type { SignatureOption, WrittenFunction } from './layers/signatures.ts';
import { writePredict, writeSignature } from './layers/signatures.ts';
import type { Attrs, Weight } from './layers/writer.ts';
import { attr, FunctionWriter } from './layers/writer.ts';
import type { ConcreteFunction } from './object-graph.ts';
import { checkpointKey, objectGraph, trackableGraph } from './object-graph.ts';
import { create } from './proto.ts';
import type { SignatureDef, TensorInfoProto } from './schema.ts';
import { MetaGraphDef, NodeDef, SavedModelProto } from './schema.ts';
import { INIT_SIGNATURE } from './signature.ts';
import { toShapeProto, toTensorProto } from './tensor-proto.ts';
import type { HostTensor } from './value.ts';
import { WARM_UP_FILE, warmUpRecords } from './warm-up.ts';

/** The files of a SavedModel, by their path in its folder. */
export type ModelFiles = Map<string, Uint8Array>;

export type ExportOptions = {
  signatures?: Record<string, SignatureOption>;
  /** Requests that a server answers before the model becomes available, each as `SavedModel.predict` takes it. */
  warmup?: unknown[];
  /** More files for the folder `assets`, by name. */
  assets?: Record<string, Uint8Array>;
  /** The name that warm-up requests carry. */
  modelName?: string;
};

/** What TensorFlow Serving, `tf.saved_model.load` and Keras call; TFSMLayer's default endpoint is `serve`. */
const DEFAULTS = ['serving_default', 'serve'];

/** A tfjs model as a SavedModel of version 2, with a batch of any size. Everything that can fail, fails here, before a file exists. */
export function exportModel(model: Model | GraphModel, options: ExportOptions = {}): ModelFiles {
  const weights = new Weights();
  const source = isGraphModel(model) ? graphSource(model, weights) : layersSource(model, weights);
  const extra = Object.entries(options.signatures ?? {});
  const usual = DEFAULTS.filter((name) => !extra.some(([own]) => own === name));
  const keys = source.outputs.map(({ key }) => key);
  const functions: Signed[] =
    usual.length > 0 ? [{ ...writePredict(source, usual[0] as string, keys), names: usual }] : [];
  for (const [name, option] of extra) functions.push({ ...writeSignature(source, name, option), names: [name] });
  const files = pack(weights.list, uniqueNames(weights.list), functions);
  for (const [name, bytes] of Object.entries(options.assets ?? {})) files.set(`assets/${assetName(name)}`, bytes);
  if (options.warmup) files.set(WARM_UP_FILE, warmUpRecords(options.warmup, source, options.modelName ?? 'default'));
  return files;
}

type Signed = WrittenFunction & { names: string[] };

function assetName(name: string): string {
  if (/^[^/\\\0]{1,255}$/.test(name) && name !== '.' && name !== '..') return name;
  throw new ModelError('INVALID_ARGUMENT', `saveModel: the asset ${JSON.stringify(name)} is no plain file name`);
}

function uniqueNames(weights: Weight[]): string[] {
  const writer = new FunctionWriter('names');
  return weights.map(({ name }) => writer.unique(name));
}

function pack(weights: Weight[], names: string[], functions: Signed[]): ModelFiles {
  const variables = weights.map(({ tensor, trainable }, i) => ({
    name: names[i] as string,
    dtype: dtypeNumber(tensor.dtype),
    shape: tensor.shape,
    trainable,
  }));
  const concrete: ConcreteFunction[] = functions.map(({ writer, inputs, outputs }) => ({
    name: writer.name,
    inputs,
    outputs,
    variables: writer.weights.map(({ id }) => id),
  }));
  const signatures = functions.flatMap((written) =>
    written.names.map((name): [string, string] => [name, written.writer.name]),
  );
  const graph: NodeDef[] = [
    ...variableNodes(weights, names),
    ...functions.flatMap((written, i) => callNodes(written, i, names)),
    node('NoOp', 'NoOp', [], {}),
  ];
  const saver = weights.length > 0 ? saverNodes(weights, names) : [];
  const meta = create(MetaGraphDef, {
    meta_info_def: { tags: ['serve'], stripped_op_list: undefined, tensorflow_version: '' },
    graph_def: {
      node: [...graph, ...saver],
      library: { function: functions.flatMap(({ writer, body }) => [...writer.library, body]) },
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
      ...functions.flatMap((written, i) => written.names.map((name) => [name, signatureDef(written, i)] as const)),
      [INIT_SIGNATURE, initSignature()],
    ]),
    object_graph_def: objectGraph(variables, concrete, signatures),
  });
  const tensors = new Map(weights.map(({ tensor }, i) => [checkpointKey(i), tensor]));
  tensors.set('_CHECKPOINTABLE_OBJECT_GRAPH', {
    dtype: 'string',
    shape: [],
    data: [trackableGraph(variables, concrete, signatures)],
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

function callNodes({ names: [first], inputs, outputs, writer }: Signed, index: number, names: string[]): NodeDef[] {
  const placeholders = inputs.map(([key, type, shape]) =>
    node(`${first}_${key}`, 'Placeholder', [], { dtype: { type }, shape: attr.shape(shape) }),
  );
  const bound = writer.weights;
  const call = node(
    callName(index),
    'StatefulPartitionedCall',
    [...placeholders.map(({ name }) => name), ...bound.map(({ id }) => names[id] as string)],
    {
      Tin: attr.types([...inputs.map(([, type]) => type), ...bound.map(() => DT_RESOURCE)]),
      Tout: attr.types(outputs.map(([, type]) => type)),
      f: attr.func(writer.name),
    },
  );
  return [...placeholders, call];
}

function callName(index: number): string {
  return index === 0 ? 'StatefulPartitionedCall' : `StatefulPartitionedCall_${index}`;
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

function signatureDef({ names: [first], inputs, outputs, method }: Signed, index: number): SignatureDef {
  return {
    inputs: new Map(inputs.map(([key, dtype, shape]) => [key, info(`${first}_${key}:0`, dtype, shape)])),
    outputs: new Map(outputs.map(([key, dtype, shape], i) => [key, info(`${callName(index)}:${i}`, dtype, shape)])),
    method_name: `tensorflow/serving/${method}`,
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
