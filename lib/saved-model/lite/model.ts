import { decode } from '../decode.ts';
import { newData, sizeOf } from '../dtype.ts';
import { corrupt, ModelError } from '../error.ts';
import { SignatureDef } from '../schema.ts';
import { fromBytes } from '../tensor-proto.ts';
import type { DType, HostTensor } from '../value.ts';
import { rootTable, type Table } from './flat-buffer.ts';
import { readFlexMap } from './flex-map.ts';
import { BUILTIN_OPS } from './operator-names.ts';

/** What a TensorFlow Lite file says, under the names of its schema (schema.fbs, version 3). */
export type LiteModel = { graphs: LiteGraph[]; signatures: LiteSignature[] };
export type LiteGraph = { tensors: LiteTensor[]; inputs: number[]; outputs: number[]; operators: LiteOperator[] };
export type LiteTensor = {
  name: string;
  dtype: DType;
  /** -1 where a size is not known. */
  shape: number[];
  /** The numbers of a constant, not yet multiplied by its scale; undefined for what is computed. */
  constant: HostTensor | undefined;
  quantization: Quantization | undefined;
};
/** `real = scale · (stored − zeroPoint)`; one of each, or one for each index of `axis`. */
export type Quantization = { scale: number[]; zeroPoint: number[]; axis: number };
export type LiteOperator = {
  /** As in the schema, e.g. `CONV_2D`; what a custom operator calls itself. */
  name: string;
  /** Numbers of tensors; -1 for one that was left out. */
  inputs: number[];
  outputs: number[];
  options: Table | undefined;
};
export type LiteSignature = {
  key: string;
  graph: number;
  inputs: [string, number][];
  outputs: [string, number][];
  /** Of those that tools stored. */
  methodName?: string;
};

/** Reads a whole `.tflite` file. @throws ModelError when it is corrupt or has a tensor type that is not supported */
export function readLiteModel(file: Uint8Array): LiteModel {
  const model = rootTable(file, 'TFL3');
  const names = model.tables(1).map(operatorName);
  const buffers = model.tables(4).map((buffer) => contents(buffer, file));
  const graphs = model.tables(2).map((graph) => readGraph(graph, names, buffers));
  const signatures = model.tables(7).map(readSignature);
  if (signatures.length > 0) return { graphs, signatures };
  const metadata = model.tables(6).find((entry) => entry.string(0) === 'signature_defs_metadata');
  const stored = metadata && buffers[metadata.uint32(1)];
  return { graphs, signatures: stored && graphs[0] ? storedSignatures(stored, graphs[0]) : [] };
}

/** Old writers had one byte for the number, new ones have both. */
function operatorName(code: Table): string {
  const number = Math.max(code.int8(0), code.int32(3));
  const name = BUILTIN_OPS[number] ?? `operator ${number}`;
  return name === 'CUSTOM' ? code.string(1) || name : name;
}

/** Beyond 2 GB the numbers are not in the FlatBuffer but behind it. */
function contents(buffer: Table, file: Uint8Array): Uint8Array {
  const [offset, size] = [buffer.uint64(1), buffer.uint64(2)];
  if (offset <= 1) return buffer.bytes(0) ?? EMPTY;
  if (offset + size > file.length) throw corrupt(`a buffer at byte ${offset} goes beyond the end of the file`);
  return file.subarray(offset, offset + size);
}

const EMPTY = new Uint8Array(0);

function readGraph(graph: Table, names: string[], buffers: Uint8Array[]): LiteGraph {
  const operators = graph.tables(3).map((operator) => ({
    name: names[operator.uint32(0)] ?? '',
    inputs: operator.int32s(1),
    outputs: operator.int32s(2),
    options: operator.table(4),
  }));
  const inputs = graph.int32s(1);
  const computed = new Set([...inputs, ...operators.flatMap((operator) => operator.outputs)]);
  const tensors = graph.tables(0).map((tensor, i) => readTensor(tensor, computed.has(i) ? undefined : buffers));
  const outputs = graph.int32s(2);
  for (const number of [...computed, ...outputs, ...operators.flatMap((operator) => operator.inputs)]) {
    if (number !== -1 && !tensors[number]) throw corrupt(`there is no tensor ${number}`);
  }
  return { tensors, inputs, outputs, operators };
}

/** @param buffers of constants; undefined where the tensor is computed */
function readTensor(tensor: Table, buffers: Uint8Array[] | undefined): LiteTensor {
  const name = tensor.string(3);
  const dtype = DTYPES[tensor.int8(1)];
  if (!dtype) throw new ModelError('UNIMPLEMENTED', `the type ${tensor.int8(1)} of tensor "${name}" is not supported`);
  const shape = tensor.int32s(0);
  const signature = tensor.int32s(7);
  const quantization = readQuantization(tensor.table(4));
  const bytes = buffers?.[tensor.uint32(2)];
  const constant = bytes && { dtype, shape, data: constantData(name, dtype, shape, bytes) };
  return { name, dtype, shape: signature.length === shape.length ? signature : shape, constant, quantization };
}

function constantData(name: string, dtype: DType, shape: number[], bytes: Uint8Array): HostTensor['data'] {
  const size = sizeOf(shape);
  // A variable, or a state that an operator keeps: it has no numbers, and starts with zeros.
  if (bytes.length === 0 && size > 0)
    throw new ModelError('UNIMPLEMENTED', `tensor "${name}" keeps a state from run to run, which is not supported`);
  if (dtype !== 'string') return size === 0 ? newData(dtype, 0) : fromBytes(dtype, size, bytes);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (size > 0 && view.getInt32(0, true) !== size) throw corrupt(`tensor "${name}" has not the strings of its shape`);
  return Array.from({ length: size }, (_, i) =>
    bytes.subarray(view.getUint32(4 + 4 * i, true), view.getUint32(8 + 4 * i, true)),
  );
}

function readQuantization(table: Table | undefined): Quantization | undefined {
  const scale = table?.float32s(2) ?? [];
  if (!table || scale.length === 0) return undefined;
  const zeroPoint = table.int64s(3);
  return { scale, zeroPoint: scale.map((_, i) => zeroPoint[i] ?? 0), axis: table.int32(6) };
}

function readSignature(signature: Table): LiteSignature {
  return {
    key: signature.string(2),
    graph: signature.uint32(4),
    inputs: signature.tables(0).map(readTensorMap),
    outputs: signature.tables(1).map(readTensorMap),
  };
}

/** What TensorFlow's signature_def_util put into the file before its schema had signatures: by the tensors' names. */
function storedSignatures(stored: Uint8Array, graph: LiteGraph): LiteSignature[] {
  const numbers = (key: string, infos: SignatureDef['inputs']): [string, number][] =>
    Array.from(infos, ([name, info]) => {
      // Early converters stripped `:0` from the tensors' names.
      const wanted = [info.name, info.name.replace(/:0$/, '')];
      const number = graph.tensors.findIndex((tensor) => wanted.includes(tensor.name));
      if (number === -1) throw corrupt(`signature "${key}": there is no tensor "${info.name}"`);
      return [name, number];
    });
  return Array.from(readFlexMap(stored), ([key, bytes]) => {
    const { inputs, outputs, method_name } = decode(SignatureDef, bytes);
    return {
      key,
      graph: 0,
      inputs: numbers(key, inputs),
      outputs: numbers(key, outputs),
      ...(method_name !== '' && { methodName: method_name }),
    };
  });
}

function readTensorMap(map: Table): [string, number] {
  return [map.string(0), map.uint32(1)];
}

/** The schema's enum TensorType. */
const DTYPES: Record<number, DType> = {
  0: 'float32',
  1: 'float16',
  2: 'int32',
  3: 'uint8',
  4: 'int64',
  5: 'string',
  6: 'bool',
  7: 'int16',
  8: 'complex64',
  9: 'int8',
  10: 'float64',
  11: 'complex128',
  12: 'uint64',
  15: 'uint32',
  16: 'uint16',
  18: 'bfloat16',
};
