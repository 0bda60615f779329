import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType } from '../value.ts';
import { BINARY, rounded } from './binary.ts';
import { broadcastShape, sourceIndex } from './broadcast.ts';
import type { Env, Kernel, OpRow } from './op.ts';
import { row } from './op.ts';
import { REDUCE } from './reduce.ts';
import { UNARY } from './unary.ts';

/** Functions of statistics, losses, and ops that are two others in a row. */
export const SPECIAL: Record<string, OpRow> = {
  Lgamma: each(lgamma),
  Digamma: each(digamma),
  Erfinv: each(erfinv),
  Ndtri: each((p) => Math.SQRT2 * erfinv(2 * p - 1)),
  EuclideanNorm: row((node, env) => norm(node, env)),
  ClipByValue: row((node, env) => clip(node, env)),
  SoftmaxCrossEntropyWithLogits: row(
    () =>
      ([logits, targets]) =>
        targetEntropy(logits as Value, targets as Value),
  ),
  SparseSoftmaxCrossEntropyWithLogits: row(
    () =>
      ([logits, labels]) =>
        crossEntropy(logits as Value, labels as Value),
  ),
};

function each(of: (x: number) => number): OpRow {
  return row(() => ([x]) => {
    const from = onHost(x as Value) as Float32Array;
    const data = newData((x as Value).dtype as DType, from.length) as Float32Array;
    for (let i = 0; i < data.length; i++) data[i] = of(from[i] as number);
    return hostValue((x as Value).dtype, (x as Value).shape, data);
  });
}

/** Lanczos' approximation, good to double precision. */
const LANCZOS = [
  0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313, -176.61502916214059,
  12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6, 1.5056327351493116e-7,
];

function lgamma(x: number): number {
  if (x < 0.5) return Math.log(Math.PI / Math.abs(Math.sin(Math.PI * x))) - lgamma(1 - x);
  const sum = LANCZOS.reduce((total, c, i) => (i === 0 ? c : total + c / (x - 1 + i)), 0);
  const t = x + 6.5;
  return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
}

function digamma(x: number): number {
  if (x <= 0 && Number.isInteger(x)) return Number.NaN;
  if (x < 0) return digamma(1 - x) - Math.PI / Math.tan(Math.PI * x);
  let [y, sum] = [x, 0];
  for (; y < 10; y++) sum -= 1 / y;
  const z = 1 / (y * y);
  return sum + Math.log(y) - 0.5 / y - z * (1 / 12 - z * (1 / 120 - z * (1 / 252 - z * (1 / 240 - z / 132))));
}

/** Giles' approximation, then one step of Newton's method. */
function erfinv(x: number): number {
  if (Math.abs(x) >= 1) return Math.abs(x) === 1 ? x * Number.POSITIVE_INFINITY : Number.NaN;
  let w = -Math.log((1 - x) * (1 + x));
  const near = [
    2.81022636e-8, 3.43273939e-7, -3.5233877e-6, -4.39150654e-6, 0.00021858087, -0.00125372503, -0.00417768164,
    0.246640727, 1.50140941,
  ];
  const far = [
    -0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773, -0.0076224613, 0.00943887047,
    1.00167406, 2.83297682,
  ];
  const [terms, shift] = w < 5 ? [near, 2.5] : [far, 3];
  w = (w < 5 ? w : Math.sqrt(w)) - shift;
  return x * terms.reduce((sum, c) => sum * w + c, 0);
}

function norm(node: FlatNode, env: Env): Kernel {
  const sum = (REDUCE.Sum as OpRow).make(node, env);
  const [square, root] = [UNARY.Square, UNARY.Sqrt].map((op) => (op as OpRow).make(node, env)) as [Kernel, Kernel];
  return ([x, axes]) => root([sum([square([x as Value]) as Value, axes as Value]) as Value]);
}

function clip(node: FlatNode, env: Env): Kernel {
  const [least, most] = [BINARY.Minimum, BINARY.Maximum].map((op) => (op as OpRow).make(node, env)) as [Kernel, Kernel];
  return ([x, low, high]) => most([least([x as Value, high as Value]) as Value, low as Value]);
}

/** Without overflow: the largest is taken out first. */
function logSumExp(numbers: Float32Array): number {
  const max = numbers.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  return max + Math.log(numbers.reduce((sum, x) => sum + Math.exp(x - max), 0));
}

/** The loss of each row, and its gradient. */
function crossEntropy(logits: Value, labels: Value): Value[] {
  const [rows, width] = logits.shape as [number, number];
  const [from, chosen] = [onHost(logits) as Float32Array, onHost(labels) as Int32Array];
  const [loss, gradient] = [rows, rows * width].map((size) => newData(logits.dtype as DType, size)) as [
    Float32Array,
    Float32Array,
  ];
  for (let row = 0; row < rows; row++) {
    const part = from.subarray(row * width, (row + 1) * width);
    const log = logSumExp(part);
    const label = Number(chosen[row]);
    loss[row] = log - (part[label] as number);
    part.forEach((x, i) => {
      gradient[row * width + i] = Math.exp(x - log) - Number(i === label);
    });
  }
  return [realValue(logits.dtype as DType, [rows], loss), realValue(logits.dtype as DType, logits.shape, gradient)];
}

/** The same for a probability of each class instead of a label; both may stand for several rows. */
function targetEntropy(logits: Value, targets: Value): Value[] {
  const shape = broadcastShape(logits.shape, targets.shape) as [number, number];
  const [rows, width] = shape;
  const [from, wanted] = [logits, targets].map((value) => {
    const [data, index] = [onHost(value) as Float32Array, sourceIndex(value.shape, shape)];
    return index ? Float64Array.from(index, (i) => data[i] as number) : data;
  }) as [Float32Array, Float32Array];
  const [loss, gradient] = [rows, rows * width].map((size) => newData(logits.dtype as DType, size)) as [
    Float32Array,
    Float32Array,
  ];
  for (let row = 0; row < rows; row++) {
    const part = from.subarray(row * width, (row + 1) * width);
    const log = logSumExp(part);
    for (const [i, x] of part.entries()) {
      const target = wanted[row * width + i] as number;
      loss[row]! += target * (log - x);
      gradient[row * width + i] = Math.exp(x - log) - target;
    }
  }
  return [realValue(logits.dtype as DType, [rows], loss), realValue(logits.dtype as DType, shape, gradient)];
}

function realValue(dtype: DType, shape: number[], data: Float32Array): Value {
  return hostValue(dtype, shape, rounded(dtype, data));
}
