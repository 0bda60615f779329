import { intAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { kernel, reshaped } from '../device.ts';
import { sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { Kernel, OpRow } from './op.ts';
import { refuse, row, shapeText, wrapAxis } from './op.ts';
import { pick, stridesOf } from './places.ts';
import { numbers } from './shape.ts';

/** Parts of tensors. */
export const SLICE: Record<string, OpRow> = {
  StridedSlice: row((node) => stridedSlice(node)),
  Slice: row((node) => slice(node)),
  Unpack: row(
    (node) =>
      ([x]) =>
        unpack(node, x as Value),
  ),
  Split: row((node) => ([axis, x]) => {
    const count = intAttr(node, 'num_split', 1);
    const dim = (x as Value).shape[
      wrapAxis(node, numbers(axis as Value)[0] as number, (x as Value).shape.length)
    ] as number;
    if (dim % count !== 0)
      throw refuse(
        node,
        `Number of ways to split should evenly divide the split dimension, but got ${count} and ${dim}`,
      );
    return split(node, x as Value, new Array(count).fill(dim / count), numbers(axis as Value)[0] as number);
  }),
  SplitV: row(
    (node) =>
      ([x, sizes, axis]) =>
        split(node, x as Value, numbers(sizes as Value), numbers(axis as Value)[0] as number),
  ),
};

function stridedSlice(node: FlatNode): Kernel {
  const mask = (name: string) => {
    const bits = intAttr(node, name, 0);
    return (i: number) => (bits & (1 << i)) !== 0;
  };
  const [noBegin, noEnd] = [mask('begin_mask'), mask('end_mask')];
  const [ellipsis, newAxis, shrink] = [mask('ellipsis_mask'), mask('new_axis_mask'), mask('shrink_axis_mask')];
  return ([input, begin, end, strides]) => {
    const x = input as Value;
    const [from, to, by] = [begin, end, strides].map((v) => numbers(v as Value)) as [number[], number[], number[]];
    const used = from.filter((_, i) => !newAxis(i) && !ellipsis(i)).length;
    if (used > x.shape.length)
      throw refuse(node, `Index out of range using input dim ${x.shape.length}; input has only ${x.shape.length} dims`);
    const start: number[] = [];
    const step: number[] = [];
    const size: number[] = [];
    const shape: number[] = [];
    const whole = (axis: number) => {
      start.push(0);
      step.push(1);
      size.push(x.shape[axis]!);
      shape.push(x.shape[axis]!);
    };
    for (let i = 0; i < from.length; i++) {
      if (ellipsis(i)) for (let n = x.shape.length - used; n > 0; n--) whole(start.length);
      else if (newAxis(i)) shape.push(1);
      else {
        const dim = x.shape[start.length]!;
        const s = by[i]!;
        if (s === 0) throw refuse(node, `strides[${i}] must be non-zero`);
        if (shrink(i)) {
          const at = from[i]! < 0 ? from[i]! + dim : from[i]!;
          if (at < 0 || at >= dim)
            throw refuse(node, `slice index ${from[i]} of dimension ${start.length} out of bounds.`);
          start.push(at);
          step.push(1);
          size.push(1);
          continue;
        }
        const low = s > 0 ? 0 : -1;
        const high = s > 0 ? dim : dim - 1;
        const bound = (v: number) => Math.min(Math.max(v < 0 ? v + dim : v, low), high);
        const a = noBegin(i) ? (s > 0 ? 0 : dim - 1) : bound(from[i]!);
        const b = noEnd(i) ? (s > 0 ? dim : -1) : bound(to[i]!);
        const count = Math.max(0, Math.ceil((b - a) / s));
        start.push(a);
        step.push(s);
        size.push(count);
        shape.push(count);
      }
    }
    while (start.length < x.shape.length) whole(start.length);
    return box(x, start, step, size, shape);
  };
}

function slice(node: FlatNode): Kernel {
  return ([input, begin, size]) => {
    const x = input as Value;
    const start = numbers(begin as Value);
    const count = numbers(size as Value).map((n, axis) => (n === -1 ? x.shape[axis]! - start[axis]! : n));
    count.forEach((n, axis) => {
      if (start[axis]! < 0 || n < 0 || start[axis]! + n > x.shape[axis]!) {
        throw refuse(node, `Expected size[${axis}] in [0, ${x.shape[axis]! - start[axis]!}], but got ${n}`);
      }
    });
    return box(
      x,
      start,
      start.map(() => 1),
      count,
      count,
    );
  };
}

function box(x: Value, start: number[], step: number[], size: number[], shape: number[]): Value {
  const all = size.every((n, axis) => n === x.shape[axis] && step[axis] === 1);
  if (all) return reshaped(x, shape);
  const device =
    x.data === undefined && x.dtype === 'float32' && step.every((s) => s === 1) && sizeOf(size) > 0
      ? kernel('Slice')
      : undefined;
  if (!device) return pick(x, shape, boxIndex(x.shape, start, step, size));
  const out = device({ x }, { begin: start, size })[0] as Value;
  out.shape = shape;
  return out;
}

/** Places of a box that starts at `begin` and takes every `step`-th element along each axis. */
function boxIndex(
  shape: readonly number[],
  begin: readonly number[],
  step: readonly number[],
  size: readonly number[],
): Int32Array {
  const strides = stridesOf(shape);
  const index = new Int32Array(sizeOf(size));
  const position = new Array<number>(size.length).fill(0);
  let from = begin.reduce((sum, b, axis) => sum + b * strides[axis]!, 0);
  for (let at = 0; at < index.length; at++) {
    index[at] = from;
    for (let axis = size.length - 1; axis >= 0; axis--) {
      from += step[axis]! * strides[axis]!;
      if (++position[axis]! < size[axis]!) break;
      from -= step[axis]! * strides[axis]! * size[axis]!;
      position[axis] = 0;
    }
  }
  return index;
}

function unpack(node: FlatNode, x: Value): Value[] {
  const axis = wrapAxis(node, intAttr(node, 'axis', 0), x.shape.length);
  const count = x.shape[axis]!;
  if (intAttr(node, 'num', count) !== count)
    throw refuse(
      node,
      `Input shape axis ${axis} must equal ${intAttr(node, 'num', 0)}, got shape ${shapeText(x.shape)}`,
    );
  const parts = split(node, x, new Array(count).fill(1), axis);
  for (const part of parts) part.shape = x.shape.toSpliced(axis, 1);
  return parts;
}

function split(node: FlatNode, x: Value, given: number[], along: number): Value[] {
  const axis = wrapAxis(node, along, x.shape.length);
  const rest = x.shape[axis]! - given.filter((n) => n >= 0).reduce((a, b) => a + b, 0);
  const sizes = given.map((n) => (n === -1 ? rest : n));
  if (sizes.reduce((a, b) => a + b, 0) !== x.shape[axis])
    throw refuse(node, `Determined shape must match the size of dimension ${axis}: ${x.shape[axis]}, got ${sizes}`);
  const step = x.shape.map(() => 1);
  let at = 0;
  return sizes.map((n) => {
    const start = x.shape.map((_, a) => (a === axis ? at : 0));
    const size = x.shape.with(axis, n);
    at += n;
    return box(x, start, step, size, size);
  });
}
