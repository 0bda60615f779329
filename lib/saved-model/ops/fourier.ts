import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { DType } from '../value.ts';
import type { OpRow } from './op.ts';
import { row } from './op.ts';
import { checkSize, numbers } from './shape.ts';

/** Real and imaginary parts of a line of numbers. */
type Line = { re: Float64Array; im: Float64Array };

/** Fourier transforms over the last axes, as models of sound begin with: in double precision, for any length. */
export const FOURIER: Record<string, OpRow> = {
  FFT: complex(1, false),
  FFT2D: complex(2, false),
  FFT3D: complex(3, false),
  IFFT: complex(1, true),
  IFFT2D: complex(2, true),
  IFFT3D: complex(3, true),
  RFFT: row((node) => ([x, length]) => {
    const [count] = numbers(length as Value) as [number];
    checkSize(node, [...(x as Value).shape.slice(0, -1), count]);
    return fromReal(x as Value, count);
  }),
  IRFFT: row((node) => ([x, length]) => {
    const [count] = numbers(length as Value) as [number];
    checkSize(node, [...(x as Value).shape.slice(0, -1), count]);
    return toReal(x as Value, count);
  }),
};

function complex(axes: number, inverse: boolean): OpRow {
  return row(() => ([x]) => {
    const value = x as Value;
    const data = (onHost(value) as Float32Array).slice();
    const rank = value.shape.length;
    for (let axis = rank - axes; axis < rank; axis++) along(data, value.shape, axis, inverse);
    return hostValue(value.dtype, value.shape, data);
  });
}

/** Transforms every line along one axis, in place. */
function along(data: Float32Array, shape: number[], axis: number, inverse: boolean): void {
  const length = shape[axis] as number;
  const step = sizeOf(shape.slice(axis + 1));
  for (let start = 0; start < data.length / 2; start++) {
    if (Math.floor(start / step) % length !== 0) continue;
    const line = newLine(length);
    for (let i = 0; i < length; i++) {
      line.re[i] = data[2 * (start + i * step)] as number;
      line.im[i] = data[2 * (start + i * step) + 1] as number;
    }
    const { re, im } = transform(line, inverse);
    const scale = inverse ? 1 / length : 1;
    for (let i = 0; i < length; i++) {
      data[2 * (start + i * step)] = (re[i] as number) * scale;
      data[2 * (start + i * step) + 1] = (im[i] as number) * scale;
    }
  }
}

/** Half of the spectrum: the other half mirrors it. A line is cut or filled with zeros to `count`. */
function fromReal(x: Value, count: number): Value {
  const width = x.shape.at(-1) as number;
  const half = Math.floor(count / 2) + 1;
  const lines = sizeOf(x.shape.slice(0, -1));
  const dtype: DType = x.dtype === 'float64' ? 'complex128' : 'complex64';
  const from = onHost(x) as Float32Array;
  const data = newData(dtype, lines * half) as Float32Array;
  for (let n = 0; n < lines; n++) {
    const line = newLine(count);
    line.re.set(from.subarray(n * width, n * width + Math.min(width, count)));
    const { re, im } = transform(line, false);
    // Exactly: rounding must not turn the angle of a negative number around.
    im[0] = 0;
    if (count % 2 === 0) im[count / 2] = 0;
    for (let i = 0; i < half; i++) data.set([re[i] as number, im[i] as number], 2 * (n * half + i));
  }
  return hostValue(dtype, [...x.shape.slice(0, -1), half], data);
}

function toReal(x: Value, count: number): Value {
  const width = x.shape.at(-1) as number;
  const lines = sizeOf(x.shape.slice(0, -1));
  const dtype: DType = x.dtype === 'complex128' ? 'float64' : 'float32';
  const from = onHost(x) as Float32Array;
  const data = newData(dtype, lines * count) as Float32Array;
  for (let n = 0; n < lines; n++) {
    const line = newLine(count);
    for (let i = 0; i < Math.min(width, Math.floor(count / 2) + 1); i++) {
      const [re, im] = [from[2 * (n * width + i)] as number, from[2 * (n * width + i) + 1] as number];
      line.re[i] = re;
      // The first number, and the middle one of an even count, are their own mirror: real.
      const own = i === 0 || 2 * i === count;
      line.im[i] = own ? 0 : im;
      if (own) continue;
      line.re[count - i] = re;
      line.im[count - i] = -im;
    }
    const { re } = transform(line, true);
    for (let i = 0; i < count; i++) data[n * count + i] = (re[i] as number) / count;
  }
  return hostValue(dtype, [...x.shape.slice(0, -1), count], data);
}

function newLine(length: number): Line {
  return { re: new Float64Array(length), im: new Float64Array(length) };
}

/** Cooley and Tukey: lines of every p-th element first, for the smallest prime factor p. */
function transform(line: Line, inverse: boolean): Line {
  const length = line.re.length;
  const factor = smallestFactor(length);
  if (length <= 1) return line;
  const size = length / factor;
  const parts = Array.from({ length: factor }, (_, p) => {
    const part = newLine(size);
    for (let i = 0; i < size; i++) {
      part.re[i] = line.re[i * factor + p] as number;
      part.im[i] = line.im[i * factor + p] as number;
    }
    return size === 1 ? part : transform(part, inverse);
  });
  const out = newLine(length);
  const turn = ((inverse ? 2 : -2) * Math.PI) / length;
  for (let k = 0; k < length; k++) {
    let [re, im] = [0, 0];
    for (let p = 0; p < factor; p++) {
      const angle = turn * ((k * p) % length);
      const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
      const [a, b] = [parts[p]!.re[k % size] as number, parts[p]!.im[k % size] as number];
      re += a * cos - b * sin;
      im += a * sin + b * cos;
    }
    out.re[k] = re;
    out.im[k] = im;
  }
  return out;
}

function smallestFactor(n: number): number {
  for (let p = 2; p * p <= n; p++) if (n % p === 0) return p;
  return n;
}
