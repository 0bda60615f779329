import type { Value } from '../device.ts';
import { hostValue, listValue } from '../device.ts';
import type { FlatNode } from '../graph.ts';
import { emptyList, fromTensor, getItem, itemsOf, keep, setItem, stack } from './list.ts';
import type { Env, Kernel, OpRow } from './op.ts';
import { refuse, row } from './op.ts';
import { integers, numbers } from './shape.ts';

/** TF1's arrays of tensors. Their handle says nothing here: the list itself is what flows from op to op. */
export const ARRAY: Record<string, OpRow> = {
  TensorArrayV3: row((node) => ([size]) => [
    hostValue('float32', [2], new Float32Array(2)),
    emptyList(node, numbers(size as Value)[0] as number),
  ]),
  TensorArrayReadV3: row(
    (node) =>
      ([, index, flow]) =>
        getItem(node, flow as Value, index as Value, integers('int32', [-1])),
  ),
  TensorArrayWriteV3: row(
    (node) =>
      ([, index, value, flow]) =>
        setItem(node, flow as Value, index as Value, value as Value),
  ),
  TensorArrayScatterV3: row(
    (node) =>
      ([, indices, value, flow]) =>
        scatter(node, indices as Value, value as Value, flow as Value),
  ),
  TensorArrayGatherV3: row((node, env) => gather(node, env)),
  TensorArraySizeV3: row(
    () =>
      ([, flow]) =>
        integers('int32', [itemsOf(flow as Value).length], []),
  ),
};

function scatter(node: FlatNode, indices: Value, value: Value, flow: Value): Value {
  const items = [...itemsOf(flow)];
  const own = itemsOf(fromTensor(node, value));
  numbers(indices).forEach((at, i) => {
    if (at < 0 || at >= items.length)
      throw refuse(node, `Tried to write to index ${at} but array size is: ${items.length}`);
    items[at] = own[i];
  });
  // The new tensors belong to the new list, the others to both.
  return listValue(items.map((item) => (own.includes(item) ? item : keep(item))));
}

function gather(node: FlatNode, env: Env): Kernel {
  const all = stack(node, env);
  return ([, indices, flow]) => {
    const items = itemsOf(flow as Value);
    const chosen = numbers(indices as Value).map((at) => {
      if (at < 0 || at >= items.length)
        throw refuse(node, `Tried to read from index ${at} but array size is: ${items.length}`);
      return items[at];
    });
    return all([{ ...listValue(chosen) }, integers('int32', [-1])]);
  };
}
