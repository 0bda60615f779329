import { intAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType, TensorData } from '../value.ts';
import { broadcastShape, sourceIndex } from './broadcast.ts';
import type { OpRow } from './op.ts';
import { refuse, row, shapeText, wrapAxis } from './op.ts';
import { copyInto, stridesOf } from './places.ts';
import { checkSize, numbers } from './shape.ts';

/** Elements chosen by numbers or flags. */
export const GATHER: Record<string, OpRow> = {
  GatherV2: row(
    (node) =>
      ([x, indices, axis]) =>
        gather(node, x as Value, indices as Value, numbers(axis as Value)[0] as number),
  ),
  Gather: row(
    (node) =>
      ([x, indices]) =>
        gather(node, x as Value, indices as Value, 0),
  ),
  ResourceGather: row(
    (node) =>
      ([x, indices]) =>
        gather(node, x as Value, indices as Value, 0),
  ),
  GatherNd: row(
    (node) =>
      ([x, indices]) =>
        gatherNd(node, x as Value, indices as Value),
  ),
  Select: row(
    (node) =>
      ([c, a, b]) =>
        select(node, c as Value, a as Value, b as Value),
  ),
  SelectV2: row(
    (node) =>
      ([c, a, b]) =>
        select(node, c as Value, a as Value, b as Value),
  ),
};

function gather(node: FlatNode, x: Value, indices: Value, along: number): Value {
  const batchDims = intAttr(node, 'batch_dims', 0);
  const axis = wrapAxis(node, along, x.shape.length);
  const dim = x.shape[axis]!;
  const list = numbers(indices);
  const bad = list.findIndex((i) => i < 0 || i >= dim);
  if (bad >= 0) throw refuse(node, `indices[${bad}] = ${list[bad]} is not in [0, ${dim})`);
  const batch = x.shape.slice(0, batchDims);
  const rest = indices.shape.slice(batchDims);
  const shape = [...x.shape.slice(0, axis), ...rest, ...x.shape.slice(axis + 1)];
  checkSize(node, shape);
  const [inner, middle] = [sizeOf(x.shape.slice(axis + 1)), sizeOf(x.shape.slice(batchDims, axis))];
  const perBatch = sizeOf(rest);
  const data = newData(x.dtype as DType, sizeOf(shape));
  let at = 0;
  for (let b = 0; b < sizeOf(batch); b++) {
    for (let m = 0; m < middle; m++) {
      for (let i = 0; i < perBatch; i++, at += inner) {
        const start = ((b * middle + m) * dim + list[b * perBatch + i]!) * inner;
        copyInto(data, at, x, start, start + inner);
      }
    }
  }
  return hostValue(x.dtype, shape, data);
}

function gatherNd(node: FlatNode, x: Value, indices: Value): Value {
  const depth = indices.shape.at(-1) ?? 0;
  if (depth > x.shape.length)
    throw refuse(node, `index innermost dimension length must be <= params rank; saw: ${depth} vs. ${x.shape.length}`);
  const list = numbers(indices);
  const strides = stridesOf(x.shape);
  const inner = sizeOf(x.shape.slice(depth));
  const shape = [...indices.shape.slice(0, -1), ...x.shape.slice(depth)];
  const count = sizeOf(indices.shape.slice(0, -1));
  const data = newData(x.dtype as DType, sizeOf(shape));
  for (let i = 0; i < count; i++) {
    let start = 0;
    for (let axis = 0; axis < depth; axis++) {
      const at = list[i * depth + axis]!;
      if (at < 0 || at >= x.shape[axis]!)
        throw refuse(
          node,
          `indices[${i}] = [${list.slice(i * depth, (i + 1) * depth)}] does not index into param shape ${shapeText(x.shape)}`,
        );
      start += at * strides[axis]!;
    }
    copyInto(data, i * inner, x, start, start + inner);
  }
  return hostValue(x.dtype, shape, data);
}

function select(node: FlatNode, condition: Value, a: Value, b: Value): Value {
  let test = condition;
  // The older Select takes one flag per row.
  if (node.op === 'Select' && condition.shape.length === 1 && a.shape.length > 1) {
    test = { ...condition, shape: [condition.shape[0]!, ...a.shape.slice(1).map(() => 1)] };
  }
  const shape = broadcastShape(test.shape, broadcastShape(a.shape, b.shape));
  const [fromTest, fromA, fromB] = [test, a, b].map((v) => sourceIndex(v.shape, shape));
  const [flags, left, right] = [onHost(condition), onHost(a), onHost(b)] as unknown[][] as [
    unknown[],
    unknown[],
    unknown[],
  ];
  const data = newData(a.dtype as DType, sizeOf(shape)) as unknown[];
  for (let i = 0; i < data.length; i++) {
    data[i] = flags[fromTest ? fromTest[i]! : i] ? left[fromA ? fromA[i]! : i] : right[fromB ? fromB[i]! : i];
  }
  return hostValue(a.dtype, shape, data as unknown as TensorData);
}
