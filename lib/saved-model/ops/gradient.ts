import type { Value } from '../device.ts';
import { binary } from './binary.ts';
import type { OpRow } from './op.ts';
import { row } from './op.ts';
import { integers, numbers } from './shape.ts';

/** What gradients of dense layers are made of: a "train" signature for the device, a signature that tells what mattered. */
export const GRADIENT: Record<string, OpRow> = {
  ReluGrad: binary({ number: (change, x) => (x > 0 ? change : 0) }),
  Relu6Grad: binary({ number: (change, x) => (x > 0 && x < 6 ? change : 0) }),
  SigmoidGrad: binary({ number: (y, change) => change * y * (1 - y) }),
  TanhGrad: binary({ number: (y, change) => change * (1 - y * y) }),
  RsqrtGrad: binary({ number: (y, change) => -0.5 * change * y ** 3 }),
  SqrtGrad: binary({ number: (y, change) => (0.5 * change) / y }),
  InvGrad: binary({ number: (y, change) => -change * y * y }),
  ReciprocalGrad: binary({ number: (y, change) => -change * y * y }),
  BroadcastGradientArgs: row(
    () =>
      ([a, b]) =>
        broadcastAxes(a as Value, b as Value),
  ),
};

/** Over which axes a gradient is added up, since one element was used along them. */
function broadcastAxes(a: Value, b: Value): Value[] {
  const lists = [numbers(a), numbers(b)];
  const rank = Math.max(...lists.map((list) => list.length));
  const [left, right] = lists.map((list) => [...new Array<number>(rank - list.length).fill(1), ...list]) as [
    number[],
    number[],
  ];
  const axes = (own: number[], other: number[]) =>
    integers(
      a.dtype as 'int32',
      own.flatMap((dim, axis) => (dim === 1 && other[axis] !== 1 ? [axis] : [])),
    );
  return [axes(left, right), axes(right, left)];
}
