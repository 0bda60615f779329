import { createRequire } from 'node:module';
import type * as fastPng from 'fast-png';
import { MAX_PIXELS, type Picture } from './picture.ts';

/** Loaded when the first picture comes: most models take numbers. */
const png = (): typeof fastPng => createRequire(import.meta.url)('fast-png');

/** With the channels that are wanted (0: the file's own), of one or two bytes. */
export function decodePng(bytes: Uint8Array, wanted: number, wide: boolean): Picture {
  const header = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 33) throw new Error('Invalid PNG data');
  const [width, height] = [header.getUint32(16), header.getUint32(20)];
  if (width * height > MAX_PIXELS) throw new Error(`Image too large: ${width} x ${height}`);
  const { decode, convertIndexedToRgb } = png();
  const file = decode(bytes, { checkCrc: true });
  const own = file.palette ? Math.max(...file.palette.map((colour) => colour.length)) : file.channels;
  const given = file.palette ? convertIndexedToRgb(file) : file.depth < 8 ? unpacked(file) : file.data;
  const deep = file.depth === 16;
  const channels = wanted || own;
  const data = wide ? new Uint16Array(width * height * channels) : new Uint8Array(width * height * channels);
  // Eight bits as sixteen are repeated; sixteen as eight lose the lower half.
  const fit = wide === deep ? (x: number) => x : deep ? (x: number) => x >> 8 : (x: number) => x * 257;
  const full = wide ? 0xffff : 0xff;
  for (let i = 0; i < width * height; i++) {
    const at = (channel: number) => fit(given[i * own + channel] as number);
    const [grey, alpha] = [own <= 2, own === 2 || own === 4];
    const colour =
      channels >= 3 ? [0, 1, 2].map((c) => at(grey ? 0 : c)) : [grey ? at(0) : greyOf(at(0), at(1), at(2))];
    data.set(colour, i * channels);
    if (channels === 2 || channels === 4) data[i * channels + channels - 1] = alpha ? at(own - 1) : full;
  }
  return { height, width, channels, data };
}

export function encodePng({ width, height, channels, data }: Picture): Uint8Array {
  return png().encode({ width, height, channels, data, depth: data instanceof Uint16Array ? 16 : 8 });
}

/** With the weights that TensorFlow gives libpng, 0.299 and 0.587 in parts of 32768, which it cuts off. */
function greyOf(red: number, green: number, blue: number): number {
  const [r, g] = [9797, 19234];
  return (r * red + g * green + (32768 - r - g) * blue) >> 15;
}

/** Greys of less than a byte, several in one. */
function unpacked({ width, height, depth, data }: fastPng.DecodedPng): Uint8Array {
  const line = Math.ceil((width * depth) / 8);
  const most = 2 ** depth - 1;
  return Uint8Array.from({ length: width * height }, (_, i) => {
    const [row, column] = [Math.floor(i / width), i % width];
    const byte = data[row * line + Math.floor((column * depth) / 8)] as number;
    const value = (byte >> (8 - depth - ((column * depth) % 8))) & most;
    return (value * 255) / most;
  });
}
