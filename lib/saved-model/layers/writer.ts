import { DT_RESOURCE, dtypeNumber } from '../dtype.ts';
import { create } from '../proto.ts';
import type { AttrValue, OpDef } from '../schema.ts';
import { FunctionDef, NodeDef } from '../schema.ts';
import { toShapeProto, toTensorProto } from '../tensor-proto.ts';
import type { DType, HostTensor, TensorData } from '../value.ts';
import { outputName } from './output-name.ts';

/** A tensor inside the function that is being written. */
export type Ref = { ref: string; dtype: DType; shape: (number | null)[] };

/** Weights of the model, shared by all functions of a file. */
export type Weight = { id: number; name: string; tensor: HostTensor; trainable: boolean };

export type Attrs = Record<string, AttrValue>;
export const attr = {
  type: (dtype: DType): AttrValue => ({ type: dtypeNumber(dtype) }),
  int: (i: number): AttrValue => ({ i }),
  float: (f: number): AttrValue => ({ f }),
  bool: (b: boolean): AttrValue => ({ b }),
  text: (s: string): AttrValue => ({ s: Buffer.from(s) }),
  shape: (shape: (number | null)[]): AttrValue => ({ shape: toShapeProto(shape) }),
  shapes: (shapes: (number | null)[][]): AttrValue => ({
    list: { s: [], i: [], f: [], b: [], type: [], shape: shapes.map(toShapeProto), tensor: [], func: [] },
  }),
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

  /** A name that is free among the functions of the file. */
  freeFunction(wanted: string): string {
    return `${this.name}_${wanted}_${this.library.length}`;
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
    return { ref: `${name}:${outputName(op)}:0`, dtype: result.dtype, shape: result.shape ?? [] };
  }

  /** An op that stands for a list of tensors (Split, While): one Ref for each. */
  list(op: string, inputs: Ref[], attrs: Attrs, results: { dtype: DType; shape: (number | null)[] }[]): Ref[] {
    const first = this.op(op, inputs, attrs, { dtype: 'float32' });
    return results.map((result, i) => ({ ...result, ref: first.ref.replace(/0$/, String(i)) }));
  }

  /** The same for an op whose list of outputs has a name of its own. */
  outputs(
    op: string,
    output: string,
    inputs: Ref[],
    attrs: Attrs,
    results: { dtype: DType; shape: (number | null)[] }[],
  ): Ref[] {
    const { ref } = this.op(op, inputs, attrs, { dtype: 'float32' });
    const name = ref.slice(0, ref.indexOf(':'));
    return results.map((result, i) => ({ ...result, ref: `${name}:${output}:${i}` }));
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

  /**
   * The finished function. Arguments come by key, then the weights' handles; results by key, then the handles that it
   * passes on (the body of a loop returns what it was given).
   */
  finish(
    inputs: { name: string; dtype: DType }[],
    outputs: { name: string; ref: Ref }[],
    passed: Weight[] = [],
  ): FunctionDef {
    const arg = (name: string, type: number) => ({ name, type, type_attr: '', number_attr: '', type_list_attr: '' });
    const signature: OpDef = {
      name: this.name,
      input_arg: [
        ...inputs.map(({ name, dtype }) => arg(name, dtypeNumber(dtype))),
        ...this.weights.map(({ id }) => arg(`weight_${id}`, DT_RESOURCE)),
      ],
      output_arg: [
        ...outputs.map(({ name, ref }) => arg(name, dtypeNumber(ref.dtype))),
        ...passed.map(({ id }) => arg(`weight_${id}_out`, DT_RESOURCE)),
      ],
    };
    const ret = new Map([
      ...outputs.map(({ name, ref }) => [name, ref.ref] as const),
      ...passed.map(({ id }) => [`weight_${id}_out`, `weight_${id}`] as const),
    ]);
    return create(FunctionDef, { signature, node_def: this.nodes, ret });
  }
}
