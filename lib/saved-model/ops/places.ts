import type { Value } from '../device.ts';
import { hostValue, onHost, reshaped } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { DType, TensorData } from '../value.ts';

/** A tensor of the elements of `x` at the places in `index`. */
export function pick(x: Value, shape: number[], index: ArrayLike<number>): Value {
  const from = onHost(x) as unknown[];
  const data = newData(x.dtype as DType, index.length) as unknown[];
  if (width(x) === 2) for (let i = 0; i < data.length; i++) data[i] = from[2 * index[i >> 1]! + (i & 1)];
  else for (let i = 0; i < index.length; i++) data[i] = from[index[i]!];
  return hostValue(x.dtype, shape, data as unknown as TensorData);
}

/** How many places an element takes: complex numbers have two parts. */
function width(x: Value): number {
  return x.dtype.startsWith('complex') ? 2 : 1;
}

/** Elements `start` to `end` of a tensor, into the data of another of its dtype. */
export function copyInto(to: TensorData, at: number, x: Value, start: number, end: number): void {
  const wide = width(x);
  copy(to, at * wide, onHost(x), start * wide, end * wide);
}

function copy(to: TensorData, at: number, from: TensorData, start: number, end: number): void {
  if (Array.isArray(to)) for (let i = start; i < end; i++) to[at + i - start] = (from as Uint8Array[])[i]!;
  else (to as Float32Array).set((from as Float32Array).subarray(start, end), at);
}

/** The axes of a tensor in another order. */
export function permute(x: Value, perm: number[]): Value {
  const strides = stridesOf(x.shape);
  const shape = perm.map((axis) => x.shape[axis]!);
  if (perm.every((axis, i) => axis === i)) return reshaped(x, shape);
  return pick(
    x,
    shape,
    stepIndex(
      shape,
      perm.map((axis) => strides[axis]!),
    ),
  );
}

export function stridesOf(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length).fill(1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** Places of all elements of a tensor of `shape` whose axes advance by `steps`. */
export function stepIndex(shape: number[], steps: number[], start = 0): Int32Array {
  const index = new Int32Array(sizeOf(shape));
  const position = new Int32Array(shape.length);
  for (let at = 0, from = start; at < index.length; at++) {
    index[at] = from;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      from += steps[axis]!;
      if (++position[axis]! < shape[axis]!) break;
      from -= steps[axis]! * shape[axis]!;
      position[axis] = 0;
    }
  }
  return index;
}
