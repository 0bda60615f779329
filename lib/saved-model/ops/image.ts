import { floatAttr, intAttr, intsAttr, textAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType } from '../value.ts';
import type { OpRow } from './op.ts';
import { refuse, row, shapeText } from './op.ts';
import { checkSize, numbers } from './shape.ts';

/** Ops of pictures, on the host: they stand before the network, once per picture. */
export const IMAGE: Record<string, OpRow> = {
  AdjustContrastv2: row(
    () =>
      ([x, factor]) =>
        contrast(x as Value, (onHost(factor as Value) as Float32Array)[0] as number),
  ),
  CropAndResize: row(
    (node) =>
      ([x, boxes, places, size]) =>
        cropAndResize(node, x as Value, boxes as Value, numbers(places as Value), numbers(size as Value)),
  ),
  ExtractImagePatches: row(
    (node) =>
      ([x]) =>
        patches(node, x as Value),
  ),
  LRN: row(
    (node) =>
      ([x]) =>
        lrn(node, x as Value),
  ),
};

/** Away from the mean of each channel of each picture. */
function contrast(x: Value, factor: number): Value {
  const [height, width, channels] = x.shape.slice(-3) as [number, number, number];
  const [size, from] = [height * width, onHost(x) as Float32Array];
  const data = new Float32Array(from.length);
  for (let start = 0; start < from.length; start += size * channels) {
    for (let c = 0; c < channels; c++) {
      let sum = 0;
      for (let i = 0; i < size; i++) sum += from[start + i * channels + c] as number;
      const mean = sum / size;
      for (let at = start + c; at < start + size * channels; at += channels)
        data[at] = ((from[at] as number) - mean) * factor + mean;
    }
  }
  return hostValue('float32', x.shape, data);
}

function cropAndResize(
  node: FlatNode,
  x: Value,
  boxes: Value,
  places: number[],
  [rows = 0, columns = 0]: number[],
): Value {
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const shape = [places.length, rows, columns, channels];
  checkSize(node, shape);
  const [from, box] = [onHost(x) as Float32Array, onHost(boxes) as Float32Array];
  const nearest = textAttr(node, 'method', 'bilinear') === 'nearest';
  const data = new Float32Array(sizeOf(shape)).fill(floatAttr(node, 'extrapolation_value', 0));
  const along = (low: number, high: number, size: number, count: number, i: number) =>
    count > 1 ? low * (size - 1) + (i * (high - low) * (size - 1)) / (count - 1) : 0.5 * (low + high) * (size - 1);
  places.forEach((picture, n) => {
    if (picture < 0 || picture >= batch) throw refuse(node, `box_index has values outside [0, ${batch})`);
    const [y1, x1, y2, x2] = box.subarray(4 * n, 4 * n + 4) as unknown as [number, number, number, number];
    const value = (y: number, left: number, c: number) =>
      from[((picture * height + y) * width + left) * channels + c] as number;
    for (let r = 0; r < rows; r++) {
      const y = along(y1, y2, height, rows, r);
      if (!(y >= 0 && y <= height - 1)) continue;
      for (let k = 0; k < columns; k++) {
        const left = along(x1, x2, width, columns, k);
        if (!(left >= 0 && left <= width - 1)) continue;
        const [top, bottom, near, far] = [Math.floor(y), Math.ceil(y), Math.floor(left), Math.ceil(left)];
        for (let c = 0; c < channels; c++) {
          const above = value(top, near, c) + (value(top, far, c) - value(top, near, c)) * (left - near);
          const below = value(bottom, near, c) + (value(bottom, far, c) - value(bottom, near, c)) * (left - near);
          data[((n * rows + r) * columns + k) * channels + c] = nearest
            ? value(Math.round(y), Math.round(left), c)
            : above + (below - above) * (y - top);
        }
      }
    }
  });
  return hostValue('float32', shape, data);
}

function patches(node: FlatNode, x: Value): Value {
  if (x.shape.length !== 4) throw refuse(node, `input must be 4-dimensional${shapeText(x.shape)}`);
  const [batch, height, width, channels] = x.shape as [number, number, number, number];
  const plane = (name: string) => intsAttr(node, name, [1, 1, 1, 1]).slice(1, 3) as [number, number];
  const [[tall, wide], [down, right], [rateY, rateX]] = [plane('ksizes'), plane('strides'), plane('rates')];
  const same = textAttr(node, 'padding', 'VALID') === 'SAME';
  const fit = (size: number, kernel: number, stride: number, rate: number): [number, number] => {
    const reach = (kernel - 1) * rate + 1;
    const out = same ? Math.ceil(size / stride) : Math.floor((size - reach) / stride) + 1;
    return [Math.max(out, 0), same ? Math.floor(Math.max((out - 1) * stride + reach - size, 0) / 2) : 0];
  };
  const [rows, top] = fit(height, tall, down, rateY);
  const [columns, left] = fit(width, wide, right, rateX);
  const shape = [batch, rows, columns, tall * wide * channels];
  checkSize(node, shape);
  const from = onHost(x) as unknown as number[];
  const data = newData(x.dtype as DType, sizeOf(shape)) as unknown as number[];
  let at = 0;
  for (let n = 0; n < batch; n++)
    for (let r = 0; r < rows; r++)
      for (let k = 0; k < columns; k++)
        for (let i = 0; i < tall; i++)
          for (let j = 0; j < wide; j++, at += channels) {
            const [y, across] = [r * down - top + i * rateY, k * right - left + j * rateX];
            if (y < 0 || y >= height || across < 0 || across >= width) continue;
            for (let c = 0; c < channels; c++)
              data[at + c] = from[((n * height + y) * width + across) * channels + c] as number;
          }
  return hostValue(x.dtype, shape, data as never);
}

function lrn(node: FlatNode, x: Value): Value {
  const radius = intAttr(node, 'depth_radius', 5);
  const [bias, alpha, beta] = [floatAttr(node, 'bias', 1), floatAttr(node, 'alpha', 1), floatAttr(node, 'beta', 0.5)];
  const channels = x.shape.at(-1) as number;
  const from = onHost(x) as Float32Array;
  const data = from.map((value, i) => {
    const c = i % channels;
    let sum = 0;
    for (let n = Math.max(0, c - radius); n <= Math.min(channels - 1, c + radius); n++)
      sum += (from[i - c + n] as number) ** 2;
    return value / (bias + alpha * sum) ** beta;
  });
  return hostValue('float32', x.shape, data);
}
