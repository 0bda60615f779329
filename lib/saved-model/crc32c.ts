/** CRC-32C (Castagnoli), the checksum of LevelDB tables and TensorBundles. Node's zlib.crc32 is the other polynomial. */
export function crc32c(data: Uint8Array, previous = 0): number {
  let crc = ~previous;
  let at = 0;
  // Slicing by 8: eight table look-ups for eight bytes, about 1 GB/s; byte by byte took most of a model's load time.
  const words = data.length - (data.length % 8);
  for (; at < words; at += 8) {
    crc ^= data[at]! | (data[at + 1]! << 8) | (data[at + 2]! << 16) | (data[at + 3]! << 24);
    crc =
      TABLE[1792 + (crc & 255)]! ^
      TABLE[1536 + ((crc >>> 8) & 255)]! ^
      TABLE[1280 + ((crc >>> 16) & 255)]! ^
      TABLE[1024 + (crc >>> 24)]! ^
      TABLE[768 + data[at + 4]!]! ^
      TABLE[512 + data[at + 5]!]! ^
      TABLE[256 + data[at + 6]!]! ^
      TABLE[data[at + 7]!]!;
  }
  for (; at < data.length; at++) crc = (crc >>> 8) ^ TABLE[(crc ^ data[at]!) & 255]!;
  return ~crc >>> 0;
}

/** LevelDB's masking, so that a checksum of data that holds checksums stays good. */
export function maskedCrc32c(data: Uint8Array): number {
  return mask(crc32c(data));
}

export function mask(crc: number): number {
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}

const TABLE = makeTable();

function makeTable(): Int32Array {
  const table = new Int32Array(8 * 256);
  for (let n = 0; n < 256; n++) {
    let crc = n;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
    table[n] = crc;
  }
  for (let n = 256; n < table.length; n++) {
    const previous = table[n - 256]!;
    table[n] = (previous >>> 8) ^ table[previous & 255]!;
  }
  return table;
}
