import { intAttr, typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { DType, TensorData } from '../value.ts';
import type { OpRow } from './op.ts';
import { refuse, row } from './op.ts';
import { integers, numbers } from './shape.ts';
import { latin } from './text.ts';

/** Ops that compare elements with each other: which are the same, which are smaller. */
export const UNIQUE: Record<string, OpRow> = {
  Unique: row(
    (node) =>
      ([x]) =>
        unique(x as Value, typeAttr(node, 'out_idx', 'int32')).slice(0, 2),
  ),
  UniqueV2: row(
    (node) =>
      ([x]) =>
        unique(x as Value, typeAttr(node, 'out_idx', 'int32')).slice(0, 2),
  ),
  UniqueWithCounts: row(
    (node) =>
      ([x]) =>
        unique(x as Value, typeAttr(node, 'out_idx', 'int32')),
  ),
  ListDiff: row(
    (node) =>
      ([x, without]) =>
        listDiff(x as Value, without as Value, typeAttr(node, 'out_idx', 'int32')),
  ),
  InvertPermutation: row((node) => ([x]) => {
    const list = numbers(x as Value);
    const out = new Array<number>(list.length).fill(-1);
    list.forEach((to, from) => {
      if (to < 0 || to >= list.length || out[to] !== -1)
        throw refuse(node, `${to} is twice or out of range in a permutation`);
      out[to] = from;
    });
    return integers((x as Value).dtype as DType, out, (x as Value).shape);
  }),
  LowerBound: row((node) => search(typeAttr(node, 'out_type', 'int32'), (a, b) => a < b)),
  UpperBound: row((node) => search(typeAttr(node, 'out_type', 'int32'), (a, b) => a <= b)),
  Bucketize: row((node) => ([x]) => {
    const boundaries = node.attr.get('boundaries')?.list?.f ?? [];
    const places = Array.from(onHost(x as Value) as ArrayLike<number | bigint>, (value) => {
      const at = boundaries.findIndex((boundary) => Number(value) < boundary);
      return at < 0 ? boundaries.length : at;
    });
    return integers('int32', places, (x as Value).shape);
  }),
  // What the preprocessing of TFX called until TensorFlow 2.5; what lies above all boundaries is in the last bucket but one.
  BoostedTreesBucketize: row((node) => {
    const count = intAttr(node, 'num_features', 1);
    return (inputs) =>
      inputs.slice(0, count).map((value, i) => {
        const boundaries = onHost(inputs[count + i] as Value) as Float32Array;
        const places = Array.from(onHost(value) as Float32Array, (x) => {
          const at = boundaries.findIndex((boundary) => boundary >= x);
          return at < 0 ? boundaries.length - 1 : at;
        });
        return integers('int32', places, value.shape);
      });
  }),
  InTopKV2: row(
    () =>
      ([scores, targets, k]) =>
        inTop(scores as Value, numbers(targets as Value), numbers(k as Value)[0] as number),
  ),
};

function unique(x: Value, type: DType): Value[] {
  const seen = new Map<unknown, number>();
  const first: unknown[] = [];
  const counts: number[] = [];
  const places = Array.from(onHost(x) as ArrayLike<unknown>, (item) => {
    const key = item instanceof Uint8Array ? latin(item) : item;
    let at = seen.get(key);
    if (at === undefined) {
      at = first.push(item) - 1;
      seen.set(key, at);
      counts.push(0);
    }
    (counts[at] as number)++;
    return at;
  });
  const data = newData(x.dtype as DType, first.length) as unknown[];
  first.forEach((item, i) => {
    data[i] = item;
  });
  return [
    hostValue(x.dtype, [first.length], data as unknown as TensorData),
    integers(type, places),
    integers(type, counts),
  ];
}

/** What the second list does not have, with its places in the first; TF1's tensordot finds its free axes so. */
function listDiff(x: Value, without: Value, type: DType): Value[] {
  const key = (item: unknown) => (item instanceof Uint8Array ? latin(item) : item);
  const left = new Set(Array.from(onHost(without) as ArrayLike<unknown>, key));
  const from = onHost(x) as unknown[];
  const places = Array.from(from.keys()).filter((i) => !left.has(key(from[i])));
  const data = newData(x.dtype as DType, places.length) as unknown[];
  places.forEach((place, i) => {
    data[i] = from[place];
  });
  return [hostValue(x.dtype, [places.length], data as unknown as TensorData), integers(type, places)];
}

function search(type: DType, before: (a: never, b: never) => boolean) {
  return ([sorted, values]: Value[]): Value => {
    const [lists, wanted] = [sorted as Value, values as Value];
    const [width, each] = [lists.shape.at(-1) ?? 0, wanted.shape.at(-1) ?? 0];
    const [from, items] = [onHost(lists) as never[], onHost(wanted) as never[]];
    const places = Array.from({ length: sizeOf(wanted.shape) }, (_, i) => {
      const start = Math.floor(i / each) * width;
      let at = 0;
      while (at < width && before(from[start + at] as never, items[i] as never)) at++;
      return at;
    });
    return integers(type, places, wanted.shape);
  };
}

function inTop(scores: Value, targets: number[], k: number): Value {
  const width = scores.shape[1] as number;
  const from = onHost(scores) as Float32Array;
  const flags = Uint8Array.from(targets, (target, row) => {
    const own = from[row * width + target] as number;
    const better = from.subarray(row * width, (row + 1) * width).filter((score) => score > own).length;
    return Number(target >= 0 && target < width && Number.isFinite(own) && better < k);
  });
  return hostValue('bool', [targets.length], flags);
}
