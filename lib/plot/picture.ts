import type { tf } from '../engine/index.ts';
import { encodePng } from './png.ts';

export type Nested = ArrayLike<number> | readonly Nested[];
export type ImageSource = tf.Tensor | Nested;

export type Picture = { width: number; height: number /** data: URL of a PNG. */; src: string };

/** One image or many, whatever form they come in. `who` begins the message of an error. */
export function toPictures(source: ImageSource, who: string): Picture[] {
  const { shape, values } = flatten(source, who);
  const images = asBatch(shape);
  if (!images) {
    throw new Error(
      `${who}: shape [${shape}] is no image; expected [height, width], [height, width, channels] or [n, height, width, channels] with 1 or 3 channels.`,
    );
  }
  const [count, height, width, channels] = images;
  const bytes = toBytes(values, who);
  const size = height * width * channels;
  return Array.from({ length: count }, (_, i) => {
    const png = encodePng(bytes.subarray(i * size, (i + 1) * size), width, height, channels as 1 | 3);
    return { width, height, src: `data:image/png;base64,${png.toString('base64')}` };
  });
}

export function flatten(source: ImageSource, who: string): { shape: number[]; values: ArrayLike<number> } {
  if (isTensor(source)) return { shape: source.shape, values: source.dataSync() };
  const shape: number[] = [];
  for (let level: unknown = source; isList(level); level = level[0]) shape.push(level.length);
  const values: number[] = [];
  const visit = (level: unknown, depth: number): void => {
    if (depth === shape.length) {
      if (typeof level !== 'number')
        throw new Error(`${who}: found ${JSON.stringify(level)} where a number was expected.`);
      values.push(level);
      return;
    }
    if (!isList(level) || level.length !== shape[depth])
      throw new Error(`${who}: the nested arrays are not all of shape [${shape}].`);
    for (let i = 0; i < level.length; i++) visit(level[i], depth + 1);
  };
  visit(source, 0);
  return { shape, values };
}

/** By its looks: a tensor from another copy of tfjs is as good here. */
function isTensor(value: unknown): value is tf.Tensor {
  return typeof value === 'object' && value !== null && 'dataSync' in value && 'shape' in value;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** [n, height, width, channels]. Three sizes are one image when the last is 1 or 3, else n grey ones. */
function asBatch(shape: number[]): [number, number, number, number] | undefined {
  const [a = 0, b = 0, c = 0, d = 0] = shape;
  const isChannels = (size: number) => size === 1 || size === 3;
  if (shape.length === 2) return [1, a, b, 1];
  if (shape.length === 3) return isChannels(c) ? [1, a, b, c] : [a, b, c, 1];
  if (shape.length === 4 && isChannels(d)) return [a, b, c, d];
  return undefined;
}

function toBytes(values: ArrayLike<number>, who: string): Uint8Array {
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    if (Number.isNaN(values[i])) throw new Error(`${who}: the image holds NaN.`);
    if (values[i]! > largest) largest = values[i]!;
  }
  // Brightness is 0 … 1; what has more than that counts in bytes.
  const scale = largest > 1 ? 1 : 255;
  return Uint8Array.from(values, (value) => Math.min(255, Math.max(0, Math.round(value * scale))));
}
