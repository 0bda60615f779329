import { crc32c, mask } from './crc32c.ts';
import { varint } from './encode.ts';
import { corrupt } from './error.ts';
import { readVarint, unsnappy } from './snappy.ts';

export type TableEntry = { key: Uint8Array; value: Uint8Array };

/** All entries of a LevelDB table (`variables.index`), in the order of their keys. */
export function readTable(file: Uint8Array): TableEntry[] {
  if (file.length < FOOTER) throw corrupt(`only ${file.length} bytes; a table ends with a footer of ${FOOTER}`);
  const footer = file.subarray(file.length - FOOTER);
  if (!MAGIC.every((byte, i) => footer[FOOTER - 8 + i] === byte)) {
    throw corrupt('the last 8 bytes are not the magic number of a table (truncated?)');
  }
  const metaindex = readHandle(footer, 0);
  const index = readHandle(footer, metaindex.next);
  const entries: TableEntry[] = [];
  for (const { value } of readBlock(file, index)) {
    for (const entry of readBlock(file, readHandle(value, 0))) entries.push(entry);
  }
  return entries;
}

/** A table of one raw data block; keys must come in byte order, because readers search by bisection. */
export function writeTable(entries: TableEntry[]): Uint8Array {
  const data = packBlock(entries);
  const metaindex = packBlock([]);
  const last = entries.at(-1)?.key ?? new Uint8Array(0);
  const metaindexAt = data.length;
  const index = packBlock([{ key: last, value: handle(0, data.length - TRAILER) }]);
  const handles = Buffer.concat([
    handle(metaindexAt, metaindex.length - TRAILER),
    handle(metaindexAt + metaindex.length, index.length - TRAILER),
  ]);
  const padding = new Uint8Array(FOOTER - 8 - handles.length);
  return Buffer.concat([data, metaindex, index, handles, padding, MAGIC]);
}

/** Bytes in the order in which tables sort their keys. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b);
}

const FOOTER = 48;
const MAGIC = Uint8Array.of(0x57, 0xfb, 0x80, 0x8b, 0x24, 0x75, 0x47, 0xdb);
/** After each block: one byte of compression type, four of checksum. */
const TRAILER = 5;
const RESTART_INTERVAL = 16;
/** Snappy cannot pack tighter than about 1:21. */
const SNAPPY_RATIO = 32;

/** Prefix compression lets a short file claim many long keys; TensorFlow's are some hundred bytes. */
const MAX_KEY = 16384;

type Handle = { offset: number; size: number; next: number };

function readHandle(data: Uint8Array, at: number): Handle {
  const offset = readVarint(data, at);
  const size = readVarint(data, offset.next);
  return { offset: offset.value, size: size.value, next: size.next };
}

function readBlock(file: Uint8Array, { offset, size }: Handle): TableEntry[] {
  if (offset + size + TRAILER > file.length) {
    throw corrupt(`a block of ${size} bytes at offset ${offset} runs past the end (${file.length} bytes)`);
  }
  const stored = new DataView(file.buffer, file.byteOffset + offset + size + 1, 4).getUint32(0, true);
  const actual = mask(crc32c(file.subarray(offset, offset + size + 1)));
  if (stored !== actual)
    throw corrupt(`checksum of the block at offset ${offset}: stored ${stored}, calculated ${actual}`);
  const type = file[offset + size];
  const raw = file.subarray(offset, offset + size);
  if (type === 0) return readEntries(raw);
  if (type === 1) return readEntries(unsnappy(raw, SNAPPY_RATIO * size + 64));
  throw corrupt(`block compression ${type} at offset ${offset}; known are 0 (none) and 1 (Snappy)`);
}

function readEntries(block: Uint8Array): TableEntry[] {
  if (block.length < 4) throw corrupt('a block without its restart count');
  const restarts = new DataView(block.buffer, block.byteOffset + block.length - 4, 4).getUint32(0, true);
  const end = block.length - 4 - 4 * restarts;
  if (end < 0) throw corrupt(`a block of ${block.length} bytes with ${restarts} restarts`);
  const entries: TableEntry[] = [];
  let previous: Uint8Array = new Uint8Array(0);
  for (let at = 0; at < end; ) {
    const shared = readVarint(block, at);
    const own = readVarint(block, shared.next);
    const length = readVarint(block, own.next);
    const valueAt = length.next + own.value;
    if (shared.value > previous.length || valueAt + length.value > end) throw corrupt('an entry runs past its block');
    if (shared.value + own.value > MAX_KEY) throw corrupt(`a key of ${shared.value + own.value} bytes`);
    const key = Buffer.concat([previous.subarray(0, shared.value), block.subarray(length.next, valueAt)]);
    entries.push({ key, value: block.subarray(valueAt, valueAt + length.value) });
    previous = key;
    at = valueAt + length.value;
  }
  return entries;
}

function packBlock(entries: TableEntry[]): Uint8Array {
  const parts: Uint8Array[] = [];
  const restarts: number[] = [];
  let size = 0;
  let previous: Uint8Array = new Uint8Array(0);
  entries.forEach(({ key, value }, i) => {
    const restart = i % RESTART_INTERVAL === 0;
    if (restart) restarts.push(size);
    const shared = restart ? 0 : sharedPrefix(previous, key);
    const head = [shared, key.length - shared, value.length].map((n) => varint(BigInt(n)));
    const entry = Buffer.concat([...head, key.subarray(shared), value]);
    parts.push(entry);
    size += entry.length;
    previous = key;
  });
  if (restarts.length === 0) restarts.push(0);
  const body = Buffer.concat([...parts, ...[...restarts, restarts.length].map(uint32), Uint8Array.of(0)]);
  return Buffer.concat([body, uint32(mask(crc32c(body)))]);
}

function sharedPrefix(a: Uint8Array, b: Uint8Array): number {
  let n = 0;
  while (n < a.length && n < b.length && a[n] === b[n]) n++;
  return n;
}

function handle(offset: number, size: number): Uint8Array {
  return Buffer.concat([varint(BigInt(offset)), varint(BigInt(size))]);
}

function uint32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}
