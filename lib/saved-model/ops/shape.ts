import { intsAttr, typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost, reshaped } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType, TensorData } from '../value.ts';
import { rounded } from './binary.ts';
import type { OpRow } from './op.ts';
import { refuse, row, shapeText, wrapAxis } from './op.ts';

/** Ops about dimensions: they never touch the elements, wherever those are. */
export const SHAPE: Record<string, OpRow> = {
  Shape: row(
    (node) =>
      ([x]) =>
        integers(typeAttr(node, 'out_type', 'int32'), (x as Value).shape),
  ),
  ShapeN: row((node) => (inputs) => inputs.map((x) => integers(typeAttr(node, 'out_type', 'int32'), x.shape))),
  Rank: row(
    () =>
      ([x]) =>
        integer('int32', (x as Value).shape.length),
  ),
  Size: row(
    (node) =>
      ([x]) =>
        integer(typeAttr(node, 'out_type', 'int32'), sizeOf((x as Value).shape)),
  ),
  Reshape: row(
    (node) =>
      ([x, shape]) =>
        reshape(node, x as Value, numbers(shape as Value)),
  ),
  Squeeze: row(
    (node) =>
      ([x]) =>
        squeeze(node, x as Value),
  ),
  ExpandDims: row(
    (node) =>
      ([x, dim]) =>
        expandDims(node, x as Value, numbers(dim as Value)[0] as number),
  ),
  Fill: row(
    (node) =>
      ([dims, value]) =>
        fill(node, numbers(dims as Value), value as Value),
  ),
  BroadcastArgs: row(
    () =>
      ([a, b]) =>
        integers((a as Value).dtype as DType, broadcastArgs(numbers(a as Value), numbers(b as Value))),
  ),
  Range: row(
    (node) =>
      ([start, limit, delta]) =>
        range(node, start as Value, limit as Value, delta as Value),
  ),
  Const: row(() => () => {
    throw new Error('constants are not steps');
  }),
  NoOp: row(() => () => []),
  Assert: row(() => () => []),
  Placeholder: row((node) => () => {
    throw refuse(
      node,
      `You must feed a value for placeholder tensor '${node.name}' with dtype ${typeAttr(node, 'dtype', 'float32')}`,
    );
  }),
  LinSpace: row(() => ([start, stop, count]) => {
    const [from, to, n] = [start, stop, count].map((x) => numbers(x as Value)[0] as number) as [number, number, number];
    const dtype = (start as Value).dtype as DType;
    const data = newData(dtype, n) as Float32Array;
    for (let i = 0; i < n; i++) data[i] = from + ((to - from) * i) / Math.max(n - 1, 1);
    return hostValue(dtype, [n], rounded(dtype, data));
  }),
};

/** The elements of an integer tensor as numbers: shapes, axes, indices. */
export function numbers(value: Value): number[] {
  return Array.from(onHost(value) as ArrayLike<number | bigint>, Number);
}

export function integers(dtype: DType, values: readonly number[], shape: number[] = [values.length]): Value {
  const data = dtype === 'int64' ? BigInt64Array.from(values, BigInt) : Int32Array.from(values);
  return hostValue(dtype, shape, data);
}

function integer(dtype: DType, value: number): Value {
  return integers(dtype, [value], []);
}

function reshape(node: FlatNode, x: Value, wanted: number[]): Value {
  const size = sizeOf(x.shape);
  const unknown = wanted.indexOf(-1);
  if (wanted.lastIndexOf(-1) !== unknown)
    throw refuse(node, `Only one input size may be -1, not both ${unknown} and ${wanted.lastIndexOf(-1)}`);
  const negative = wanted.findIndex((dim) => dim < -1);
  if (negative >= 0) throw refuse(node, `Size ${negative} must be non-negative, not ${wanted[negative]}`);
  const known = sizeOf(wanted.filter((dim) => dim !== -1));
  const shape = [...wanted];
  if (unknown >= 0) {
    if (known === 0 || size % known !== 0) {
      throw refuse(
        node,
        `Input to reshape is a tensor with ${size} values, but the requested shape requires a multiple of ${known}`,
      );
    }
    shape[unknown] = size / known;
  } else if (known !== size) {
    throw refuse(node, `Input to reshape is a tensor with ${size} values, but the requested shape has ${known}`);
  }
  return reshaped(x, shape);
}

function squeeze(node: FlatNode, x: Value): Value {
  const dims = intsAttr(node, 'squeeze_dims', intsAttr(node, 'axis', []));
  const axes = new Set(dims.map((axis) => wrapAxis(node, axis, x.shape.length)));
  for (const axis of axes) {
    if (x.shape[axis] !== 1)
      throw refuse(node, `Can not squeeze dim[${axis}], expected a dimension of 1, got ${x.shape[axis]}`);
  }
  return reshaped(
    x,
    x.shape.filter((dim, axis) => (axes.size > 0 ? !axes.has(axis) : dim !== 1)),
  );
}

function expandDims(node: FlatNode, x: Value, dim: number): Value {
  const axis = wrapAxis(node, dim, x.shape.length + 1);
  return reshaped(x, x.shape.toSpliced(axis, 0, 1));
}

function fill(node: FlatNode, dims: number[], value: Value): Value {
  if (sizeOf(value.shape) !== 1) throw refuse(node, `value must be a scalar but has shape ${shapeText(value.shape)}`);
  checkSize(node, dims);
  const data = newData(value.dtype as DType, sizeOf(dims));
  (data as unknown[]).fill((onHost(value) as unknown[])[0]);
  return hostValue(value.dtype, dims, data);
}

/** No request may ask for gigabytes by a few numbers. */
export function checkSize(node: FlatNode, shape: number[]): void {
  if (shape.some((dim) => dim < 0)) throw refuse(node, `shape ${shapeText(shape)} must be >= 0`);
  if (sizeOf(shape) > MAX_ELEMENTS)
    throw refuse(node, `${node.op}: a tensor of shape ${shapeText(shape)} is too large`);
}

const MAX_ELEMENTS = 2 ** 28;

function broadcastArgs(a: number[], b: number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [m, n] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    return m === 1 ? n : m;
  });
}

function range(node: FlatNode, start: Value, limit: Value, delta: Value): Value {
  const dtype = start.dtype as DType;
  const [from, to, step] = [start, limit, delta].map((x) => numbers(x)[0] as number) as [number, number, number];
  if (step === 0) throw refuse(node, 'Requires delta != 0: 0');
  const count = Math.max(0, Math.ceil((to - from) / step));
  checkSize(node, [count]);
  const data = newData(dtype, count) as unknown[];
  const big = dtype === 'int64';
  for (let i = 0; i < count; i++) data[i] = big ? BigInt(from + i * step) : from + i * step;
  return hostValue(dtype, [count], data as unknown as TensorData);
}
