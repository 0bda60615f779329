import { boolAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType, TensorData } from '../value.ts';
import type { OpRow } from './op.ts';
import { refuse, row } from './op.ts';
import { stridesOf } from './places.ts';
import { checkSize, integers, numbers } from './shape.ts';

/** Tensors given by places and values, and rows of different lengths. */
export const SPARSE: Record<string, OpRow> = {
  SparseToDense: row((node) => ([indices, shape, values, otherwise]) => {
    return scatter(node, indices as Value, numbers(shape as Value), values as Value, otherwise as Value);
  }),
  SparseReduceSum: row(
    (node) =>
      ([indices, values, shape, axes]) =>
        reduceSum(node, indices as Value, values as Value, numbers(shape as Value), numbers(axes as Value)),
  ),
  Where: row(
    () =>
      ([condition]) =>
        where(condition as Value),
  ),
  RaggedTensorToTensor: row((node) => ([shape, values, otherwise, ...partitions]) => {
    return raggedToDense(node, numbers(shape as Value), values as Value, otherwise as Value, partitions);
  }),
};

function scatter(node: FlatNode, indices: Value, shape: number[], values: Value, otherwise: Value): Value {
  checkSize(node, shape);
  const data = newData(values.dtype as DType, sizeOf(shape)) as unknown[];
  data.fill((onHost(otherwise) as unknown[])[0]);
  const strides = stridesOf(shape);
  const depth = Math.max(shape.length, 1);
  const places = numbers(indices);
  const from = onHost(values) as unknown[];
  for (let i = 0; i < places.length / depth; i++) {
    let at = 0;
    for (let axis = 0; axis < depth; axis++) {
      const place = places[i * depth + axis]!;
      if (place < 0 || place >= (shape[axis] ?? 1))
        throw refuse(node, `indices[${i}] is out of bounds: need ${place} in [0,${shape[axis]})`);
      at += place * (strides[axis] ?? 1);
    }
    data[at] = from[values.shape.length === 0 ? 0 : i];
  }
  return hostValue(values.dtype, shape, data as unknown as TensorData);
}

function reduceSum(node: FlatNode, indices: Value, values: Value, shape: number[], axes: number[]): Value {
  checkSize(node, shape);
  const gone = (axes.length > 0 ? axes : shape.map((_, axis) => axis)).map((axis) =>
    axis < 0 ? axis + shape.length : axis,
  );
  const keep = boolAttr(node, 'keep_dims', false);
  const kept = shape.flatMap((dim, axis) => (gone.includes(axis) ? (keep ? [1] : []) : [dim]));
  const strides = stridesOf(shape.map((dim, axis) => (gone.includes(axis) ? 1 : dim)));
  const [places, from] = [numbers(indices), onHost(values) as unknown as number[]];
  const sums = newData(values.dtype as DType, sizeOf(kept)) as unknown as number[];
  from.forEach((value, i) => {
    let at = 0;
    for (let axis = 0; axis < shape.length; axis++)
      if (!gone.includes(axis)) at += places[i * shape.length + axis]! * strides[axis]!;
    sums[at] = sums[at]! + value;
  });
  return hostValue(values.dtype, kept, sums as never);
}

/** The places of everything that is not zero. */
function where(condition: Value): Value {
  const strides = stridesOf(condition.shape);
  const places: number[] = [];
  let count = 0;
  (onHost(condition) as Uint8Array).forEach((flag, at) => {
    if (!flag) return;
    count++;
    condition.shape.forEach((dim, axis) => {
      places.push(Math.floor(at / strides[axis]!) % dim);
    });
  });
  return integers('int64', places, [count, condition.shape.length]);
}

/** Rows, and rows of rows, given by where each starts or by the row of each value. */
function raggedToDense(node: FlatNode, shape: number[], values: Value, otherwise: Value, partitions: Value[]): Value {
  const kinds = (node.attr.get('row_partition_types')?.list?.s ?? []).map((bytes) => Buffer.from(bytes).toString());
  const levels = levelsOf(node, kinds, partitions.map(numbers));
  const inner = values.shape.slice(1);
  const sizes = [levels[0]!.length, ...levels.map((rows) => Math.max(0, ...rows.map((row) => row.length)))];
  const depth = sizes.length;
  const out = sizes.map((size, axis) => ((shape[axis] ?? -1) < 0 ? size : (shape[axis] as number))).concat(inner);
  checkSize(node, out);
  const size = sizeOf(inner);
  const data = newData(values.dtype as DType, sizeOf(out)) as unknown[];
  data.fill((onHost(otherwise) as unknown[])[0]);
  const from = onHost(values) as unknown[];
  const strides = stridesOf(out);
  const place = (level: number, row: number, at: number): void => {
    if (level === depth - 1) {
      for (let k = 0; k < size; k++) data[at + k] = from[row * size + k];
      return;
    }
    const children = levels[level]![row]!.slice(0, out[level + 1]);
    for (const [n, child] of children.entries()) place(level + 1, child, at + n * strides[level + 1]!);
  };
  for (let row = 0; row < Math.min(levels[0]!.length, out[0] as number); row++) place(0, row, row * strides[0]!);
  return hostValue(values.dtype, out, data as unknown as TensorData);
}

/** Of each level the rows, each with the numbers of what lies in it. */
function levelsOf(node: FlatNode, kinds: string[], partitions: number[][]): number[][][] {
  const [first] = partitions;
  if (kinds[0] === 'FIRST_DIM_SIZE' && first && kinds.slice(1).every((kind) => kind === 'VALUE_ROWIDS')) {
    let count = first[0] as number;
    return partitions.slice(1).map((owners) => {
      const rows = Array.from({ length: count }, (): number[] => []);
      for (const [i, row] of owners.entries()) rows[row]?.push(i);
      count = owners.length;
      return rows;
    });
  }
  if (kinds.length > 0 && kinds.every((kind) => kind === 'ROW_SPLITS'))
    return partitions.map((splits) =>
      splits.slice(1).map((end, i) => Array.from({ length: end - splits[i]! }, (_, n) => splits[i]! + n)),
    );
  throw refuse(node, `RaggedTensorToTensor of ${kinds.join(', ')} is not supported`);
}
