import { dtypeNumber } from '../dtype.ts';
import type { AttrList, AttrValue, NodeDef } from '../schema.ts';
import { toTensorProto } from '../tensor-proto.ts';
import type { DType, HostTensor } from '../value.ts';

/** An attribute in short: text, a float, a flag, or a list of integers; one integer, a type, a function by its name. */
export type Attr = string | number | boolean | number[] | { i: number } | { type: DType } | { func: string };

/** A TensorFlow graph while it is drawn. What it returns names a node's first output, as an input of others. */
export class Drawing {
  nodes: NodeDef[] = [];
  #names = new Map<string, number>();
  #near = '';

  /** Nodes that follow are named after this tensor of the file. */
  near(name: string): void {
    this.#near = name.replace(/:\d+$/, '').replace(/[:;^]/g, '_') || 'tensor';
  }

  node(op: string, input: string[], attrs: Record<string, Attr> = {}): string {
    const name = this.#free(this.#near);
    const attr = new Map(Object.entries(attrs).map(([key, value]) => [key, toAttr(value)]));
    this.nodes.push({ name, op, input, attr });
    return name;
  }

  /** A name that no node has. */
  argument(name: string): string {
    return this.#free(name);
  }

  constant(tensor: HostTensor): string {
    const name = this.#free(this.#near);
    const attr: NodeDef['attr'] = new Map([
      ['dtype', { type: dtypeNumber(tensor.dtype) }],
      ['value', { tensor: toTensorProto(tensor) }],
    ]);
    this.nodes.push({ name, op: 'Const', input: [], attr });
    return name;
  }

  ints(values: number[]): string {
    return this.constant({ dtype: 'int32', shape: [values.length], data: Int32Array.from(values) });
  }

  int(value: number): string {
    return this.constant({ dtype: 'int32', shape: [], data: Int32Array.of(value) });
  }

  float(value: number): string {
    return this.constant({ dtype: 'float32', shape: [], data: Float32Array.of(value) });
  }

  #free(name: string): string {
    const count = this.#names.get(name) ?? 0;
    this.#names.set(name, count + 1);
    // Two tensors of a file may have one name, and one operator may need several nodes.
    return count === 0 ? name : this.#free(`${name}_${count}`);
  }
}

function toAttr(value: Attr): AttrValue {
  if (typeof value === 'string') return { s: Buffer.from(value) };
  if (typeof value === 'number') return { f: value };
  if (typeof value === 'boolean') return { b: value };
  if (Array.isArray(value)) return { list: { ...NOTHING, i: value } };
  if ('func' in value) return { func: { name: value.func, attr: new Map() } };
  return 'i' in value ? { i: value.i } : { type: dtypeNumber(value.type) };
}

const NOTHING: AttrList = { s: [], i: [], f: [], b: [], type: [], shape: [], tensor: [], func: [] };
