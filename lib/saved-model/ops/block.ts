import type { Value } from '../device.ts';
import { release, reshaped } from '../device.ts';
import type { FlatNode } from '../graph.ts';
import { newNode } from '../graph.ts';
import { MOVE } from './move.ts';
import type { Env, Kernel, OpRow } from './op.ts';
import { refuse, row, shapeText } from './op.ts';
import { permute } from './places.ts';
import { integers, numbers } from './shape.ts';
import { SLICE } from './slice.ts';

/** Blocks of space to the batch and back: how Keras writes convolutions with holes. */
export const BLOCK: Record<string, OpRow> = {
  SpaceToBatchND: row((node, env) => spaceToBatch(node, env)),
  BatchToSpaceND: row((node, env) => batchToSpace(node, env)),
};

function spaceToBatch(node: FlatNode, env: Env): Kernel {
  const pad = (MOVE.Pad as OpRow).make(newNode(node.name, 'Pad'), env);
  return ([input, block, paddings]) => {
    const x = input as Value;
    const sizes = numbers(block as Value);
    const rest = x.shape.slice(1 + sizes.length);
    const pads = [0, 0, ...numbers(paddings as Value), ...rest.flatMap(() => [0, 0])];
    const padded = pad([x, integers('int32', pads, [x.shape.length, 2])]) as Value;
    const space = padded.shape.slice(1, 1 + sizes.length);
    if (space.some((dim, i) => dim % sizes[i]! !== 0))
      throw refuse(node, `padded_shape ${shapeText(space)} is not divisible by block_shape ${shapeText(sizes)}`);
    const outer = space.map((dim, i) => dim / sizes[i]!);
    const split = reshaped(padded, [padded.shape[0]!, ...outer.flatMap((dim, i) => [dim, sizes[i]!]), ...rest]);
    const n = sizes.length;
    const perm = [
      ...sizes.map((_, i) => 2 + 2 * i),
      0,
      ...sizes.map((_, i) => 1 + 2 * i),
      ...rest.map((_, i) => 1 + 2 * n + i),
    ];
    const moved = permute(split, perm);
    const out = reshaped(moved, [padded.shape[0]! * sizes.reduce((a, b) => a * b, 1), ...outer, ...rest]);
    for (const value of [padded, split, moved]) release(value);
    return out;
  };
}

function batchToSpace(node: FlatNode, env: Env): Kernel {
  const slice = (SLICE.Slice as OpRow).make(newNode(node.name, 'Slice'), env);
  return ([input, block, crops]) => {
    const x = input as Value;
    const sizes = numbers(block as Value);
    const n = sizes.length;
    const count = sizes.reduce((a, b) => a * b, 1);
    if (x.shape[0]! % count !== 0)
      throw refuse(node, `Input batch dimension (${x.shape[0]}) is not divisible by product of block sizes (${count})`);
    const [outer, rest] = [x.shape.slice(1, 1 + n), x.shape.slice(1 + n)];
    const split = reshaped(x, [...sizes, x.shape[0]! / count, ...outer, ...rest]);
    const perm = [n, ...sizes.flatMap((_, i) => [n + 1 + i, i]), ...rest.map((_, i) => 2 * n + 1 + i)];
    const moved = permute(split, perm);
    const full = reshaped(moved, [x.shape[0]! / count, ...outer.map((dim, i) => dim * sizes[i]!), ...rest]);
    const cut = numbers(crops as Value);
    const begin = [0, ...sizes.map((_, i) => cut[2 * i]!), ...rest.map(() => 0)];
    const size = full.shape.map((dim, i) => (i > 0 && i <= n ? dim - cut[2 * i - 2]! - cut[2 * i - 1]! : dim));
    const out = slice([full, integers('int32', begin), integers('int32', size)]) as Value;
    for (const value of [split, moved, full]) release(value);
    return out;
  };
}
