import { intAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, retain } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType } from '../value.ts';
import type { OpRow } from './op.ts';
import { refuse, row, wrapAxis } from './op.ts';
import { copyInto, pick, stepIndex, stridesOf } from './places.ts';
import { checkSize, numbers } from './shape.ts';

/** Rows dealt out and put together again (how TF1 looks up partitioned tables), and rows moved along an axis. */
export const PARTITION: Record<string, OpRow> = {
  DynamicPartition: row((node) => ([x, parts]) => {
    const count = intAttr(node, 'num_partitions', 1);
    const [value, list] = [x as Value, numbers(parts as Value)];
    const rest = value.shape.slice((parts as Value).shape.length);
    const bad = list.find((part) => part < 0 || part >= count);
    if (bad !== undefined) throw refuse(node, `partitions has ${bad}, which is not in [0, ${count})`);
    return Array.from({ length: count }, (_, n) => {
      const own = list.flatMap((part, i) => (part === n ? [i] : []));
      return rows(value, own, rest);
    });
  }),
  DynamicStitch: row((node) => (inputs) => stitch(node, inputs)),
  ParallelDynamicStitch: row((node) => (inputs) => stitch(node, inputs)),
  Roll: row((node) => ([x, shifts, axes]) => {
    const value = x as Value;
    const by = numbers(shifts as Value);
    const index = stepIndex(value.shape, stridesOf(value.shape));
    let moved = value;
    numbers(axes as Value).forEach((along, i) => {
      const axis = wrapAxis(node, along, value.shape.length);
      moved = roll(moved, axis, by[i] ?? 0, index);
    });
    return moved === value ? retain(value) : moved;
  }),
  ReverseSequence: row((node) => ([x, lengths]) => {
    const value = x as Value;
    const [along, batch] = [intAttr(node, 'seq_dim', 0), intAttr(node, 'batch_dim', 0)];
    const list = numbers(lengths as Value);
    const strides = stridesOf(value.shape);
    const [step, outer] = [strides[along] as number, strides[batch] as number];
    const [size, rowsOf] = [value.shape[along] as number, value.shape[batch] as number];
    const index = Int32Array.from({ length: sizeOf(value.shape) }, (_, at) => {
      const place = Math.floor(at / step) % size;
      const length = list[Math.floor(at / outer) % rowsOf] as number;
      return place < length ? at + (length - 1 - 2 * place) * step : at;
    });
    return pick(value, value.shape, index);
  }),
};

function rows(x: Value, chosen: number[], rest: number[]): Value {
  const inner = sizeOf(rest);
  const data = newData(x.dtype as DType, chosen.length * inner);
  chosen.forEach((source, i) => {
    copyInto(data, i * inner, x, source * inner, (source + 1) * inner);
  });
  return hostValue(x.dtype, [chosen.length, ...rest], data);
}

function stitch(node: FlatNode, inputs: Value[]): Value {
  const half = inputs.length / 2;
  const [indices, values] = [inputs.slice(0, half).map(numbers), inputs.slice(half)];
  const first = values[0] as Value;
  const rest = first.shape.slice((inputs[0] as Value).shape.length);
  const inner = sizeOf(rest);
  const size = Math.max(-1, ...indices.flat()) + 1;
  checkSize(node, [size, ...rest]);
  const data = newData(first.dtype as DType, size * inner);
  indices.forEach((list, n) => {
    list.forEach((to, i) => {
      if (to < 0) throw refuse(node, `indices[${n}] has ${to}, which is out of range`);
      copyInto(data, to * inner, values[n] as Value, i * inner, (i + 1) * inner);
    });
  });
  return hostValue(first.dtype, [size, ...rest], data);
}

function roll(x: Value, axis: number, by: number, places: Int32Array): Value {
  const [size, step] = [x.shape[axis] as number, stridesOf(x.shape)[axis] as number];
  const index = places.map((at) => {
    const place = Math.floor(at / step) % size;
    const from = (((place - by) % size) + size) % size;
    return at + (from - place) * step;
  });
  return pick(x, x.shape, index);
}
