import { typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, listValue, onHost, release, retain, zeros } from '../device.ts';
import { sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import { JOIN } from './join.ts';
import { fromTensor, itemsOf, keep, part } from './list.ts';
import type { Env, Kernel, OpRow } from './op.ts';
import { refuse, row } from './op.ts';
import { checkSize, integers, numbers } from './shape.ts';

/** Lists made of the parts of a tensor, and a tensor made of a list's parts: TensorArray's concat, split and scatter. */
export const LIST_PARTS: Record<string, OpRow> = {
  // In a graph of training, TF1's loops keep what their gradients will need: a signature asks for no gradients.
  StackV2: row(() => () => listValue([])),
  StackPushV2: row(
    () =>
      ([, item]) =>
        retain(item as Value),
  ),
  TensorListConcat: row((node, env) => {
    const join = joiner(node, env);
    return ([list]) => join(list as Value, [], []);
  }),
  TensorListConcatV2: row((node, env) => {
    const join = joiner(node, env);
    return ([list, shape, leading]) => join(list as Value, numbers(shape as Value), numbers(leading as Value));
  }),
  TensorArrayConcatV3: row((node, env) => {
    const join = joiner(node, env);
    return ([, flow]) => join(flow as Value, [], []);
  }),
  TensorListSplit: row(
    (node) =>
      ([tensor, , lengths]) =>
        split(node, tensor as Value, numbers(lengths as Value)),
  ),
  TensorArraySplitV3: row(
    (node) =>
      ([, tensor, lengths]) =>
        split(node, tensor as Value, numbers(lengths as Value)),
  ),
  TensorListScatter: row(
    (node) =>
      ([tensor, indices]) =>
        scatter(node, [], tensor as Value, numbers(indices as Value), -1),
  ),
  TensorListScatterV2: row(
    (node) =>
      ([tensor, indices, , count]) =>
        scatter(node, [], tensor as Value, numbers(indices as Value), numbers(count as Value)[0] as number),
  ),
  TensorListScatterIntoExistingList: row(
    (node) =>
      ([list, tensor, indices]) =>
        scatter(node, itemsOf(list as Value), tensor as Value, numbers(indices as Value), -1),
  ),
};

/** One after the other along the first axis; an item that was never set is zeros as long as `leading` says. */
function joiner(node: FlatNode, env: Env): (list: Value, shape: number[], leading: number[]) => Value[] {
  const concat = (JOIN.ConcatV2 as OpRow).make({ ...node, attr: new Map() }, env) as Kernel;
  const dtype = typeAttr(node, 'element_dtype', typeAttr(node, 'dtype', 'float32'));
  return (list, shape, leading) => {
    const items = itemsOf(list);
    const rest = items.find((item) => item)?.shape.slice(1) ?? shape.slice(1);
    const unset = (i: number): Value => {
      const dims = [leading[i] ?? -1, ...rest];
      if (dims.some((dim) => dim < 0))
        throw refuse(node, `Tried to concatenate item ${i} of a list, which was never set and has no known shape`);
      checkSize(node, dims);
      return zeros(dtype, dims);
    };
    if (items.length === 0) {
      if (rest.some((dim) => dim < 0))
        throw refuse(node, 'All except the first dimension must be fully defined to concatenate an empty list');
      return [zeros(dtype, [0, ...rest]), integers('int64', [])];
    }
    const parts = items.map((item, i) => (item ? retain(item) : unset(i)));
    try {
      if (parts.some((item) => item.shape.length === 0)) throw refuse(node, 'Concat saw a scalar shape');
      const lengths = parts.map((item) => item.shape[0] as number);
      return [concat([...parts, integers('int32', [0], [])]) as Value, integers('int64', lengths)];
    } finally {
      parts.forEach(release);
    }
  };
}

function split(node: FlatNode, tensor: Value, lengths: number[]): Value {
  const [rows = 0, ...rest] = tensor.shape;
  const total = lengths.reduce((sum, length) => sum + length, 0);
  if (total !== rows || lengths.some((length) => length < 0))
    throw refuse(node, `Expected the lengths to sum to ${rows}, but got [${lengths}]`);
  const [size, data] = [sizeOf(rest), onHost(tensor) as Float32Array];
  let at = 0;
  const items = lengths.map((length) => {
    const start = at * size;
    at += length;
    return hostValue(tensor.dtype, [length, ...rest], part(data, start, at * size));
  });
  return listValue(items);
}

/** The rows of a tensor at places of a list, which grows as far as they reach, or is as long as `count` says. */
function scatter(node: FlatNode, old: (Value | undefined)[], tensor: Value, indices: number[], count: number): Value {
  const rows = itemsOf(fromTensor(node, tensor));
  if (rows.length !== indices.length)
    throw refuse(node, `Invalid number of rows in input tensor. Expected: ${indices.length} Actual: ${rows.length}`);
  const size = count >= 0 ? count : indices.reduce((most, at) => Math.max(most, at + 1), old.length);
  const outside = indices.find((at) => at < 0 || at >= size);
  if (outside !== undefined)
    throw refuse(node, `Trying to scatter to index ${outside} of a list with ${size} elements`);
  checkSize(node, [size]);
  const items: (Value | undefined)[] = Array.from({ length: size }, (_, i) =>
    indices.includes(i) ? undefined : keep(old[i]),
  );
  indices.forEach((at, i) => {
    items[at] = rows[i];
  });
  return listValue(items);
}
