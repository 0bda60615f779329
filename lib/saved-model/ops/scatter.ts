import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType, TensorData } from '../value.ts';
import type { OpRow } from './op.ts';
import { refuse, row, shapeText } from './op.ts';
import { stridesOf } from './places.ts';
import { checkSize, integers, numbers } from './shape.ts';

type Combine = (old: never, update: never) => unknown;

/** Slices written into a tensor at given places. */
export const SCATTER: Record<string, OpRow> = {
  ScatterNd: row((node) => ([indices, updates, shape]) => {
    const dims = numbers(shape as Value);
    checkSize(node, dims);
    const { dtype } = updates as Value;
    return put(node, newData(dtype as DType, sizeOf(dims)), dims, indices as Value, updates as Value, add);
  }),
  UnravelIndex: row(
    (node) =>
      ([indices, dims]) =>
        unravel(node, indices as Value, numbers(dims as Value)),
  ),
  TensorScatterUpdate: into((_, b) => b),
  TensorScatterAdd: into(add),
  TensorScatterSub: into((a, b) => a - b),
  TensorScatterMax: into((a, b) => (b > a ? b : a)),
  TensorScatterMin: into((a, b) => (b < a ? b : a)),
};

/** A place in a flat tensor as its indices along each axis. */
function unravel(node: FlatNode, indices: Value, dims: number[]): Value {
  const [places, strides] = [numbers(indices), stridesOf(dims)];
  const outside = places.find((at) => at < 0 || at >= sizeOf(dims));
  if (outside !== undefined) throw refuse(node, `index ${outside} is out of bound as with dims ${shapeText(dims)}`);
  const rows = strides.flatMap((stride, axis) => places.map((at) => Math.floor(at / stride) % (dims[axis] as number)));
  return integers(indices.dtype as DType, rows, [dims.length, ...indices.shape]);
}

function add(a: number, b: number): number {
  return a + b;
}

function into(combine: Combine): OpRow {
  return row((node) => ([x, indices, updates]) => {
    const { shape } = x as Value;
    return put(node, onHost(x as Value).slice() as TensorData, shape, indices as Value, updates as Value, combine);
  });
}

function put(
  node: FlatNode,
  data: TensorData,
  shape: number[],
  indices: Value,
  updates: Value,
  combine: Combine,
): Value {
  const depth = indices.shape.at(-1) ?? 1;
  if (depth > shape.length) throw refuse(node, `index depth ${depth} is more than the rank of ${shapeText(shape)}`);
  const inner = sizeOf(shape.slice(depth));
  const count = sizeOf(indices.shape.slice(0, -1));
  if (sizeOf(updates.shape) !== count * inner)
    throw refuse(
      node,
      `updates ${shapeText(updates.shape)} do not fit indices ${shapeText(indices.shape)} and shape ${shapeText(shape)}`,
    );
  const [places, strides] = [numbers(indices), stridesOf(shape)];
  const from = onHost(updates) as never[];
  const to = data as unknown[];
  for (let i = 0; i < count; i++) {
    let start = 0;
    for (let axis = 0; axis < depth; axis++) {
      const at = places[i * depth + axis] as number;
      if (at < 0 || at >= (shape[axis] as number))
        throw refuse(
          node,
          `indices[${i}] = [${places.slice(i * depth, (i + 1) * depth)}] does not index into shape ${shapeText(shape)}`,
        );
      start += at * (strides[axis] as number);
    }
    for (let k = 0; k < inner; k++) to[start + k] = combine(to[start + k] as never, from[i * inner + k] as never);
  }
  return hostValue(updates.dtype, shape, data);
}
