import { boolAttr, intAttr, typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost, release, retain, zeros } from '../device.ts';
import { sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import { JOIN } from './join.ts';
import { part } from './list.ts';
import type { Env, OpRow } from './op.ts';
import { refuse, row } from './op.ts';
import { integers, numbers } from './shape.ts';

/** Rows of different lengths as one value each, as tf.map_fn over a ragged tensor hands them to its function. */
export const RAGGED_VARIANT: Record<string, OpRow> = {
  RaggedTensorToVariant: row((node) => (inputs) => {
    if (!boolAttr(node, 'batched_input', false)) return packed(inputs.map(retain), []);
    return inBatch(node, inputs);
  }),
  RaggedTensorFromVariant: row((node, env) => {
    const join = rowsJoined(env);
    return ([encoded]) => {
      const value = encoded as Value;
      const rank = intAttr(node, 'output_ragged_rank', 0);
      if (value.shape.length === 0) return (value.items as Value[]).map(retain);
      if (value.shape.length > 1) throw refuse(node, 'RaggedTensorFromVariant of a batch of batches is not supported');
      return together(node, value.items as Value[], rank, join);
    };
  }),
};

/** The splits of a ragged tensor and its values, or such tensors, as a tensor of variants. */
function packed(items: (Value | undefined)[], shape: number[]): Value {
  return { dtype: 'variant', shape, data: undefined, dataId: undefined, refs: 1, items };
}

/** One for each row of the outermost level. */
function inBatch(node: FlatNode, inputs: Value[]): Value {
  const [values, ...turned] = inputs.toReversed() as [Value, ...Value[]];
  const splits = turned.reverse().map(numbers);
  const type = typeAttr(node, 'Tsplits', 'int64');
  const count = splits[0] ? splits[0].length - 1 : (values.shape[0] as number);
  const rows = Array.from({ length: count }, (_, i) => {
    let [start, end] = splits[0] ? [splits[0][i] as number, splits[0][i + 1] as number] : [i, i + 1];
    const inner = splits.slice(1).map((split) => {
      const own = split.slice(start, end + 1);
      [start, end] = [own[0] as number, own.at(-1) as number];
      return integers(
        type,
        own.map((at) => at - start),
      );
    });
    const rest = values.shape.slice(1);
    const size = sizeOf(rest);
    const data = part(onHost(values) as Float32Array, start * size, end * size);
    return packed([...inner, hostValue(values.dtype, splits[0] ? [end - start, ...rest] : rest, data)], []);
  });
  return packed(rows, [count]);
}

/** Rows below each other: one more level of splits, which says where each begins. */
function together(node: FlatNode, rows: Value[], rank: number, join: (values: Value[]) => Value): Value[] {
  const type = typeAttr(node, 'Tsplits', 'int64');
  const parts = rows.map((row) => row.items as Value[]);
  const levels: Value[] = [];
  const lengths = (level: number) =>
    parts.map((own) =>
      level < rank - 1 ? (own[level]?.shape[0] as number) - 1 : ((own.at(-1) as Value).shape[0] ?? 1),
    );
  levels.push(integers(type, starts(lengths(0))));
  for (let level = 0; level < rank - 1; level++) {
    let base = 0;
    const all = [0];
    for (const own of parts) {
      const split = numbers(own[level] as Value);
      for (const end of split.slice(1)) all.push(base + end);
      base += split.at(-1) as number;
    }
    levels.push(integers(type, all));
  }
  if (parts.length === 0) return [...levels, zeros(typeAttr(node, 'Tvalues', 'float32'), [0])];
  return [...levels, join(parts.map((own) => own.at(-1) as Value))];
}

function starts(lengths: number[]): number[] {
  let end = 0;
  return [0, ...lengths.map((length) => (end += length))];
}

function rowsJoined(env: Env): (values: Value[]) => Value {
  const node = { name: 'rows', op: 'ConcatV2', attr: new Map(), inputs: [], after: [] };
  const concat = (JOIN.ConcatV2 as OpRow).make(node, env);
  return (values) => {
    const axis = integers('int32', [0], []);
    const out = concat([...values, axis]) as Value;
    release(axis);
    return out;
  };
}
