import { boolAttr, textAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType } from '../value.ts';
import type { OpRow } from './op.ts';
import { refuse, row, shapeText } from './op.ts';
import { checkSize, numbers } from './shape.ts';

/** Which pixels of a line make one of the result, and how much each counts. */
type Taps = { places: number[]; weights: number[] };

/** Pictures of other sizes and positions: each line of the result is a weighted sum of lines, first down, then across. */
export const RESAMPLE: Record<string, OpRow> = {
  ResizeBicubic: row((node) => ([x, size]) => {
    const taps = cubicTaps(boolAttr(node, 'align_corners', false), boolAttr(node, 'half_pixel_centers', false));
    return resample(node, x as Value, numbers(size as Value), taps);
  }),
  ResizeArea: row((node) => ([x, size]) => {
    const corners = boolAttr(node, 'align_corners', false);
    return resample(node, x as Value, numbers(size as Value), (from, to) =>
      areaTaps(from, scaleOf(from, to, corners), to),
    );
  }),
  ScaleAndTranslate: row((node) => ([x, size, scale, translation]) => {
    const [scales, shifts] = [scale, translation].map((value) => Array.from(onHost(value as Value) as Float32Array));
    const kernel = KERNELS[textAttr(node, 'kernel_type', 'lanczos3')];
    if (!kernel) throw refuse(node, `the kernel ${textAttr(node, 'kernel_type', '')} is not supported`);
    const smooth = boolAttr(node, 'antialias', true);
    const taps = (from: number, to: number, axis: number) =>
      kernelTaps(from, to, scales![axis] as number, shifts![axis] as number, kernel, smooth);
    return resample(node, x as Value, numbers(size as Value), taps);
  }),
  ImageProjectiveTransformV2: row((node) => (inputs) => project(node, inputs)),
  ImageProjectiveTransformV3: row((node) => (inputs) => project(node, inputs)),
};

function resample(
  node: FlatNode,
  x: Value,
  [rows = 0, columns = 0]: number[],
  tapsOf: (from: number, to: number, axis: number) => Taps[],
): Value {
  if (x.shape.length !== 4) throw refuse(node, `input must be 4-dimensional${shapeText(x.shape)}`);
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const shape = [batch, rows, columns, channels];
  checkSize(node, shape);
  const [down, across] = [tapsOf(height, rows, 0), tapsOf(width, columns, 1)];
  const from = onHost(x) as Float32Array;
  const line = width * channels;
  const data = new Float32Array(sizeOf(shape));
  const sum = new Float64Array(line);
  for (let n = 0; n < batch; n++) {
    for (const [r, { places, weights }] of down.entries()) {
      sum.fill(0);
      for (const [k, place] of places.entries()) {
        const start = (n * height + place) * line;
        for (let i = 0; i < line; i++) sum[i]! += weights[k]! * from[start + i]!;
      }
      for (const [c, taps] of across.entries()) {
        const at = ((n * rows + r) * columns + c) * channels;
        for (const [k, place] of taps.places.entries())
          for (let i = 0; i < channels; i++) data[at + i]! += taps.weights[k]! * sum[place * channels + i]!;
      }
    }
  }
  return hostValue('float32', shape, data);
}

function scaleOf(from: number, to: number, corners: boolean): number {
  return Math.fround(corners && to > 1 ? (from - 1) / (to - 1) : from / to);
}

/** Cubic convolution with a table of 1,024 steps, as TensorFlow does it; the older way repeats the edge. */
function cubicTaps(corners: boolean, half: boolean): (from: number, to: number) => Taps[] {
  const a = half ? -0.5 : -0.75;
  const near = (x: number) => ((a + 2) * x - (a + 3)) * x * x + 1;
  const far = (x: number) => ((a * x - 5 * a) * x + 8 * a) * x - 4 * a;
  return (from, to) => {
    const scale = scaleOf(from, to, corners);
    return Array.from({ length: to }, (_, i) => {
      const at = Math.fround(half ? Math.fround((i + 0.5) * scale) - 0.5 : i * scale);
      const floor = Math.floor(at);
      const part = Math.round((at - floor) * 1024) / 1024;
      const given = [far(part + 1), near(part), near(1 - part), far(2 - part)];
      const wanted = [-1, 0, 1, 2].map((step) => floor + step);
      const places = wanted.map((place) => Math.min(Math.max(place, 0), from - 1));
      if (!half) return { places, weights: given };
      const inside = given.map((weight, k) => (places[k] === wanted[k] ? weight : 0));
      const total = inside.reduce((sum, weight) => sum + weight, 0);
      return { places, weights: inside.map((weight) => weight / total) };
    });
  };
}

/** The mean over the part of the line that a pixel covers. */
function areaTaps(from: number, scale: number, to: number): Taps[] {
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [i * scale, (i + 1) * scale];
    const covered = Array.from({ length: Math.ceil(end) - Math.floor(start) }, (_, k) => Math.floor(start) + k);
    const weights = covered.map((place) => (Math.min(place + 1, end) - Math.max(place, start)) / scale);
    return { places: covered.map((place) => Math.min(place, from - 1)), weights };
  });
}

type KernelShape = { radius: number; of: (x: number) => number };

const KERNELS: Record<string, KernelShape> = {
  lanczos1: lanczos(1),
  lanczos3: lanczos(3),
  lanczos5: lanczos(5),
  gaussian: { radius: 1.5, of: (x) => (x >= 1.5 ? 0 : Math.exp((-x * x) / (2 * 0.5 ** 2))) },
  box: { radius: 1, of: (x) => (x < 0.5 ? 1 : x === 0.5 ? 0.5 : 0) },
  triangle: { radius: 1, of: (x) => Math.max(0, 1 - x) },
  keyscubic: {
    radius: 2,
    of: (x) => (x >= 2 ? 0 : x >= 1 ? ((-0.5 * x + 2.5) * x - 4) * x + 2 : (1.5 * x - 2.5) * x * x + 1),
  },
  mitchellcubic: {
    radius: 2,
    of: (x) =>
      x >= 2
        ? 0
        : x >= 1
          ? (-7 / 18) * x ** 3 + 2 * x * x - (10 / 3) * x + 16 / 9
          : (7 / 6) * x * x * x - 2 * x * x + 8 / 9,
  },
};

function lanczos(radius: number): KernelShape {
  const of = (x: number) => {
    if (x > radius) return 0;
    const angle = Math.PI * x;
    return x < 1e-3 ? 1 : (radius * Math.sin(angle) * Math.sin(angle / radius)) / (angle * angle);
  };
  return { radius, of };
}

function kernelTaps(
  from: number,
  to: number,
  scale: number,
  shift: number,
  { radius, of }: KernelShape,
  smooth: boolean,
): Taps[] {
  const step = 1 / scale;
  const wide = smooth ? Math.max(step, 1) : 1;
  return Array.from({ length: to }, (_, i) => {
    const at = (i + 0.5) * step - step * shift;
    if (at < 0 || at > from) return { places: [], weights: [] };
    const start = Math.max(0, Math.ceil(at - radius * wide - 0.5));
    const end = Math.min(from - 1, Math.floor(at + radius * wide - 0.5));
    const places = Array.from({ length: Math.max(0, end - start + 1) }, (_, k) => start + k);
    const weights = places.map((place) => of(Math.abs(place + 0.5 - at) / wide));
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    return { places, weights: Math.abs(total) < 1e-35 ? weights : weights.map((weight) => weight / total) };
  });
}

/** Each pixel of the result says by eight numbers where in the picture it comes from. */
function project(node: FlatNode, [x, transforms, size, outside]: Value[]): Value {
  const images = x as Value;
  if (images.shape.length !== 4) throw refuse(node, `Input images must have rank 4: ${shapeText(images.shape)}`);
  const [batch, height, width, channels] = images.shape as [number, number, number, number];
  const [rows = height, columns = width] = size ? numbers(size) : [];
  const shape = [batch, rows, columns, channels];
  checkSize(node, shape);
  const [from, matrix] = [onHost(images) as Float32Array, onHost(transforms as Value) as Float32Array];
  const rest = outside ? Number(onHost(outside)[0]) : 0;
  const mode = textAttr(node, 'fill_mode', 'CONSTANT');
  const nearest = textAttr(node, 'interpolation', 'NEAREST') === 'NEAREST';
  const data = newData(images.dtype as DType, sizeOf(shape)) as Float32Array;
  for (let n = 0; n < batch; n++) {
    const t = matrix.length > 8 ? matrix.subarray(8 * n, 8 * n + 8) : matrix;
    const read = (y: number, left: number, c: number) =>
      y >= 0 && y < height && left >= 0 && left < width
        ? (from[((n * height + y) * width + left) * channels + c] as number)
        : rest;
    for (let r = 0; r < rows; r++) {
      for (let k = 0; k < columns; k++) {
        const at = ((n * rows + r) * columns + k) * channels;
        const depth = plane(t[6]!, t[7]!, 1, k, r);
        const y = folded(Math.fround(plane(t[3]!, t[4]!, t[5]!, k, r) / depth), height, mode);
        const left = folded(Math.fround(plane(t[0]!, t[1]!, t[2]!, k, r) / depth), width, mode);
        const [top, near] = [Math.floor(y), Math.floor(left)];
        for (let c = 0; c < channels; c++) {
          if (depth === 0) data[at + c] = rest;
          else if (nearest) data[at + c] = read(away(y), away(left), c);
          else {
            const above = (near + 1 - left) * read(top, near, c) + (left - near) * read(top, near + 1, c);
            const below = (near + 1 - left) * read(top + 1, near, c) + (left - near) * read(top + 1, near + 1, c);
            data[at + c] = (top + 1 - y) * above + (y - top) * below;
          }
        }
      }
    }
  }
  return hostValue(images.dtype, shape, data);
}

/** In single precision, which decides halves. */
function plane(a: number, b: number, c: number, x: number, y: number): number {
  return Math.fround(Math.fround(Math.fround(a * x) + Math.fround(b * y)) + c);
}

/** Rounded as C++ does, halves away from zero. */
function away(x: number): number {
  return x < 0 ? -Math.round(-x) : Math.round(x);
}

/** A place outside of the picture as one inside. */
function folded(at: number, length: number, mode: string): number {
  if (mode === 'CONSTANT' || !Number.isFinite(at)) return at;
  const inside = (x: number) => Math.min(Math.max(x, 0), length - 1);
  if (mode === 'NEAREST' || length <= 1) return inside(at);
  if (at >= 0 && at <= length - 1) return at;
  if (mode === 'WRAP') {
    const times = Math.trunc(Math.abs(at) / (length - 1));
    return inside(at < 0 ? at + length * (times + 1) : at - length * times);
  }
  const twice = 2 * length;
  if (at < 0) {
    const near = at + twice * Math.trunc(-at / twice);
    return inside(near < -length ? near + twice : -near - 1);
  }
  const near = at - twice * Math.trunc(at / twice);
  return inside(near >= length ? twice - near - 1 : near);
}
