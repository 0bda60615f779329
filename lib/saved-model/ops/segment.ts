import { boolAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType } from '../value.ts';
import type { Kernel, OpRow } from './op.ts';
import { refuse, row } from './op.ts';
import { checkSize, numbers } from './shape.ts';

type Rule = { start: number; fold: (a: number, b: number) => number; finish?: (sum: number, count: number) => number };
const SUM: Rule = { start: 0, fold: (a, b) => a + b };
const MEAN: Rule = { ...SUM, finish: (sum, count) => sum / count };
const SQRT: Rule = { ...SUM, finish: (sum, count) => sum / Math.sqrt(count) };
const PROD: Rule = { start: 1, fold: (a, b) => a * b };
const MAX: Rule = { start: Number.NEGATIVE_INFINITY, fold: Math.max };
const MIN: Rule = { start: Number.POSITIVE_INFINITY, fold: Math.min };

/** Rows put together by the number of their segment. */
export const SEGMENT: Record<string, OpRow> = {
  SegmentSum: sorted(SUM),
  SegmentMean: sorted(MEAN),
  SegmentProd: sorted(PROD),
  SegmentMax: sorted(MAX),
  SegmentMin: sorted(MIN),
  UnsortedSegmentSum: unsorted(SUM),
  UnsortedSegmentProd: unsorted(PROD),
  UnsortedSegmentMax: unsorted(MAX),
  UnsortedSegmentMin: unsorted(MIN),
  SparseSegmentSum: chosen(SUM),
  SparseSegmentMean: chosen(MEAN),
  SparseSegmentSqrtN: chosen(SQRT),
  Bincount: row(
    (node) =>
      ([values, size, weights]) =>
        count(node, values as Value, size as Value, weights as Value, false),
  ),
  DenseBincount: row(
    (node) =>
      ([values, size, weights]) =>
        count(node, values as Value, size as Value, weights as Value, boolAttr(node, 'binary_output', false)),
  ),
  RaggedBincount: row((node) => raggedCount(node)),
};

function sorted(rule: Rule): OpRow {
  return row((node) => ([x, ids]) => {
    const list = numbers(ids as Value);
    return collect(node, x as Value, undefined, list, (list.at(-1) ?? -1) + 1, rule, 0);
  });
}

function unsorted(rule: Rule): OpRow {
  return row((node) => ([x, ids, segments]) => {
    const value = x as Value;
    const deep = (ids as Value).shape.length;
    const flat = { ...value, shape: [sizeOf(value.shape.slice(0, deep)), ...value.shape.slice(deep)] };
    return collect(
      node,
      flat,
      undefined,
      numbers(ids as Value),
      numbers(segments as Value)[0] as number,
      rule,
      rule.start,
    );
  });
}

function chosen(rule: Rule): OpRow {
  return row((node) => ([x, indices, ids]) => {
    const list = numbers(ids as Value);
    return collect(node, x as Value, numbers(indices as Value), list, (list.at(-1) ?? -1) + 1, rule, 0);
  });
}

/** `empty` is what a segment without rows holds. */
function collect(
  node: FlatNode,
  x: Value,
  rows: number[] | undefined,
  ids: number[],
  segments: number,
  rule: Rule,
  empty: number,
): Value {
  const inner = sizeOf(x.shape.slice(1));
  const shape = [segments, ...x.shape.slice(1)];
  checkSize(node, shape);
  const big = x.dtype === 'int64' || x.dtype === 'uint64';
  const from = onHost(x) as unknown as (number | bigint)[];
  const sums = new Array<number>(segments * inner).fill(rule.start);
  const counts = new Array<number>(segments).fill(0);
  ids.forEach((id, i) => {
    if (id < 0) return;
    const source = rows ? (rows[i] as number) : i;
    if (id >= segments || source < 0 || source >= (x.shape[0] as number))
      throw refuse(node, `segment id ${id} or row ${source} is out of range`);
    (counts[id] as number)++;
    for (let k = 0; k < inner; k++)
      sums[id * inner + k] = rule.fold(sums[id * inner + k] as number, Number(from[source * inner + k]));
  });
  const data = newData(x.dtype as DType, sums.length) as unknown as (number | bigint)[];
  const least = lowest(x.dtype as DType);
  sums.forEach((sum, i) => {
    const n = counts[Math.floor(i / inner)] as number;
    const value = n === 0 ? empty : (rule.finish?.(sum, n) ?? sum);
    const finite = value === Number.NEGATIVE_INFINITY ? least : value === Number.POSITIVE_INFINITY ? -least : value;
    data[i] = big ? BigInt(Math.trunc(finite)) : finite;
  });
  return hostValue(x.dtype, shape, data as never);
}

/** What TensorFlow starts a maximum with. */
function lowest(dtype: DType): number {
  return dtype === 'float32' ? -3.4028234663852886e38 : dtype === 'float64' ? -Number.MAX_VALUE : -(2 ** 31);
}

function count(node: FlatNode, values: Value, size: Value, weights: Value, binary: boolean): Value {
  const bins = numbers(size)[0] as number;
  const [rows, width] = values.shape.length === 2 ? (values.shape as [number, number]) : [1, sizeOf(values.shape)];
  const shape = values.shape.length === 2 ? [rows, bins] : [bins];
  checkSize(node, shape);
  return tally(node, shape, bins, numbers(values), (i) => Math.floor(i / Math.max(width, 1)), weights, binary);
}

function raggedCount(node: FlatNode): Kernel {
  const binary = boolAttr(node, 'binary_output', false);
  return ([splits, values, size, weights]) => {
    const ends = numbers(splits as Value);
    const bins = numbers(size as Value)[0] as number;
    checkSize(node, [ends.length - 1, bins]);
    const rowOf = (i: number) => ends.findIndex((end) => end > i) - 1;
    return tally(node, [ends.length - 1, bins], bins, numbers(values as Value), rowOf, weights as Value, binary);
  };
}

function tally(
  node: FlatNode,
  shape: number[],
  bins: number,
  values: number[],
  rowOf: (i: number) => number,
  weights: Value,
  binary: boolean,
): Value {
  const dtype = weights.dtype as DType;
  const big = dtype === 'int64';
  const own = sizeOf(weights.shape) > 0 ? (onHost(weights) as unknown as number[]) : undefined;
  const data = newData(dtype, sizeOf(shape)) as unknown as number[];
  const one = (big ? 1n : 1) as number;
  values.forEach((value, i) => {
    if (value < 0) throw refuse(node, 'Input arr must be non-negative!');
    if (value >= bins) return;
    const at = (shape.length === 2 ? rowOf(i) * bins : 0) + value;
    if (binary) data[at] = one;
    else data[at] = (data[at] as number) + (own ? (own[i] as number) : one);
  });
  return hostValue(dtype, shape, data as never);
}
