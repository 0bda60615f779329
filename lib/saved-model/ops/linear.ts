import { boolAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType } from '../value.ts';
import type { OpRow } from './op.ts';
import { refuse, row, shapeText } from './op.ts';

/** Linear algebra on the last two axes, in double precision. */
export const LINEAR: Record<string, OpRow> = {
  MatrixInverse: row((node) => ([x]) => {
    const turned = boolAttr(node, 'adjoint', false);
    return each(node, x as Value, (matrix, n) => {
      const { solution, singular } = eliminate(turned ? transposed(matrix, n, n) : matrix, identity(n), n, n);
      if (singular) throw refuse(node, 'Input is not invertible.');
      return { shape: [n, n], data: solution };
    });
  }),
  MatrixSolve: row((node) => ([x, right]) => {
    const [sides, turned] = [right as Value, boolAttr(node, 'adjoint', false)];
    const columns = sides.shape.at(-1) as number;
    const from = onHost(sides) as Float32Array;
    return each(node, x as Value, (matrix, n, i) => {
      const own = Float64Array.from(from.subarray(i * n * columns, (i + 1) * n * columns));
      const { solution, singular } = eliminate(turned ? transposed(matrix, n, n) : matrix, own, n, columns);
      if (singular) throw refuse(node, 'Input matrix is not invertible.');
      return { shape: [n, columns], data: solution };
    });
  }),
  MatrixTriangularSolve: row((node) => ([x, right]) => {
    const [sides, turned, lower] = [right as Value, boolAttr(node, 'adjoint', false), boolAttr(node, 'lower', true)];
    const columns = sides.shape.at(-1) as number;
    const from = onHost(sides) as Float32Array;
    if (String(sides.shape.slice(0, -1)) !== String((x as Value).shape.slice(0, -1)))
      throw refuse(node, `${shapeText((x as Value).shape)} and ${shapeText(sides.shape)} do not go together`);
    return each(node, x as Value, (matrix, n, i) => {
      const half = matrix.map((value, at) => {
        const [row, column] = [Math.floor(at / n), at % n];
        return (lower ? row >= column : row <= column) ? value : 0;
      });
      const own = Float64Array.from(from.subarray(i * n * columns, (i + 1) * n * columns));
      const { solution, singular } = eliminate(turned ? transposed(half, n, n) : half, own, n, columns);
      if (singular) throw refuse(node, 'Input matrix is not invertible.');
      return { shape: [n, columns], data: solution };
    });
  }),
  MatrixDeterminant: row(
    (node) =>
      ([x]) =>
        each(node, x as Value, (matrix, n) => {
          const { sign, log } = eliminate(matrix, new Float64Array(0), n, 0);
          return { shape: [], data: Float64Array.of(sign * Math.exp(log)) };
        }),
  ),
  LogMatrixDeterminant: row((node) => ([x]) => {
    const of = (part: 'sign' | 'log') =>
      each(node, x as Value, (matrix, n) => ({
        shape: [],
        data: Float64Array.of(eliminate(matrix, new Float64Array(0), n, 0)[part]),
      }));
    return [of('sign'), of('log')];
  }),
  Cholesky: row(
    (node) =>
      ([x]) =>
        each(node, x as Value, (matrix, n) => ({ shape: [n, n], data: cholesky(node, matrix, n) })),
  ),
  SelfAdjointEigV2: row((node) => ([x]) => {
    const wanted = boolAttr(node, 'compute_v', true);
    const values = each(node, x as Value, (matrix, n) => ({ shape: [n], data: eigen(matrix, n).values }));
    if (!wanted) return [values, hostValue(values.dtype, [0], newData(values.dtype as DType, 0))];
    return [values, each(node, x as Value, (matrix, n) => ({ shape: [n, n], data: eigen(matrix, n).vectors }))];
  }),
};

type Result = { shape: number[]; data: Float64Array };

/** Each square matrix of a stack. */
function each(node: FlatNode, x: Value, of: (matrix: Float64Array, n: number, i: number) => Result): Value {
  const [rows, columns] = x.shape.slice(-2);
  if (rows === undefined || rows !== columns) throw refuse(node, `Input matrix must be square: ${shapeText(x.shape)}`);
  const outer = x.shape.slice(0, -2);
  const from = onHost(x) as Float32Array;
  const size = rows * rows;
  const results = Array.from({ length: sizeOf(outer) }, (_, i) =>
    of(Float64Array.from(from.subarray(i * size, (i + 1) * size)), rows, i),
  );
  const shape = results[0]?.shape ?? [];
  const data = newData(x.dtype as DType, results.length * sizeOf(shape)) as Float32Array;
  for (const [i, result] of results.entries()) data.set(result.data, i * sizeOf(shape));
  return hostValue(x.dtype, [...outer, ...shape], data);
}

function identity(n: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1;
  return matrix;
}

function transposed(matrix: Float64Array, rows: number, columns: number): Float64Array {
  return matrix.map((_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)] as number);
}

/** Gauss and Jordan, the largest of a column in front; `right` becomes the solution. */
function eliminate(
  matrix: Float64Array,
  right: Float64Array,
  n: number,
  columns: number,
): { solution: Float64Array; sign: number; log: number; singular: boolean } {
  const [a, b] = [matrix.slice(), right.slice()];
  let [sign, log] = [1, 0];
  for (let k = 0; k < n; k++) {
    let best = k;
    for (let row = k + 1; row < n; row++) if (Math.abs(a[row * n + k]!) > Math.abs(a[best * n + k]!)) best = row;
    const pivot = a[best * n + k] as number;
    if (pivot === 0) return { solution: b, sign: 0, log: -Infinity, singular: true };
    if (best !== k) {
      exchange(a, k, best, n);
      exchange(b, k, best, columns);
      sign = -sign;
    }
    sign *= Math.sign(pivot);
    log += Math.log(Math.abs(pivot));
    for (let row = 0; row < n; row++) {
      const factor = row === k ? 0 : a[row * n + k]! / pivot;
      if (factor === 0) continue;
      for (let i = k; i < n; i++) a[row * n + i]! -= factor * a[k * n + i]!;
      for (let i = 0; i < columns; i++) b[row * columns + i]! -= factor * b[k * columns + i]!;
    }
  }
  for (let row = 0; row < n; row++)
    for (let i = 0; i < columns; i++) b[row * columns + i]! /= a[row * n + row] as number;
  return { solution: b, sign, log, singular: false };
}

function exchange(list: Float64Array, a: number, b: number, width: number): void {
  const row = list.slice(a * width, (a + 1) * width);
  list.copyWithin(a * width, b * width, (b + 1) * width);
  list.set(row, b * width);
}

function cholesky(node: FlatNode, matrix: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n);
  for (let row = 0; row < n; row++) {
    for (let column = 0; column <= row; column++) {
      let sum = matrix[row * n + column] as number;
      for (let i = 0; i < column; i++) sum -= out[row * n + i]! * out[column * n + i]!;
      if (row === column && !(sum > 0))
        throw refuse(node, 'Cholesky decomposition was not successful. The input might not be valid.');
      out[row * n + column] = row === column ? Math.sqrt(sum) : sum / out[column * n + column]!;
    }
  }
  return out;
}

/** Jacobi's rotations; the smallest first. A vector's sign is free: here its largest part is as it came. */
function eigen(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const [a, v] = [matrix.slice(), identity(n)];
  for (let sweep = 0; sweep < 60; sweep++) {
    let rest = 0;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rest += a[p * n + q]! ** 2;
    if (rest < 1e-30) break;
    for (let p = 0; p < n; p++) for (let q = p + 1; q < n; q++) rotate(a, v, n, p, q);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((i, j) => a[i * n + i]! - a[j * n + j]!);
  const values = Float64Array.from(order, (i) => a[i * n + i] as number);
  const vectors = Float64Array.from({ length: n * n }, (_, i) => v[Math.floor(i / n) * n + order[i % n]!] as number);
  return { values, vectors };
}

function rotate(a: Float64Array, v: Float64Array, n: number, p: number, q: number): void {
  const off = a[p * n + q] as number;
  if (off === 0) return;
  const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * off);
  const t = (theta < 0 ? -1 : 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1));
  const c = 1 / Math.sqrt(t * t + 1);
  const s = t * c;
  for (let i = 0; i < n; i++) turn(a, i * n + p, i * n + q, c, s);
  for (let i = 0; i < n; i++) turn(a, p * n + i, q * n + i, c, s);
  for (let i = 0; i < n; i++) turn(v, i * n + p, i * n + q, c, s);
}

function turn(list: Float64Array, i: number, j: number, c: number, s: number): void {
  const [x, y] = [list[i] as number, list[j] as number];
  list[i] = c * x - s * y;
  list[j] = s * x + c * y;
}
