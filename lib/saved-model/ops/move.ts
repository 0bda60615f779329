import { boolAttr, intAttr, textAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, kernel, onHost, reshaped, retain } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType, TensorData } from '../value.ts';
import { broadcastShape, sourceIndex } from './broadcast.ts';
import type { Kernel, OpRow } from './op.ts';
import { refuse, row, shapeText, wrapAxis } from './op.ts';
import { copyInto, pick, stepIndex, stridesOf } from './places.ts';
import { checkSize, numbers } from './shape.ts';

/** Ops that only move elements: any dtype, strings and int64 included. */
export const MOVE: Record<string, OpRow> = {
  Transpose: row((node) => transpose(node)),
  Tile: row(
    (node) =>
      ([x, multiples]) =>
        tile(node, x as Value, numbers(multiples as Value)),
  ),
  BroadcastTo: row(
    (node) =>
      ([x, shape]) =>
        broadcastTo(node, x as Value, numbers(shape as Value)),
  ),
  Pad: row((node) => pad(node)),
  PadV2: row((node) => pad(node)),
  MirrorPad: row(
    (node) =>
      ([x, pads]) =>
        mirrorPad(node, x as Value, numbers(pads as Value)),
  ),
  ReverseV2: row(
    (node) =>
      ([x, axes]) =>
        reverse(node, x as Value, numbers(axes as Value)),
  ),
  DepthToSpace: row((node) => depthSpace(node, true)),
  SpaceToDepth: row((node) => depthSpace(node, false)),
};

function transpose(node: FlatNode): Kernel {
  const call = kernel('Transpose');
  return ([input, permutation]) => {
    const x = input as Value;
    const perm = numbers(permutation as Value);
    if (perm.length !== x.shape.length)
      throw refuse(
        node,
        `transpose expects a vector of size ${x.shape.length}. But input(1) is a vector of size ${perm.length}`,
      );
    if (new Set(perm).size !== perm.length || perm.some((axis) => !(axis in x.shape)))
      throw refuse(node, `${perm} is not a permutation of the axes`);
    if (perm.every((axis, i) => axis === i)) return retain(x);
    const shape = perm.map((axis) => x.shape[axis]!);
    // Moving only dimensions of one element does not move elements.
    const real = perm.filter((axis) => x.shape[axis] !== 1);
    if (real.every((axis, i) => i === 0 || axis > real[i - 1]!)) return reshaped(x, shape);
    const still = trailing(perm);
    const block = sizeOf(x.shape.slice(still));
    if (block >= BLOCK && !x.dtype.startsWith('complex')) return inBlocks(x, perm.slice(0, still), block, shape);
    if (call && x.dtype === 'float32' && x.shape.length <= 6 && (x.data === undefined || sizeOf(shape) > 4096))
      return call({ x }, { perm })[0] as Value;
    const strides = stridesOf(x.shape);
    const steps = perm.map((axis) => strides[axis]!);
    return pick(x, shape, stepIndex(shape, steps));
  };
}

/** From this many elements on that stay together, copying them is several times as quick as any kernel. */
const BLOCK = 256;

/** From this axis on, nothing moves. */
function trailing(perm: number[]): number {
  let at = perm.length;
  while (at > 0 && perm[at - 1] === at - 1) at--;
  return at;
}

/** As loops over time steps turn their sequences: only the first axes change places. */
function inBlocks(x: Value, perm: number[], block: number, shape: number[]): Value {
  const strides = stridesOf(x.shape.slice(0, perm.length));
  const index = stepIndex(
    shape.slice(0, perm.length),
    perm.map((axis) => strides[axis] as number),
  );
  const data = newData(x.dtype as DType, sizeOf(shape));
  for (const [i, from] of index.entries()) copyInto(data, i * block, x, from * block, (from + 1) * block);
  return hostValue(x.dtype, shape, data);
}

function tile(node: FlatNode, x: Value, multiples: number[]): Value {
  if (multiples.length !== x.shape.length)
    throw refuse(
      node,
      `Expected multiples argument to be a vector of length ${x.shape.length} but got length ${multiples.length}`,
    );
  const shape = x.shape.map((dim, axis) => dim * multiples[axis]!);
  checkSize(node, shape);
  if (multiples.every((m) => m === 1)) return retain(x);
  const strides = stridesOf(x.shape);
  const split = x.shape.flatMap((dim, axis) => [multiples[axis]!, dim]);
  return pick(
    x,
    shape,
    stepIndex(
      split,
      strides.flatMap((s) => [0, s]),
    ),
  );
}

function broadcastTo(node: FlatNode, x: Value, shape: number[]): Value {
  checkSize(node, shape);
  const common = broadcastShape(x.shape, shape);
  if (String(common) !== String(shape))
    throw refuse(node, `Incompatible shapes: ${shapeText(x.shape)} vs. ${shapeText(shape)}`);
  const index = sourceIndex(x.shape, shape);
  return index ? pick(x, shape, index) : reshaped(x, shape);
}

function pad(node: FlatNode): Kernel {
  const call = kernel('PadV2');
  return ([input, paddings, value]) => {
    const x = input as Value;
    const flat = numbers(paddings as Value);
    const pads = x.shape.map((_, axis) => [flat[2 * axis] ?? 0, flat[2 * axis + 1] ?? 0] as [number, number]);
    if (flat.length !== 2 * x.shape.length)
      throw refuse(
        node,
        `The first dimension of paddings must be the rank of inputs: ${flat.length / 2} vs. ${x.shape.length}`,
      );
    const shape = x.shape.map((dim, axis) => dim + pads[axis]![0] + pads[axis]![1]);
    checkSize(node, shape);
    const constant = value ? (onHost(value) as unknown as number[])[0]! : 0;
    if (call && x.dtype === 'float32' && x.data === undefined)
      return call({ x }, { paddings: pads, constantValue: constant })[0] as Value;
    const data = newData(x.dtype as DType, sizeOf(shape)) as unknown[];
    if (value) data.fill(constant);
    const from = onHost(x) as unknown[];
    const strides = stridesOf(shape);
    const start = pads.reduce((sum, [before], axis) => sum + before * strides[axis]!, 0);
    const index = stepIndex(x.shape, strides, start);
    for (let i = 0; i < index.length; i++) data[index[i]!] = from[i];
    return hostValue(x.dtype, shape, data as unknown as TensorData);
  };
}

function mirrorPad(node: FlatNode, x: Value, flat: number[]): Value {
  const offset = textAttr(node, 'mode', 'REFLECT') === 'REFLECT' ? 0 : 1;
  const shape = x.shape.map((dim, axis) => dim + flat[2 * axis]! + flat[2 * axis + 1]!);
  checkSize(node, shape);
  const strides = stridesOf(x.shape);
  const index = new Int32Array(sizeOf(shape));
  const outStrides = stridesOf(shape);
  for (let at = 0; at < index.length; at++) {
    let from = 0;
    for (let axis = 0; axis < shape.length; axis++) {
      const dim = x.shape[axis]!;
      let p = (Math.floor(at / outStrides[axis]!) % shape[axis]!) - flat[2 * axis]!;
      if (p < 0) p = -p - offset;
      else if (p >= dim) p = 2 * dim - 2 - p + offset;
      if (p < 0 || p >= dim) throw refuse(node, `paddings must be less than the dimension size ${dim}`);
      from += p * strides[axis]!;
    }
    index[at] = from;
  }
  return pick(x, shape, index);
}

function reverse(node: FlatNode, x: Value, axes: number[]): Value {
  const turned = new Set(axes.map((axis) => wrapAxis(node, axis, x.shape.length)));
  const strides = stridesOf(x.shape);
  const start = [...turned].reduce((sum, axis) => sum + (x.shape[axis]! - 1) * strides[axis]!, 0);
  return pick(
    x,
    x.shape,
    stepIndex(
      x.shape,
      strides.map((s, axis) => (turned.has(axis) ? -s : s)),
      start,
    ),
  );
}

function depthSpace(node: FlatNode, toSpace: boolean): Kernel {
  const size = intAttr(node, 'block_size', 2);
  if (!boolAttr(node, 'unused', true) || textAttr(node, 'data_format', 'NHWC') !== 'NHWC')
    throw refuse(node, `${node.op} only supports NHWC`);
  return ([input]) => {
    const x = input as Value;
    const [n = 0, h = 0, w = 0, c = 0] = x.shape;
    if (toSpace) {
      const depth = c / size ** 2;
      const split = [n, h, size, w, size, depth];
      const steps = [h * w * c, w * c, size * depth, c, depth, 1];
      return pick(x, [n, h * size, w * size, depth], stepIndex(split, steps));
    }
    const [oh, ow] = [h / size, w / size];
    const split = [n, oh, ow, size, size, c];
    const steps = [h * w * c, size * w * c, size * c, w * c, c, 1];
    return pick(x, [n, oh, ow, size * size * c], stepIndex(split, steps));
  };
}
