import { boolAttr, intAttr, typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType } from '../value.ts';
import type { OpRow } from './op.ts';
import { refuse, row, wrapAxis } from './op.ts';
import { pick, stridesOf } from './places.ts';
import { checkSize, integers, numbers } from './shape.ts';

/** Sparse tensors and rows of different lengths rearranged, as feature columns and ragged tensors need it. */
export const ROWS: Record<string, OpRow> = {
  SparseReorder: row(
    () =>
      ([indices, values, shape]) =>
        reorder(indices as Value, values as Value, numbers(shape as Value)),
  ),
  SparseReshape: row(
    (node) =>
      ([indices, before, after]) =>
        reshape(node, indices as Value, numbers(before as Value), numbers(after as Value)),
  ),
  SparseFillEmptyRows: row(
    (node) =>
      ([indices, values, shape, otherwise]) =>
        fillEmptyRows(node, indices as Value, values as Value, numbers(shape as Value), otherwise as Value),
  ),
  SparseTensorDenseMatMul: row(
    (node) =>
      ([indices, values, shape, dense]) =>
        multiply(node, indices as Value, values as Value, numbers(shape as Value), dense as Value),
  ),
  SparseConcat: row((node) => (inputs) => concat(node, inputs)),
  SparseSlice: row(
    () =>
      ([indices, values, shape, start, size]) =>
        slice(indices as Value, values as Value, ...([shape, start, size].map((x) => numbers(x as Value)) as Three)),
  ),
  SparseAdd: row((node) => (inputs) => add(node, inputs)),
  RaggedTensorToSparse: row((node) => (inputs) => raggedToSparse(node, inputs)),
  RaggedGather: row((node) => (inputs) => raggedGather(node, inputs)),
  RaggedRange: row((node) => (inputs) => raggedRange(node, inputs)),
};

type Three = [number[], number[], number[]];

/** Sorted as the elements of a full tensor lie. */
function reorder(indices: Value, values: Value, shape: number[]): Value[] {
  const [strides, places] = [stridesOf(shape), numbers(indices)];
  const rank = shape.length;
  const count = indices.shape[0] as number;
  const at = Array.from({ length: count }, (_, i) =>
    strides.reduce((sum, stride, axis) => sum + stride * (places[i * rank + axis] as number), 0),
  );
  const order = at.map((_, i) => i).sort((a, b) => (at[a] as number) - (at[b] as number));
  const rows = order.flatMap((i) => places.slice(i * rank, (i + 1) * rank));
  return [integers('int64', rows, indices.shape), pick(values, values.shape, order)];
}

function reshape(node: FlatNode, indices: Value, before: number[], wanted: number[]): Value[] {
  const size = sizeOf(before);
  const known = sizeOf(wanted.filter((dim) => dim !== -1));
  const after = wanted.map((dim) => (dim === -1 ? size / known : dim));
  if (sizeOf(after) !== size || !after.every(Number.isInteger))
    throw refuse(
      node,
      `Input to reshape is a tensor with ${size} dense values, but the requested shape has ${sizeOf(after)}`,
    );
  const [from, to, places] = [stridesOf(before), stridesOf(after), numbers(indices)];
  const rows = Array.from({ length: indices.shape[0] as number }, (_, i) => {
    const at = from.reduce((sum, stride, axis) => sum + stride * (places[i * before.length + axis] as number), 0);
    return to.map((stride, axis) => Math.floor(at / stride) % (after[axis] as number));
  });
  return [integers('int64', rows.flat(), [rows.length, after.length]), integers('int64', after)];
}

/** Where a row has nothing, the default value stands in its first place. */
function fillEmptyRows(node: FlatNode, indices: Value, values: Value, shape: number[], otherwise: Value): Value[] {
  const [rows = 0] = shape;
  checkSize(node, [rows]);
  const [rank, places] = [shape.length, numbers(indices)];
  const from = onHost(values) as unknown[];
  const own = Array.from({ length: rows }, (): number[] => []);
  for (let i = 0; i < (indices.shape[0] as number); i++) {
    const list = own[places[i * rank] as number];
    if (!list) throw refuse(node, `indices(${i}, 0) is invalid: ${places[i * rank]} >= ${rows}`);
    list.push(i);
  }
  const [outIndices, outValues]: [number[], unknown[]] = [[], []];
  const back = new Array<number>(from.length).fill(0);
  for (const [i, list] of own.entries()) {
    if (list.length === 0) {
      outIndices.push(i, ...new Array<number>(rank - 1).fill(0));
      outValues.push((onHost(otherwise) as unknown[])[0]);
    }
    for (const at of list) {
      back[at] = outValues.length;
      outIndices.push(...places.slice(at * rank, (at + 1) * rank));
      outValues.push(from[at]);
    }
  }
  const data = newData(values.dtype as DType, outValues.length) as unknown[];
  for (const [i, value] of outValues.entries()) data[i] = value;
  return [
    integers('int64', outIndices, [outValues.length, rank]),
    hostValue(values.dtype, [outValues.length], data as never),
    hostValue(
      'bool',
      [rows],
      Uint8Array.from(own, (list) => Number(list.length === 0)),
    ),
    integers('int64', back),
  ];
}

function multiply(node: FlatNode, indices: Value, values: Value, shape: number[], dense: Value): Value {
  const [turnA, turnB] = [boolAttr(node, 'adjoint_a', false), boolAttr(node, 'adjoint_b', false)];
  const [rows, inner] = (turnA ? shape.toReversed() : shape) as [number, number];
  const [height, width] = dense.shape as [number, number];
  const [depth, columns] = turnB ? [width, height] : [height, width];
  if (inner !== depth)
    throw refuse(node, `Cannot multiply A and B because inner dimension does not match: ${inner} vs. ${depth}`);
  checkSize(node, [rows, columns]);
  const [places, from, by] = [numbers(indices), onHost(values) as Float32Array, onHost(dense) as Float32Array];
  const data = newData(dense.dtype as DType, rows * columns) as Float32Array;
  from.forEach((value, i) => {
    const [row, k] = turnA ? [places[2 * i + 1]!, places[2 * i]!] : [places[2 * i]!, places[2 * i + 1]!];
    for (let c = 0; c < columns; c++) data[row * columns + c]! += value * by[turnB ? c * width + k : k * width + c]!;
  });
  return hostValue(dense.dtype, [rows, columns], data);
}

/** Beside each other along an axis. */
function concat(node: FlatNode, inputs: Value[]): Value[] {
  const count = inputs.length / 3;
  const shapes = inputs.slice(2 * count).map(numbers);
  const rank = shapes[0]?.length ?? 0;
  const axis = wrapAxis(node, intAttr(node, 'concat_dim', 0), rank);
  const [rows, values]: [number[], Value[]] = [[], inputs.slice(count, 2 * count)];
  let offset = 0;
  for (const [n, shape] of shapes.entries()) {
    const places = numbers(inputs[n] as Value);
    rows.push(...places.map((place, i) => (i % rank === axis ? place + offset : place)));
    offset += shape[axis] as number;
  }
  const all = values.flatMap((value) => [...(onHost(value) as unknown[])]);
  const dtype = values[0]?.dtype as DType;
  const data = newData(dtype, all.length) as unknown[];
  for (const [i, value] of all.entries()) data[i] = value;
  const shape = (shapes[0] as number[]).with(axis, offset);
  const indices = integers('int64', rows, [all.length, rank]);
  return [...reorder(indices, hostValue(dtype, [all.length], data as never), shape), integers('int64', shape)];
}

function slice(indices: Value, values: Value, shape: number[], start: number[], size: number[]): Value[] {
  const [rank, places] = [shape.length, numbers(indices)];
  const extent = shape.map((dim, axis) => Math.max(0, Math.min(size[axis] as number, dim - (start[axis] as number))));
  const rowOf = (i: number) => places.slice(i * rank, (i + 1) * rank).map((place, axis) => place - start[axis]!);
  const kept = Array.from({ length: indices.shape[0] as number }, (_, i) => i).filter((i) =>
    rowOf(i).every((place, axis) => place >= 0 && place < extent[axis]!),
  );
  const rows = integers('int64', kept.flatMap(rowOf), [kept.length, rank]);
  return [rows, pick(values, [kept.length], kept), integers('int64', extent)];
}

function add(node: FlatNode, [indicesA, valuesA, shape, indicesB, valuesB, , least]: Value[]): Value[] {
  const dims = numbers(shape as Value);
  const strides = stridesOf(dims);
  const sums = new Map<number, { row: number[]; sum: number }>();
  for (const [indices, values] of [
    [indicesA, valuesA],
    [indicesB, valuesB],
  ] as [Value, Value][]) {
    const [places, from] = [numbers(indices), onHost(values) as Float32Array];
    for (const [i, value] of from.entries()) {
      const row = places.slice(i * dims.length, (i + 1) * dims.length);
      const at = row.reduce((sum, place, axis) => sum + place * (strides[axis] as number), 0);
      sums.set(at, { row, sum: (sums.get(at)?.sum ?? 0) + value });
    }
  }
  const dtype = valuesA?.dtype as DType;
  if (dtype === 'int64' || dtype === 'string') throw refuse(node, `SparseAdd is not supported for ${dtype}`);
  const threshold = least ? Number(onHost(least)[0]) : 0;
  const kept = [...sums].sort(([a], [b]) => a - b).filter(([, { sum }]) => threshold <= Math.abs(sum));
  const data = newData(dtype, kept.length) as Float32Array;
  for (const [i, [, { sum }]] of kept.entries()) data[i] = sum;
  const rows = kept.flatMap(([, { row }]) => row);
  return [
    integers('int64', rows, [kept.length, dims.length]),
    hostValue(dtype, [kept.length], data),
    integers('int64', dims),
  ];
}

/** Each value with the row, the row in the row, … that it lies in. */
function raggedToSparse(node: FlatNode, inputs: Value[]): Value[] {
  const splits = inputs.slice(0, -1).map(numbers);
  const values = inputs.at(-1) as Value;
  if (values.shape.length !== 1) throw refuse(node, 'RaggedTensorToSparse of rows of tensors is not supported');
  let rows = Array.from({ length: splits[0]!.length - 1 }, (_, i) => [i]);
  for (const split of splits)
    rows = rows.flatMap((row, i) => Array.from({ length: split[i + 1]! - split[i]! }, (_, n) => [...row, n]));
  const widths = splits.map((split) => Math.max(0, ...split.slice(1).map((end, i) => end - split[i]!)));
  const shape = [splits[0]!.length - 1, ...widths];
  return [
    integers('int64', rows.flat(), [rows.length, shape.length]),
    pick(
      values,
      values.shape,
      rows.map((_, i) => i),
    ),
    integers('int64', shape),
  ];
}

/** Rows chosen by numbers; the rows may hold rows themselves. */
function raggedGather(node: FlatNode, inputs: Value[]): Value[] {
  const depth = intAttr(node, 'PARAMS_RAGGED_RANK', 1);
  const splits = inputs.slice(0, depth).map(numbers);
  const [values, indices] = inputs.slice(depth) as [Value, Value];
  const type = inputs[0]?.dtype as DType;
  const outer: Value[] = [];
  // An index of several axes becomes rows of rows of the same length.
  for (let axis = 0; axis < indices.shape.length - 1; axis++) {
    const [count, width] = [sizeOf(indices.shape.slice(0, axis + 1)), indices.shape[axis + 1] as number];
    outer.push(
      integers(
        type,
        Array.from({ length: count + 1 }, (_, i) => i * width),
      ),
    );
  }
  let chosen = numbers(indices);
  for (const split of splits) {
    const bad = chosen.find((row) => row < 0 || row >= split.length - 1);
    if (bad !== undefined) throw refuse(node, `indices has ${bad}, which is not in [0, ${split.length - 1})`);
    let end = 0;
    const ends = [0, ...chosen.map((row) => (end += split[row + 1]! - split[row]!))];
    outer.push(integers(type, ends));
    chosen = chosen.flatMap((row) => Array.from({ length: split[row + 1]! - split[row]! }, (_, i) => split[row]! + i));
  }
  const rest = values.shape.slice(1);
  const size = sizeOf(rest);
  const places = size === 1 ? chosen : chosen.flatMap((row) => Array.from({ length: size }, (_, i) => row * size + i));
  return [...outer, pick(values, [chosen.length, ...rest], places)];
}

/** A row of numbers from each start to its limit. */
function raggedRange(node: FlatNode, inputs: Value[]): Value[] {
  const [starts, limits, steps] = inputs.map(numbers) as [number[], number[], number[]];
  const count = Math.max(...inputs.map(({ shape }) => (shape.length === 0 ? 1 : (shape[0] as number))));
  const at = (list: number[], i: number) => list[list.length === 1 ? 0 : i] as number;
  const rows = Array.from({ length: count }, (_, i) => {
    const [start, step] = [at(starts, i), at(steps, i)];
    if (step === 0) throw refuse(node, 'Requires delta != 0');
    const length = Math.max(0, Math.ceil((at(limits, i) - start) / step));
    checkSize(node, [length]);
    return Array.from({ length }, (_, n) => start + n * step);
  });
  let end = 0;
  const splits = [0, ...rows.map((row) => (end += row.length))];
  const dtype = inputs[0]?.dtype as DType;
  const flat = rows.flat();
  const values = dtype === 'float32' ? hostValue(dtype, [flat.length], Float32Array.from(flat)) : integers(dtype, flat);
  return [integers(typeAttr(node, 'Tsplits', 'int64'), splits), values];
}
