import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType, TensorData } from '../value.ts';
import type { OpRow } from './op.ts';
import { refuse, row } from './op.ts';
import { checkSize, numbers } from './shape.ts';

/** Parts of the last two dimensions. */
export const MATRIX: Record<string, OpRow> = {
  MatrixBandPart: row(
    () =>
      ([x, lower, upper]) =>
        band(x as Value, numbers(lower as Value)[0] as number, numbers(upper as Value)[0] as number),
  ),
  MatrixDiagPart: row(
    (node) =>
      ([x]) =>
        diagonal(node, x as Value, 0),
  ),
  MatrixDiagPartV3: row(
    (node) =>
      ([x, k]) =>
        diagonal(node, x as Value, single(node, k as Value)),
  ),
  MatrixDiag: row(
    (node) =>
      ([x]) =>
        fromDiagonal(node, x as Value, 0, -1, -1, undefined),
  ),
  MatrixDiagV3: row((node) => ([x, k, rows, columns, padding]) => {
    const [height = -1, width = -1] = [numbers(rows as Value)[0], numbers(columns as Value)[0]];
    return fromDiagonal(node, x as Value, single(node, k as Value), height, width, padding as Value);
  }),
  MatrixSetDiag: row(
    (node) =>
      ([x, values]) =>
        setDiagonal(node, x as Value, values as Value, 0),
  ),
  MatrixSetDiagV3: row(
    (node) =>
      ([x, values, k]) =>
        setDiagonal(node, x as Value, values as Value, single(node, k as Value)),
  ),
  Cross: row(
    () =>
      ([a, b]) =>
        cross(a as Value, b as Value),
  ),
};

function single(node: FlatNode, k: Value): number {
  const [first = 0, last = first] = numbers(k);
  if (first !== last)
    throw refuse(node, `${node.op} of the diagonals ${first} to ${last} is not supported, only of one`);
  return first;
}

function band(x: Value, lower: number, upper: number): Value {
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const data = onHost(x).slice() as unknown[];
  const zero = (newData(x.dtype as DType, 1) as unknown[])[0];
  for (let i = 0; i < data.length; i++) {
    const [row, column] = [Math.floor(i / columns) % rows, i % columns];
    if ((lower >= 0 && row - column > lower) || (upper >= 0 && column - row > upper)) data[i] = zero;
  }
  return hostValue(x.dtype, x.shape, data as unknown as TensorData);
}

/** Where each element of a diagonal lies in its matrix. */
function places(rows: number, columns: number, k: number): number[] {
  const length = Math.max(0, Math.min(rows + Math.min(k, 0), columns - Math.max(k, 0)));
  return Array.from({ length }, (_, i) => (i - Math.min(k, 0)) * columns + i + Math.max(k, 0));
}

function diagonal(node: FlatNode, x: Value, k: number): Value {
  if (x.shape.length < 2) throw refuse(node, `input must be at least 2-dim, received shape: [${x.shape}]`);
  const [rows, columns] = x.shape.slice(-2) as [number, number];
  const at = places(rows, columns, k);
  const outer = x.shape.slice(0, -2);
  const from = onHost(x) as unknown[];
  const data = newData(x.dtype as DType, sizeOf(outer) * at.length) as unknown[];
  for (let m = 0; m < sizeOf(outer); m++)
    at.forEach((place, i) => {
      data[m * at.length + i] = from[m * rows * columns + place];
    });
  return hostValue(x.dtype, [...outer, at.length], data as unknown as TensorData);
}

function fromDiagonal(
  node: FlatNode,
  x: Value,
  k: number,
  height: number,
  width: number,
  padding: Value | undefined,
): Value {
  const length = x.shape.at(-1) as number;
  const rows = height >= 0 ? height : length + Math.abs(Math.min(k, 0));
  const columns = width >= 0 ? width : length + Math.max(k, 0);
  const outer = x.shape.slice(0, -1);
  checkSize(node, [...outer, rows, columns]);
  const data = newData(x.dtype as DType, sizeOf(outer) * rows * columns) as unknown[];
  if (padding) data.fill((onHost(padding) as unknown[])[0]);
  return written(data, hostValue(x.dtype, [...outer, rows, columns], data as unknown as TensorData), x, k);
}

function setDiagonal(node: FlatNode, x: Value, values: Value, k: number): Value {
  if (x.shape.length < 2) throw refuse(node, `input must be at least 2-dim, received shape: [${x.shape}]`);
  const data = onHost(x).slice() as unknown[];
  return written(data, hostValue(x.dtype, x.shape, data as unknown as TensorData), values, k);
}

function written(data: unknown[], matrix: Value, values: Value, k: number): Value {
  const [rows, columns] = matrix.shape.slice(-2) as [number, number];
  const from = onHost(values) as unknown[];
  const at = places(rows, columns, k);
  for (let m = 0; m < sizeOf(matrix.shape.slice(0, -2)); m++)
    at.forEach((place, i) => {
      data[m * rows * columns + place] = from[m * at.length + i];
    });
  return matrix;
}

function cross(a: Value, b: Value): Value {
  const [x, y] = [onHost(a) as Float32Array, onHost(b) as Float32Array];
  const data = newData(a.dtype as DType, x.length) as Float32Array;
  for (let i = 0; i < x.length; i += 3) {
    for (let n = 0; n < 3; n++) {
      const [p, q] = [i + ((n + 1) % 3), i + ((n + 2) % 3)];
      data[i + n] = (x[p] as number) * (y[q] as number) - (x[q] as number) * (y[p] as number);
    }
  }
  return hostValue(a.dtype, a.shape, data);
}
