import { MAX_PIXELS, type Picture } from './picture.ts';

/** A bitmap without compression, with the channels that it has: 1 (grey), 3 or 4. */
export function decodeBmp(bytes: Uint8Array, wanted: number): Picture {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 32) throw new Error('Incomplete bmp content, requires at least 32 bytes to find the header size');
  const [start, width, high, bits] = [
    view.getUint32(10, true),
    view.getInt32(18, true),
    view.getInt32(22, true),
    view.getUint16(28, true),
  ];
  const [height, channels] = [Math.abs(high), bits / 8];
  if (width <= 0) throw new Error('Width must be positive');
  if (height === 0) throw new Error('Height must be nonzero');
  if (![1, 3, 4].includes(channels))
    throw new Error(`Number of channels inherent in the image must be 1, 3 or 4, was ${channels}`);
  if (wanted !== 0 && wanted !== channels)
    throw new Error(`channels attribute ${wanted} does not match bits per pixel from file ${bits}`);
  if (width * height > MAX_PIXELS) throw new Error(`Image too large: ${width} x ${height}`);
  const row = Math.ceil((width * channels) / 4) * 4;
  if (start + row * (height - 1) + width * channels > bytes.length) throw new Error('Incomplete bmp content');
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    // The lowest row comes first, unless the height is negative.
    const from = start + row * (high > 0 ? height - 1 - y : y);
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) {
        const own = channels >= 3 && c < 3 ? 2 - c : c;
        data[(y * width + x) * channels + c] = bytes[from + x * channels + own] as number;
      }
  }
  return { height, width, channels, data };
}
