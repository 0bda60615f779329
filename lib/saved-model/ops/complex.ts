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

const UNARY: Record<string, (z: Pair) => Pair> = {
  Exp: ([re, im]) => [Math.exp(re) * Math.cos(im), Math.exp(re) * Math.sin(im)],
  Neg: ([re, im]) => [-re, -im],
  Reciprocal: ([re, im]) => [re / (re * re + im * im), -im / (re * re + im * im)],
  Square: ([re, im]) => [re * re - im * im, 2 * re * im],
};

/** The kernel of an op of one complex tensor; undefined where there is none. */
export function complexUnary(op: string): ((x: Value) => Value) | undefined {
  const apply = UNARY[op];
  if (!apply) return undefined;
  return (x) => {
    const from = onHost(x) as Float32Array;
    const data = from.slice();
    for (let i = 0; i < from.length; i += 2) data.set(apply([from[i] as number, from[i + 1] as number]), i);
    return hostValue(x.dtype, x.shape, data);
  };
}

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

/** A real number has no imaginary part, and what becomes real loses it. */
export function castComplex(x: Value, to: DType): Value {
  const from = onHost(x) as unknown as ArrayLike<number | bigint>;
  const [wide, wider] = [x.dtype, to].map((dtype) => (dtype.startsWith('complex') ? 2 : 1)) as [number, number];
  const data = newData(to, from.length / wide) as unknown as number[];
  for (let i = 0; i < from.length / wide; i++) {
    data[i * wider] = Number(from[i * wide]);
    if (wide === 2 && wider === 2) data[i * wider + 1] = Number(from[i * wide + 1]);
  }
  return hostValue(to, x.shape, data as never);
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
