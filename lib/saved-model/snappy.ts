import { corrupt } from './error.ts';

/** A raw Snappy block, unpacked: older TensorFlow versions compressed `variables.index`. */
export function unsnappy(block: Uint8Array, limit: number): Uint8Array {
  const { value: size, next } = readVarint(block, 0);
  if (size > limit) throw corrupt(`a Snappy block of ${size} bytes, more than the ${limit} expected at most`);
  const out = new Uint8Array(size);
  let at = next;
  let to = 0;
  while (at < block.length) {
    const tag = block[at++]!;
    const kind = tag & 3;
    if (kind === 0) {
      let length = tag >> 2;
      if (length >= 60) {
        const count = length - 59;
        length = littleEndian(block, at, count);
        at += count;
      }
      length += 1;
      if (at + length > block.length || to + length > size) throw corrupt('a Snappy literal runs past the end');
      out.set(block.subarray(at, at + length), to);
      at += length;
      to += length;
      continue;
    }
    const count = kind === 3 ? 4 : kind;
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
    const offset = littleEndian(block, at, count) + (kind === 1 ? (tag >> 5) * 256 : 0);
    at += count;
    if (offset === 0 || offset > to || to + length > size) throw corrupt('a Snappy copy points outside the block');
    // Byte by byte: source and target may overlap, which repeats a pattern.
    for (let i = 0; i < length; i++, to++) out[to] = out[to - offset]!;
  }
  if (to !== size) throw corrupt(`a Snappy block holds ${to} bytes instead of ${size}`);
  return out;
}

/** A varint of at most 32 bits. */
export function readVarint(data: Uint8Array, at: number): { value: number; next: number } {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    const byte = data[at + i];
    if (byte === undefined) break;
    value += (byte & 127) * 128 ** i;
    if (byte < 128 && value <= 0xffffffff) return { value, next: at + i + 1 };
  }
  throw corrupt(`bad varint at offset ${at}`);
}

function littleEndian(data: Uint8Array, at: number, count: number): number {
  if (at + count > data.length) throw corrupt('a Snappy block ends in the middle of an element');
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value * 256 + data[at + i]!;
  return value;
}
