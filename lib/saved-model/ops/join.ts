import { intAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, kernel, retain } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType } from '../value.ts';
import type { OpRow } from './op.ts';
import { refuse, row, shapeText, wrapAxis } from './op.ts';
import { copyInto } from './places.ts';
import { numbers } from './shape.ts';

/** Tensors put together. */
export const JOIN: Record<string, OpRow> = {
  Pack: row((node) => (inputs) => pack(node, inputs)),
  Concat: row(
    (node) =>
      ([axis, ...inputs]) =>
        concat(node, inputs, numbers(axis as Value)[0] as number),
  ),
  ConcatV2: row((node) => (inputs) => concat(node, inputs.slice(0, -1), numbers(inputs.at(-1) as Value)[0] as number)),
};

function pack(node: FlatNode, inputs: Value[]): Value {
  const first = inputs[0] as Value;
  const axis = wrapAxis(node, intAttr(node, 'axis', 0), first.shape.length + 1);
  for (const [i, x] of inputs.entries()) {
    if (String(x.shape) !== String(first.shape))
      throw refuse(
        node,
        `Shapes of all inputs must match: values[0].shape = ${shapeText(first.shape)} != values[${i}].shape = ${shapeText(x.shape)}`,
      );
  }
  const shape = first.shape.toSpliced(axis, 0, inputs.length);
  return joined(inputs, shape, sizeOf(first.shape.slice(axis)), sizeOf(first.shape.slice(0, axis)));
}

function concat(node: FlatNode, inputs: Value[], along: number): Value {
  const first = inputs[0] as Value;
  const axis = wrapAxis(node, along, first.shape.length);
  for (const [i, x] of inputs.entries()) {
    const same =
      x.shape.length === first.shape.length && x.shape.every((dim, a) => a === axis || dim === first.shape[a]);
    if (!same)
      throw refuse(
        node,
        `ConcatOp : Dimension ${axis} in both shapes must be equal: shape[0] = ${shapeText(first.shape)} vs. shape[${i}] = ${shapeText(x.shape)}`,
      );
  }
  if (inputs.length === 1) return retain(first);
  const shape = first.shape.with(
    axis,
    inputs.reduce((sum, x) => sum + x.shape[axis]!, 0),
  );
  const filled = inputs.filter((x) => sizeOf(x.shape) > 0);
  const device =
    first.dtype === 'float32' && filled.length > 1 && filled.some((x) => x.data === undefined)
      ? kernel('Concat')
      : undefined;
  // tfjs takes these inputs as a list.
  if (device) return device(filled as never, { axis })[0] as Value;
  return joined(inputs, shape, undefined, sizeOf(shape.slice(0, axis)));
}

/** Blocks of each input in turn. */
function joined(inputs: Value[], shape: number[], block: number | undefined, outer: number): Value {
  const dtype = (inputs[0] as Value).dtype as DType;
  const data = newData(dtype, sizeOf(shape));
  const sizes = inputs.map((x) => block ?? sizeOf(x.shape) / Math.max(outer, 1));
  let at = 0;
  for (let row = 0; row < outer; row++) {
    inputs.forEach((part, i) => {
      const size = sizes[i]!;
      copyInto(data, at, part, row * size, (row + 1) * size);
      at += size;
    });
  }
  return hostValue(dtype, shape, data);
}
