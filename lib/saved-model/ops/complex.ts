import { typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { DType } from '../value.ts';
import { broadcastShape, sourceIndex } from './broadcast.ts';
import type { Kernel, OpRow } from './op.ts';
import { row } from './op.ts';

type Pair = [number, number];

/** Complex numbers lie as real and imaginary part in turn. */
export const COMPLEX: Record<string, OpRow> = {
  Complex: row(
    () =>
      ([real, imaginary]) =>
        combine(real as Value, imaginary as Value),
  ),
  Real: part((re) => re),
  Imag: part((_, im) => im),
  ComplexAbs: part(Math.hypot),
  Angle: part((re, im) => Math.atan2(im, re)),
  Conj: row(() => ([z]) => {
    const value = z as Value;
    const data = (onHost(value) as Float32Array).map((x, i) =>
      value.dtype.startsWith('complex') && i % 2 === 1 ? -x : x,
    );
    return hostValue(value.dtype, value.shape, data);
  }),
};

const BINARY: Record<string, (a: Pair, b: Pair) => Pair> = {
  Add: ([a, b], [c, d]) => [a + c, b + d],
  AddV2: ([a, b], [c, d]) => [a + c, b + d],
  Sub: ([a, b], [c, d]) => [a - c, b - d],
  Mul: ([a, b], [c, d]) => [a * c - b * d, a * d + b * c],
  RealDiv: ([a, b], [c, d]) => {
    const size = c * c + d * d;
    return [(a * c + b * d) / size, (b * c - a * d) / size];
  },
};

/** The kernel of a binary op for complex numbers; undefined where there is none. */
export function complexBinary(op: string): Kernel | undefined {
  const apply = BINARY[op];
  if (!apply) return undefined;
  return (inputs) => {
    const [x, y] = inputs as [Value, Value];
    const shape = broadcastShape(x.shape, y.shape);
    const [fromX, fromY] = [sourceIndex(x.shape, shape), sourceIndex(y.shape, shape)];
    const [left, right] = [onHost(x) as Float32Array, onHost(y) as Float32Array];
    const data = newData(x.dtype as DType, sizeOf(shape)) as Float32Array;
    const at = (list: Float32Array, i: number): Pair => [list[2 * i] as number, list[2 * i + 1] as number];
    for (let i = 0; i < data.length / 2; i++)
      data.set(apply(at(left, fromX ? (fromX[i] as number) : i), at(right, fromY ? (fromY[i] as number) : i)), 2 * i);
    return hostValue(x.dtype, shape, data);
  };
}

function part(of: (re: number, im: number) => number): OpRow {
  return row((node) => ([z]) => {
    const from = onHost(z as Value) as Float32Array;
    const data = newData(typeAttr(node, 'Tout', 'float32'), from.length / 2) as Float32Array;
    for (let i = 0; i < data.length; i++) data[i] = of(from[2 * i] as number, from[2 * i + 1] as number);
    return hostValue(typeAttr(node, 'Tout', 'float32'), (z as Value).shape, data);
  });
}

function combine(real: Value, imaginary: Value): Value {
  const shape = broadcastShape(real.shape, imaginary.shape);
  const [fromRe, fromIm] = [sourceIndex(real.shape, shape), sourceIndex(imaginary.shape, shape)];
  const [re, im] = [onHost(real) as Float32Array, onHost(imaginary) as Float32Array];
  const dtype = real.dtype === 'float64' ? 'complex128' : 'complex64';
  const data = newData(dtype, sizeOf(shape)) as Float32Array;
  for (let i = 0; i < data.length / 2; i++) {
    data[2 * i] = re[fromRe ? (fromRe[i] as number) : i] as number;
    data[2 * i + 1] = im[fromIm ? (fromIm[i] as number) : i] as number;
  }
  return hostValue(dtype, shape, data);
}
