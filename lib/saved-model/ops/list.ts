import { boolAttr, typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, listValue, onHost, release, reshaped, retain, zeros } from '../device.ts';
import { sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { TensorData } from '../value.ts';
import { JOIN } from './join.ts';
import type { Env, Kernel, OpRow } from './op.ts';
import { refuse, row } from './op.ts';
import { checkSize, integers, numbers } from './shape.ts';

/** Lists of tensors, as loops of recurrent layers build them. TensorFlow's are values: setting an item makes a new list. */
export const LIST: Record<string, OpRow> = {
  TensorListReserve: row(
    (node) =>
      ([, count]) =>
        emptyList(node, numbers(count as Value)[0] as number),
  ),
  EmptyTensorList: row((node) => () => emptyList(node, 0)),
  TensorListFromTensor: row(
    (node) =>
      ([tensor]) =>
        fromTensor(node, tensor as Value),
  ),
  TensorListGetItem: row(
    (node) =>
      ([list, index, shape]) =>
        getItem(node, list as Value, index as Value, shape as Value),
  ),
  TensorListSetItem: row(
    (node) =>
      ([list, index, item]) =>
        setItem(node, list as Value, index as Value, item as Value),
  ),
  TensorListPushBack: row(
    () =>
      ([list, item]) =>
        listValue([...itemsOf(list as Value).map(keep), retain(item as Value)]),
  ),
  TensorListPopBack: row(
    (node) =>
      ([list, shape]) =>
        popBack(node, list as Value, shape as Value),
  ),
  TensorListLength: row(
    () =>
      ([list]) =>
        integers('int32', [itemsOf(list as Value).length], []),
  ),
  TensorListResize: row(
    (node) =>
      ([list, size]) =>
        resize(node, list as Value, numbers(size as Value)[0] as number),
  ),
  TensorListStack: row((node, env) => stack(node, env)),
  TensorListGather: row((node, env) => {
    const all = stack(node, env);
    return ([list, indices, shape]) => {
      const items = itemsOf(list as Value);
      const chosen = numbers(indices as Value).map((at) => {
        if (at < 0 || at >= items.length)
          throw refuse(node, `Trying to gather element ${at} in a list with ${items.length} elements.`);
        return items[at];
      });
      return all([{ ...(list as Value), items: chosen }, shape as Value]);
    };
  }),
};

function resize(node: FlatNode, list: Value, size: number): Value {
  checkSize(node, [size]);
  const items = itemsOf(list);
  return listValue(Array.from({ length: size }, (_, i) => keep(items[i])));
}

export function itemsOf(list: Value): (Value | undefined)[] {
  return list.items ?? [];
}

export function keep(item: Value | undefined): Value | undefined {
  return item && retain(item);
}

export function emptyList(node: FlatNode, count: number): Value {
  checkSize(node, [count]);
  return listValue(new Array(count).fill(undefined));
}

export function fromTensor(node: FlatNode, tensor: Value): Value {
  if (tensor.dtype === 'variant') return listValue(itemsOf(tensor).map(keep));
  const [count, ...shape] = tensor.shape;
  if (count === undefined) throw refuse(node, 'Tensor must be at least a vector, but saw shape: []');
  const size = sizeOf(shape);
  const data = onHost(tensor) as Float32Array;
  return listValue(
    Array.from({ length: count }, (_, i) => hostValue(tensor.dtype, shape, part(data, i * size, (i + 1) * size))),
  );
}

export function part(data: Float32Array | Uint8Array[], start: number, end: number): TensorData {
  return Array.isArray(data) ? data.slice(start, end) : data.subarray(start, end);
}

export function getItem(node: FlatNode, list: Value, index: Value, shape: Value): Value {
  const items = itemsOf(list);
  const at = numbers(index)[0] as number;
  if (at < 0 || at >= items.length)
    throw refuse(node, `Trying to access element ${at} in a list with ${items.length} elements.`);
  return items[at] ? retain(items[at]) : unset(node, items, shape);
}

/** Zeros of the shape of the others, or of the one that is asked for. */
function unset(node: FlatNode, items: (Value | undefined)[], shape: Value): Value {
  const known = items.find((item) => item)?.shape ?? numbers(shape);
  if (known.some((dim) => dim < 0))
    throw refuse(node, 'Trying to read an uninitialized tensor of a list whose element shape is not known');
  checkSize(node, known);
  return zeros(typeAttr(node, 'element_dtype', 'float32'), known);
}

export function setItem(node: FlatNode, list: Value, index: Value, item: Value): Value {
  const items = itemsOf(list);
  const at = numbers(index)[0] as number;
  const grows = boolAttr(node, 'resize_if_index_out_of_bounds', false);
  if (grows && at >= items.length) {
    checkSize(node, [at]);
    return listValue([...items.map(keep), ...new Array(at - items.length).fill(undefined), retain(item)]);
  }
  if (at < 0 || at >= items.length)
    throw refuse(node, `Trying to modify element ${at} in a list with ${items.length} elements.`);
  return listValue(items.map((old, i) => (i === at ? retain(item) : keep(old))));
}

function popBack(node: FlatNode, list: Value, shape: Value): Value[] {
  const items = itemsOf(list);
  if (items.length === 0) throw refuse(node, 'Trying to pop from an empty list.');
  const last = items.at(-1);
  return [listValue(items.slice(0, -1).map(keep)), last ? retain(last) : unset(node, items, shape)];
}

export function stack(node: FlatNode, env: Env): Kernel {
  const pack = (JOIN.Pack as OpRow).make({ ...node, attr: new Map() }, env);
  return ([list, shape]) => {
    const items = itemsOf(list as Value);
    if (items.length === 0) {
      const dims = numbers(shape as Value);
      return zeros(typeAttr(node, 'element_dtype', 'float32'), [0, ...dims.map((dim) => Math.max(dim, 0))]);
    }
    if (items[0]?.dtype === 'variant') return { ...listValue(items.map(keep)), shape: [items.length] };
    const full = items.map((item) => (item ? reshaped(item, item.shape) : unset(node, items, shape as Value)));
    const result = pack(full) as Value;
    full.forEach(release);
    return result;
  };
}
