import { corrupt } from '../error.ts';

/**
 * A FlexBuffers map from names to strings or blobs (https://flatbuffers.dev/flexbuffers), which is how TensorFlow Lite's
 * tools put signatures into a file's metadata. The root is at the end; every offset points backwards.
 */
export function readFlexMap(bytes: Uint8Array): Map<string, Uint8Array> {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number = (at: number, width: number): number =>
    width === 8 ? Number(buffer.readBigUInt64LE(at)) : buffer.readUIntLE(at, width);
  const follow = (at: number, width: number): number => at - number(at, width);
  const end = buffer.length - 2;
  const [type, rootWidth] = [buffer.readUInt8(end), buffer.readUInt8(end + 1)];
  if (type >> 2 !== MAP) throw corrupt('its signatures are not a FlexBuffers map');
  const width = 1 << (type & 3);
  const values = follow(end - rootWidth, rootWidth);
  const size = number(values - width, width);
  const keyWidth = number(values - 2 * width, width);
  const keys = follow(values - 3 * width, width);
  if (size > buffer.length) throw corrupt(`a map of ${size} signatures goes beyond the end of the file`);
  const entries = Array.from({ length: size }, (_, i): [string, Uint8Array] => {
    const key = follow(keys + i * keyWidth, keyWidth);
    const kind = buffer.readUInt8(values + size * width + i);
    if (kind >> 2 !== STRING && kind >> 2 !== BLOB) throw corrupt('a signature is neither a string nor a blob');
    const [value, lengthWidth] = [follow(values + i * width, width), 1 << (kind & 3)];
    const length = number(value - lengthWidth, lengthWidth);
    return [buffer.toString('utf8', key, buffer.indexOf(0, key)), buffer.subarray(value, value + length)];
  });
  return new Map(entries);
}

/** FlexBuffers' types. */
const STRING = 5;
const MAP = 9;
const BLOB = 25;
