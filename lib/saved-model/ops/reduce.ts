import { boolAttr, intAttr, typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, kernel, onHost, retain } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType, TensorData } from '../value.ts';
import { larger, rounded, smaller } from './binary.ts';
import type { Kernel, OpRow } from './op.ts';
import { refuse, row, wrapAxis } from './op.ts';
import { stridesOf } from './places.ts';
import { checkSize, integers, numbers } from './shape.ts';
import { cast } from './unary.ts';

/** Ops that make one number of many. */
export const REDUCE: Record<string, OpRow> = {
  Sum: reduce(
    0,
    (a, b) => a + b,
    (a, b) => a + b,
    'Sum',
  ),
  Prod: reduce(
    1,
    (a, b) => a * b,
    (a, b) => a * b,
  ),
  Max: reduce(Number.NEGATIVE_INFINITY, (a, b) => (b > a || Number.isNaN(b) ? b : a), larger, 'Max'),
  Min: reduce(Number.POSITIVE_INFINITY, (a, b) => (b < a || Number.isNaN(b) ? b : a), smaller, 'Min'),
  All: reduce(1, (a, b) => Number(a !== 0 && b !== 0)),
  Any: reduce(0, (a, b) => Number(a !== 0 || b !== 0)),
  Mean: row((node) => mean(node)),
  ArgMax: row((node) => argument(node, (a, b) => a > b)),
  ArgMin: row((node) => argument(node, (a, b) => a < b)),
  Cumsum: row((node) => cumulate(node, (a, b) => a + b, 0)),
  Cumprod: row((node) => cumulate(node, (a, b) => a * b, 1)),
  CumulativeLogsumexp: row((node) => cumulate(node, logOfSum, Number.NEGATIVE_INFINITY)),
  OneHot: row((node) => oneHot(node)),
  TopKV2: row(
    (node) =>
      ([x, k]) =>
        topK(node, x as Value, numbers(k as Value)[0] as number),
  ),
  AddN: row(() => (inputs) => addN(inputs)),
  L2Loss: row(
    () =>
      ([x]) =>
        l2Loss(x as Value),
  ),
};

function l2Loss(x: Value): Value {
  const sum = (onHost(x) as Float32Array).reduce((total, value) => total + value * value, 0);
  const dtype = x.dtype as DType;
  const data = newData(dtype, 1) as Float32Array;
  data[0] = sum / 2;
  return hostValue(dtype, [], rounded(dtype, data));
}

function reduce(
  start: number,
  fold: (a: number, b: number) => number,
  big?: (a: bigint, b: bigint) => bigint,
  device?: string,
): OpRow {
  return row((node) => {
    const keep = boolAttr(node, 'keep_dims', boolAttr(node, 'keepdims', false));
    const call = device ? kernel(device) : undefined;
    return ([input, axes]) => {
      const x = input as Value;
      const over = axesOf(node, x, axes as Value);
      if (over.length === 0) return retain(x);
      if (call && prefersDevice(x))
        return shaped(
          call({ x }, { axis: over, reductionIndices: over, keepDims: false })[0] as Value,
          keptShape(x, over, keep),
        );
      return onTheHost(node, x, over, keep, start, fold, big);
    };
  });
}

/** Above this, moving a tensor to the device costs less than walking it here. */
const LARGE = 2 ** 16;

function prefersDevice(x: Value): boolean {
  return x.dtype === 'float32' && (x.data === undefined ? sizeOf(x.shape) > 0 : sizeOf(x.shape) > LARGE);
}

function shaped(value: Value, shape: number[]): Value {
  value.shape = shape;
  return value;
}

function axesOf(node: FlatNode, x: Value, axes: Value): number[] {
  return [...new Set(numbers(axes).map((axis) => wrapAxis(node, axis, x.shape.length)))].sort((a, b) => a - b);
}

function keptShape(x: Value, axes: number[], keep: boolean): number[] {
  return keep
    ? x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))
    : x.shape.filter((_, axis) => !axes.includes(axis));
}

/** For each element, which element of the result it goes to. */
function targets(x: Value, axes: number[]): Int32Array {
  const kept = stridesOf(x.shape.map((dim, axis) => (axes.includes(axis) ? 1 : dim))).map((s, axis) =>
    axes.includes(axis) ? 0 : s,
  );
  const strides = stridesOf(x.shape);
  return Int32Array.from({ length: sizeOf(x.shape) }, (_, at) => {
    let to = 0;
    for (let axis = 0; axis < kept.length; axis++)
      to += (Math.floor(at / strides[axis]!) % x.shape[axis]!) * kept[axis]!;
    return to;
  });
}

function onTheHost(
  node: FlatNode,
  x: Value,
  axes: number[],
  keep: boolean,
  start: number,
  fold: (a: number, b: number) => number,
  big?: (a: bigint, b: bigint) => bigint,
): Value {
  const shape = keptShape(x, axes, keep);
  const to = targets(x, axes);
  const dtype = x.dtype as DType;
  const from = onHost(x) as unknown as number[];
  const wide = dtype === 'int64' || dtype === 'uint64';
  if (dtype === 'string' || (wide && !big)) throw refuse(node, `${node.op} is not supported for ${dtype}`);
  const apply = (wide ? big : fold) as (a: unknown, b: unknown) => unknown;
  const sums = new Array<unknown>(sizeOf(shape)).fill(undefined);
  for (let i = 0; i < from.length; i++) {
    const at = to[i]!;
    sums[at] = sums[at] === undefined ? from[i] : apply(sums[at], from[i]);
  }
  const data = newData(dtype, sums.length) as unknown[];
  const empty = wide ? BigInt(Number.isFinite(start) ? start : 0) : start;
  for (let i = 0; i < sums.length; i++) data[i] = sums[i] ?? empty;
  return hostValue(dtype, shape, rounded(dtype, data as never));
}

function mean(node: FlatNode): Kernel {
  const call = kernel('Mean');
  const keep = boolAttr(node, 'keep_dims', boolAttr(node, 'keepdims', false));
  return ([input, axes]) => {
    const x = input as Value;
    const over = axesOf(node, x, axes as Value);
    if (over.length === 0) return retain(x);
    if (call && prefersDevice(x))
      return shaped(call({ x }, { axis: over, keepDims: false })[0] as Value, keptShape(x, over, keep));
    // Added up in a wider type, as TensorFlow does: the sum of bytes or of halves may not fit into one.
    const wide = x.dtype === 'int64' || x.dtype === 'uint64' ? x : cast(x, 'float64');
    const sum = onTheHost(
      node,
      wide,
      over,
      keep,
      0,
      (a, b) => a + b,
      (a, b) => a + b,
    );
    const count = sizeOf(over.map((axis) => x.shape[axis]!));
    const data = sum.data as Float64Array | BigInt64Array;
    for (let i = 0; i < data.length; i++)
      data[i] = typeof data[i] === 'bigint' ? (data[i] as bigint) / BigInt(count) : (data[i] as number) / count;
    return cast(sum, x.dtype as DType);
  };
}

function argument(node: FlatNode, better: (a: number, b: number) => boolean): Kernel {
  const type = typeAttr(node, 'output_type', 'int64');
  return ([input, dimension]) => {
    const x = input as Value;
    const axis = wrapAxis(node, numbers(dimension as Value)[0] as number, x.shape.length);
    const dim = x.shape[axis]!;
    const inner = sizeOf(x.shape.slice(axis + 1));
    const from = onHost(x) as unknown as number[];
    const shape = x.shape.toSpliced(axis, 1);
    const found = Array.from({ length: sizeOf(shape) }, (_, i) => {
      const start = Math.floor(i / inner) * dim * inner + (i % inner);
      let best = 0;
      for (let n = 1; n < dim; n++) if (better(from[start + n * inner]!, from[start + best * inner]!)) best = n;
      return best;
    });
    return integers(type, found, shape);
  };
}

function logOfSum(a: number, b: number): number {
  const most = Math.max(a, b);
  return Number.isFinite(most) ? most + Math.log1p(Math.exp(-Math.abs(a - b))) : most;
}

function cumulate(node: FlatNode, fold: (a: number, b: number) => number, start: number): Kernel {
  const [exclusive, backward] = [boolAttr(node, 'exclusive', false), boolAttr(node, 'reverse', false)];
  return ([input, along]) => {
    const x = input as Value;
    const axis = wrapAxis(node, numbers(along as Value)[0] as number, x.shape.length);
    const dim = x.shape[axis]!;
    const inner = sizeOf(x.shape.slice(axis + 1));
    const from = onHost(x) as unknown as number[];
    const big = typeof from[0] === 'bigint';
    const data = newData(x.dtype as DType, from.length) as unknown as number[];
    for (let line = 0; line < from.length / Math.max(dim, 1); line++) {
      const first = Math.floor(line / inner) * dim * inner + (line % inner);
      let sum = (big ? BigInt(start) : start) as number;
      for (let n = 0; n < dim; n++) {
        const at = first + (backward ? dim - 1 - n : n) * inner;
        const next = fold(sum, from[at]!);
        data[at] = exclusive ? sum : next;
        sum = next;
      }
    }
    return hostValue(x.dtype, x.shape, data as never);
  };
}

function oneHot(node: FlatNode): Kernel {
  const attr = intAttr(node, 'axis', -1);
  return ([indices, depth, on, off]) => {
    const x = indices as Value;
    const classes = numbers(depth as Value)[0] as number;
    const axis = attr === -1 ? x.shape.length : attr;
    const shape = x.shape.toSpliced(axis, 0, classes);
    checkSize(node, shape);
    const dtype = (on as Value).dtype as DType;
    const data = newData(dtype, sizeOf(shape)) as unknown[];
    data.fill((onHost(off as Value) as unknown[])[0]);
    const inner = sizeOf(x.shape.slice(axis));
    numbers(x).forEach((label, i) => {
      if (label < 0 || label >= classes) return;
      data[(Math.floor(i / inner) * classes + label) * inner + (i % inner)] = (onHost(on as Value) as unknown[])[0];
    });
    return hostValue(dtype, shape, data as unknown as TensorData);
  };
}

function topK(node: FlatNode, x: Value, k: number): Value[] {
  const width = x.shape.at(-1);
  if (width === undefined || width < k)
    throw refuse(node, `input must have at least k columns. Had ${width}, needed ${k}`);
  const from = onHost(x) as unknown as number[];
  const shape = [...x.shape.slice(0, -1), k];
  const values = newData(x.dtype as DType, sizeOf(shape)) as unknown as number[];
  const places = new Int32Array(sizeOf(shape));
  for (let row = 0; row < from.length / width; row++) {
    const order = Array.from({ length: width }, (_, i) => i).sort((a, b) => {
      const [left, right] = [from[row * width + a]!, from[row * width + b]!];
      return left > right ? -1 : left < right ? 1 : a - b;
    });
    for (let i = 0; i < k; i++) {
      places[row * k + i] = order[i]!;
      values[row * k + i] = from[row * width + order[i]!]!;
    }
  }
  return [hostValue(x.dtype, shape, values as never), hostValue('int32', shape, places)];
}

function addN(inputs: Value[]): Value {
  const [first] = inputs as [Value];
  if (inputs.length === 1) return retain(first);
  const data = newData(first.dtype as DType, sizeOf(first.shape)) as unknown as number[];
  for (const x of inputs) {
    const from = onHost(x) as unknown as number[];
    for (let i = 0; i < data.length; i++) data[i]! += from[i]!;
  }
  return hostValue(first.dtype, first.shape, data as never);
}
