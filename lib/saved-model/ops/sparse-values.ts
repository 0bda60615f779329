import { boolAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType } from '../value.ts';
import { sourceIndex } from './broadcast.ts';
import type { OpRow } from './op.ts';
import { refuse, row, shapeText, wrapAxis } from './op.ts';
import { stridesOf } from './places.ts';
import { checkSize, numbers } from './shape.ts';

/** What changes the values of a sparse tensor and leaves them where they are; and the largest of its values. */
export const SPARSE_VALUES: Record<string, OpRow> = {
  SparseDenseCwiseMul: withDense((a, b) => a * b),
  SparseDenseCwiseDiv: withDense((a, b) => a / b),
  SparseDenseCwiseAdd: withDense((a, b) => a + b),
  SparseSoftmax: row(
    () =>
      ([indices, values, shape]) =>
        softmax(numbers(indices as Value), values as Value, numbers(shape as Value)),
  ),
  SparseReduceMax: row(
    (node) =>
      ([indices, values, shape, axes]) =>
        largest(node, numbers(indices as Value), values as Value, numbers(shape as Value), numbers(axes as Value)),
  ),
};

function withDense(apply: (a: number, b: number) => number): OpRow {
  return row((node) => ([indices, values, shape, dense]) => {
    const [from, dims, other] = [values as Value, numbers(shape as Value), dense as Value];
    if (from.dtype === 'int64') throw refuse(node, `${node.op} is not supported for int64`);
    if (other.shape.length > dims.length)
      throw refuse(node, `Broadcasting dense to sparse only: ${shapeText(other.shape)} to ${shapeText(dims)}`);
    checkSize(node, dims);
    const index = sourceIndex(other.shape, dims);
    const [places, strides, list] = [numbers(indices as Value), stridesOf(dims), onHost(other) as Float32Array];
    const data = newData(from.dtype as DType, from.shape[0] as number) as Float32Array;
    (onHost(from) as Float32Array).forEach((value, i) => {
      const at = flat(places, strides, i);
      data[i] = apply(value, list[index ? (index[at] as number) : at] as number);
    });
    return hostValue(from.dtype, from.shape, data);
  });
}

function flat(places: number[], strides: number[], i: number): number {
  return strides.reduce((sum, step, axis) => sum + step * (places[i * strides.length + axis] as number), 0);
}

/** Of each row, over what is there: what is not there has no share. */
function softmax(places: number[], values: Value, shape: number[]): Value {
  const from = onHost(values) as Float32Array;
  const width = shape.at(-1) as number;
  const strides = stridesOf(shape);
  const rowOf = (i: number) => Math.floor(flat(places, strides, i) / width);
  const [most, sums] = [new Map<number, number>(), new Map<number, number>()];
  from.forEach((value, i) => {
    most.set(rowOf(i), Math.max(most.get(rowOf(i)) ?? Number.NEGATIVE_INFINITY, value));
  });
  const powers = Array.from(from, (value, i) => Math.exp(value - (most.get(rowOf(i)) as number)));
  powers.forEach((power, i) => {
    sums.set(rowOf(i), (sums.get(rowOf(i)) ?? 0) + power);
  });
  const data = newData(values.dtype as DType, from.length) as Float32Array;
  powers.forEach((power, i) => {
    data[i] = power / (sums.get(rowOf(i)) as number);
  });
  return hostValue(values.dtype, values.shape, data);
}

function largest(node: FlatNode, places: number[], values: Value, shape: number[], axes: number[]): Value {
  const gone = (axes.length > 0 ? axes : shape.map((_, axis) => axis)).map((axis) =>
    wrapAxis(node, axis, shape.length),
  );
  const keep = boolAttr(node, 'keep_dims', false);
  const kept = shape.flatMap((dim, axis) => (gone.includes(axis) ? (keep ? [1] : []) : [dim]));
  checkSize(node, kept);
  const steps = stridesOf(shape.map((dim, axis) => (gone.includes(axis) ? 1 : dim))).map((step, axis) =>
    gone.includes(axis) ? 0 : step,
  );
  const data = newData(values.dtype as DType, sizeOf(kept)) as Float32Array;
  const seen = new Set<number>();
  (onHost(values) as Float32Array).forEach((value, i) => {
    const at = flat(places, steps, i);
    if (!seen.has(at) || value > (data[at] as number)) data[at] = value;
    seen.add(at);
  });
  return hostValue(values.dtype, kept, data);
}
