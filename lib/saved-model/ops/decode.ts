import { intAttr, typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost } from '../device.ts';
import type { FlatNode } from '../graph.ts';
import { decodeBmp } from '../pictures/bmp.ts';
import { decodeJpeg } from '../pictures/jpeg.ts';
import type { Picture } from '../pictures/picture.ts';
import { decodePng, encodePng } from '../pictures/png.ts';
import type { DType } from '../value.ts';
import type { OpRow } from './op.ts';
import { refuse, row } from './op.ts';
import { integers, numbers } from './shape.ts';
import { strings } from './text.ts';

/** Pictures from files, as clients send them in base64. As in TensorFlow, the ops for one format read the other one too. */
export const DECODE: Record<string, OpRow> = {
  DecodeJpeg: row(
    (node) =>
      ([file]) =>
        pixels(node, file as Value, 'uint8'),
  ),
  DecodePng: row(
    (node) =>
      ([file]) =>
        pixels(node, file as Value, typeAttr(node, 'dtype', 'uint8')),
  ),
  DecodeBmp: row(
    (node) =>
      ([file]) =>
        pixels(node, file as Value, 'uint8'),
  ),
  DecodeImage: row(
    (node) =>
      ([file]) =>
        pixels(node, file as Value, typeAttr(node, 'dtype', 'uint8')),
  ),
  DecodeAndCropJpeg: row((node) => ([file, window]) => {
    const whole = pixels(node, file as Value, 'uint8');
    const [top, left, rows, columns] = numbers(window as Value) as [number, number, number, number];
    const [height, width, channels] = whole.shape as [number, number, number];
    if (top < 0 || left < 0 || rows <= 0 || columns <= 0 || top + rows > height || left + columns > width)
      throw refuse(node, `Invalid JPEG data or crop window`);
    const from = onHost(whole) as Uint8Array;
    const data = new Uint8Array(rows * columns * channels);
    for (let r = 0; r < rows; r++) {
      const start = ((top + r) * width + left) * channels;
      data.set(from.subarray(start, start + columns * channels), r * columns * channels);
    }
    return hostValue('uint8', [rows, columns, channels], data);
  }),
  ExtractJpegShape: row((node) => ([file]) => {
    const { height, width, channels } = opened(node, file as Value, 0, false);
    return integers(typeAttr(node, 'output_type', 'int32'), [height, width, channels]);
  }),
  EncodePng: row((node) => ([image]) => {
    const value = image as Value;
    if (value.shape.length !== 3)
      throw refuse(node, `image must be 3-dimensional, got ${value.shape.length} dimensions`);
    const [height, width, channels] = value.shape as [number, number, number];
    const data = onHost(value) as Uint8Array;
    return hostValue('string', [], [encodePng({ height, width, channels, data })]);
  }),
};

function pixels(node: FlatNode, file: Value, dtype: DType): Value {
  if (intAttr(node, 'ratio', 1) !== 1) throw refuse(node, `${node.op} of a smaller picture is not supported`);
  const wide = dtype === 'uint16';
  const { height, width, channels, data } = opened(node, file, intAttr(node, 'channels', 0), wide);
  const shape = [height, width, channels];
  return dtype === 'float32'
    ? hostValue(
        dtype,
        shape,
        Float32Array.from(data, (x) => x / 255),
      )
    : hostValue(dtype, shape, data);
}

function opened(node: FlatNode, file: Value, channels: number, wide: boolean): Picture {
  const [bytes = new Uint8Array(0)] = strings(file);
  const kind = kindOf(bytes);
  try {
    if (kind === 'png') return decodePng(bytes, channels, wide);
    if (kind === 'BMP' && !wide) return decodeBmp(bytes, channels);
    if (kind === 'jpeg') {
      const picture = decodeJpeg(bytes, channels);
      return wide ? { ...picture, data: Uint16Array.from(picture.data, (x) => x * 257) } : picture;
    }
  } catch (error) {
    throw refuse(node, `${(error as Error).message}`);
  }
  throw refuse(
    node,
    kind
      ? `pictures of the format ${kind} are not supported`
      : 'Unknown image file format. One of JPEG, PNG, GIF, BMP required.',
  );
}

function kindOf(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 8)).toString('latin1');
  if (start.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (start.startsWith('\xff\xd8\xff')) return 'jpeg';
  if (start.startsWith('GIF8')) return 'GIF';
  return start.startsWith('BM') ? 'BMP' : undefined;
}
