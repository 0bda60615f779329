import { DT_RESOURCE, dtypeNumber } from '../dtype.ts';
import { create } from '../proto.ts';
import type { AttrValue, OpDef } from '../schema.ts';
import { FunctionDef, NodeDef } from '../schema.ts';
import { toShapeProto, toTensorProto } from '../tensor-proto.ts';
import type { DType, HostTensor, TensorData } from '../value.ts';

/** A tensor inside the function that is being written. */
export type Ref = { ref: string; dtype: DType; shape: (number | null)[] };

/** Weights of the model, shared by all functions of a file. */
export type Weight = { id: number; name: string; tensor: HostTensor; trainable: boolean };

/** Ops whose output is not called `output`. */
const OUTPUT: Record<string, string> = {
  MatMul: 'product',
  Relu: 'activations',
  Relu6: 'activations',
  LeakyRelu: 'activations',
  Elu: 'activations',
  Selu: 'activations',
  Softplus: 'activations',
  Softsign: 'activations',
  Softmax: 'softmax',
  ReadVariableOp: 'value',
  ResourceGather: 'output',
  Add: 'z',
  AddV2: 'z',
  Sub: 'z',
  Mul: 'z',
  RealDiv: 'z',
  Maximum: 'z',
  Minimum: 'z',
  Greater: 'z',
  GreaterEqual: 'z',
  Less: 'z',
  NotEqual: 'z',
  LogicalAnd: 'z',
  SquaredDifference: 'z',
  Pow: 'z',
  Sigmoid: 'y',
  Tanh: 'y',
  Exp: 'y',
  Rsqrt: 'y',
  Sqrt: 'y',
  Square: 'y',
  Erf: 'y',
  Cast: 'y',
  Transpose: 'y',
  ResizeNearestNeighbor: 'resized_images',
  ResizeBilinear: 'resized_images',
  OneHot: 'output',
  TensorListReserve: 'handle',
  TensorListSetItem: 'output_handle',
  TensorListFromTensor: 'output_handle',
  TensorListGetItem: 'item',
  TensorListStack: 'tensor',
};

export type Attrs = Record<string, AttrValue>;
export const attr = {
  type: (dtype: DType): AttrValue => ({ type: dtypeNumber(dtype) }),
  int: (i: number): AttrValue => ({ i }),
  float: (f: number): AttrValue => ({ f }),
  bool: (b: boolean): AttrValue => ({ b }),
  text: (s: string): AttrValue => ({ s: Buffer.from(s) }),
  shape: (shape: (number | null)[]): AttrValue => ({ shape: toShapeProto(shape) }),
  ints: (i: number[]): AttrValue => ({ list: { s: [], i, f: [], b: [], type: [], shape: [], tensor: [], func: [] } }),
  types: (dtypes: number[]): AttrValue => ({
    list: { s: [], i: [], f: [], b: [], type: dtypes, shape: [], tensor: [], func: [] },
  }),
  func: (name: string): AttrValue => ({ func: { name, attr: new Map() } }),
};

/** Writes one function: nodes, its arguments, and which weights it needs as extra arguments. */
export class FunctionWriter {
  name: string;
  nodes: NodeDef[] = [];
  names = new Set<string>();
  /** In the order of the extra arguments. */
  weights: Weight[] = [];
  /** Functions that this one calls (loop bodies). */
  library: FunctionDef[] = [];
  prefix = '';

  constructor(name: string) {
    this.name = name;
  }

  /** A name that is free in this function and that TensorFlow accepts. */
  unique(wanted: string): string {
    const clean = wanted.replace(/[^A-Za-z0-9_./-]/g, '_').replace(/^[^A-Za-z0-9.]/, '.');
    let name = clean;
    for (let n = 1; this.names.has(name.toLowerCase()); n++) name = `${clean}_${n}`;
    this.names.add(name.toLowerCase());
    return name;
  }

  op(op: string, inputs: Ref[], attrs: Attrs, result: { dtype: DType; shape?: (number | null)[] }, wanted = op): Ref {
    const name = this.unique(this.prefix + wanted);
    this.nodes.push(
      create(NodeDef, { name, op, input: inputs.map(({ ref }) => ref), attr: new Map(Object.entries(attrs)) }),
    );
    return { ref: `${name}:${OUTPUT[op] ?? 'output'}:0`, dtype: result.dtype, shape: result.shape ?? [] };
  }

  /** An op of one dtype whose result has the first input's dtype. */
  like(op: string, inputs: Ref[], attrs: Attrs = {}, wanted = op): Ref {
    const [first] = inputs as [Ref];
    return this.op(
      op,
      inputs,
      { T: attr.type(first.dtype), ...attrs },
      { dtype: first.dtype, shape: first.shape },
      wanted,
    );
  }

  constant(tensor: HostTensor, wanted = 'Const'): Ref {
    const attrs = { dtype: attr.type(tensor.dtype), value: { tensor: toTensorProto(tensor) } };
    return this.op('Const', [], attrs, { dtype: tensor.dtype, shape: tensor.shape }, wanted);
  }

  ints(values: number[], wanted = 'Const'): Ref {
    return this.constant({ dtype: 'int32', shape: [values.length], data: Int32Array.from(values) }, wanted);
  }

  int(value: number, wanted = 'Const'): Ref {
    return this.constant({ dtype: 'int32', shape: [], data: Int32Array.of(value) }, wanted);
  }

  /** A number of the same dtype as a tensor. */
  number(value: number, like: Ref): Ref {
    const data: TensorData = like.dtype === 'int32' ? Int32Array.of(value) : Float32Array.of(value);
    return this.constant({ dtype: like.dtype, shape: [], data });
  }

  handle(weight: Weight): Ref {
    if (!this.weights.some(({ id }) => id === weight.id)) this.weights.push(weight);
    return { ref: `weight_${weight.id}`, dtype: weight.tensor.dtype, shape: weight.tensor.shape };
  }

  read(weight: Weight): Ref {
    const { dtype, shape } = weight.tensor;
    const short = weight.name.split('/').at(-1);
    return this.op(
      'ReadVariableOp',
      [this.handle(weight)],
      { dtype: attr.type(dtype) },
      { dtype, shape },
      `${short}/Read`,
    );
  }

  /** The finished function. Arguments come by key, then the weights' handles; results by key. */
  finish(inputs: { name: string; dtype: DType }[], outputs: { name: string; ref: Ref }[]): FunctionDef {
    const arg = (name: string, type: number) => ({ name, type, type_attr: '', number_attr: '', type_list_attr: '' });
    const signature: OpDef = {
      name: this.name,
      input_arg: [
        ...inputs.map(({ name, dtype }) => arg(name, dtypeNumber(dtype))),
        ...this.weights.map(({ id }) => arg(`weight_${id}`, DT_RESOURCE)),
      ],
      output_arg: outputs.map(({ name, ref }) => arg(name, dtypeNumber(ref.dtype))),
    };
    const ret = new Map(outputs.map(({ name, ref }) => [name, ref.ref]));
    return create(FunctionDef, { signature, node_def: this.nodes, ret });
  }
}
