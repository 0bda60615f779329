import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs';
import { crc32c, mask } from './crc32c.ts';
import { decode } from './decode.ts';
import { dtypeNumber, dtypeOf, sizeOf } from './dtype.ts';
import { encode, varint } from './encode.ts';
import { corrupt, ModelError } from './error.ts';
import { create } from './proto.ts';
import { BundleEntryProto, BundleHeaderProto } from './schema.ts';
import type { Box } from './slices.ts';
import { cutBox, joinBoxes, sliceKey } from './slices.ts';
import { readVarint } from './snappy.ts';
import { compareBytes, readTable, writeTable } from './table.ts';
import { fromBytes, knownShape, toBytes, toShapeProto } from './tensor-proto.ts';
import type { HostTensor } from './value.ts';

/** The tensors of a checkpoint (`variables/variables`), each read and verified when it is asked for. */
export type Bundle = { keys(): string[]; get(key: string, box?: Box): HostTensor; close(): void };

/** @param prefix path without `.index`. A model without variables has no such file: an empty bundle. */
export function openBundle(prefix: string): Bundle {
  const index = `${prefix}.index`;
  const entries = existsSync(index)
    ? naming(index, () => readIndex(readFileSync(index)))
    : new Map<string, Uint8Array>();
  const header = entries.get('');
  const shards = header ? naming(index, () => readHeader(header)) : 1;
  entries.delete('');
  const files = new Map<number, number>();
  const entryOf = (key: string): BundleEntryProto => {
    const bytes = entries.get(key);
    if (!bytes) throw new ModelError('NOT_FOUND', `${index}: no tensor "${key}" in the checkpoint`);
    return naming(index, () => decode(BundleEntryProto, bytes));
  };
  const read = (key: string, entry: BundleEntryProto): HostTensor => {
    const path = shardPath(prefix, entry.shard_id, shards);
    return naming(`${path}: tensor "${key}"`, () => readTensor(openShard(files, path, entry.shard_id, shards), entry));
  };
  const get = (name: string, box: Box | undefined): HostTensor => {
    const key = Buffer.from(name).toString('latin1');
    const entry = entryOf(key);
    // The parts of a partitioned variable lie under keys of their own; one part is asked for more often than the whole.
    const stored = entry.slices.map(({ extent }) =>
      extent.map(({ start, length }) => ({ start, length: length ?? -1 })),
    );
    const slice = (part: Box) => {
      const own = sliceKey(name, part);
      return read(own, entryOf(own));
    };
    const exact = box && stored.find((part) => JSON.stringify(part) === JSON.stringify(box));
    if (exact) return slice(exact);
    const whole = stored.length > 0 ? joined(entry, stored, slice) : read(name, entry);
    return box ? naming(index, () => cutBox(whole, box)) : whole;
  };
  const joined = (entry: BundleEntryProto, stored: Box[], slice: (part: Box) => HostTensor): HostTensor =>
    naming(index, () =>
      joinBoxes(
        dtypeOf(entry.dtype),
        knownShape(entry.shape),
        stored.map((box) => ({ box, tensor: slice(box) })),
      ),
    );
  return {
    keys: () => [...entries.keys()].map((key) => Buffer.from(key, 'latin1').toString()),
    get,
    close() {
      for (const file of files.values()) closeSync(file);
      files.clear();
    },
  };
}

/** The two files of a checkpoint, tensors under their keys. */
export function packBundle(tensors: Map<string, HostTensor>): { index: Uint8Array; data: Uint8Array } {
  const parts: Uint8Array[] = [];
  let offset = 0;
  const header = encode(BundleHeaderProto, { num_shards: 1, version: { producer: 1, min_consumer: 0 } });
  const entries = [{ key: Buffer.alloc(0) as Uint8Array, value: header }];
  for (const [key, tensor] of tensors) {
    const { bytes, crc } = tensor.dtype === 'string' ? packStrings(tensor.data as Uint8Array[]) : packNumbers(tensor);
    const entry = create(BundleEntryProto, {
      dtype: dtypeNumber(tensor.dtype),
      shape: toShapeProto(tensor.shape),
      offset,
      size: bytes.length,
      crc32c: crc,
    });
    entries.push({ key: Buffer.from(key), value: encode(BundleEntryProto, entry) });
    parts.push(bytes);
    offset += bytes.length;
  }
  entries.sort((a, b) => compareBytes(a.key, b.key));
  return { index: writeTable(entries), data: Buffer.concat(parts) };
}

export function shardPath(prefix: string, shard: number, shards: number): string {
  const digits = (n: number) => String(n).padStart(5, '0');
  return `${prefix}.data-${digits(shard)}-of-${digits(shards)}`;
}

function readIndex(file: Uint8Array): Map<string, Uint8Array> {
  // Keys of slices are no text: one character per byte.
  return new Map(readTable(file).map(({ key, value }) => [Buffer.from(key).toString('latin1'), value]));
}

function readHeader(bytes: Uint8Array): number {
  const header = decode(BundleHeaderProto, bytes);
  if (header.endianness !== 0) throw new ModelError('UNIMPLEMENTED', 'was written on a big-endian machine');
  if (header.num_shards < 1 || header.num_shards > 99999) throw corrupt(`${header.num_shards} shards`);
  return header.num_shards;
}

function openShard(files: Map<number, number>, path: string, shard: number, shards: number): number {
  if (shard < 0 || shard >= shards) throw corrupt(`shard ${shard} of ${shards}`);
  let file = files.get(shard);
  if (file === undefined) {
    if (!existsSync(path)) throw new ModelError('NOT_FOUND', 'the file does not exist');
    file = openSync(path, 'r');
    files.set(shard, file);
  }
  return file;
}

function readTensor(file: number, entry: BundleEntryProto): HostTensor {
  const dtype = dtypeOf(entry.dtype);
  const shape = knownShape(entry.shape);
  const { size: fileSize } = fstatSync(file);
  if (entry.offset < 0 || entry.size < 0 || entry.offset + entry.size > fileSize) {
    throw corrupt(`${entry.size} bytes at offset ${entry.offset} of a file of ${fileSize} bytes (truncated?)`);
  }
  const bytes = new Uint8Array(entry.size);
  for (let done = 0; done < bytes.length; ) {
    const count = readSync(file, bytes, done, bytes.length - done, entry.offset + done);
    if (count === 0) throw corrupt('the file became shorter while it was read');
    done += count;
  }
  if (dtype === 'string') return { dtype, shape, data: unpackStrings(bytes, sizeOf(shape), entry.crc32c) };
  verify(mask(crc32c(bytes)), entry.crc32c);
  return { dtype, shape, data: fromBytes(dtype, sizeOf(shape), bytes) };
}

function verify(actual: number, stored: number): void {
  if (actual !== stored)
    throw corrupt(`Checksum does not match: stored ${stored} vs. calculated on the restored bytes ${actual}`);
}

function packNumbers(tensor: HostTensor): { bytes: Uint8Array; crc: number } {
  const bytes = toBytes(tensor);
  return { bytes, crc: mask(crc32c(bytes)) };
}

/** varint lengths, checksum of the lengths as u32 each, then the strings; the entry's checksum covers the u32 form. */
function packStrings(strings: Uint8Array[]): { bytes: Uint8Array; crc: number } {
  const lengths = new Uint8Array(Uint32Array.from(strings, (s) => s.length).buffer);
  const lengthsCrc = crc32c(lengths);
  const check = new Uint8Array(Uint32Array.of(mask(lengthsCrc)).buffer);
  const bytes = Buffer.concat([...strings.map((s) => varint(BigInt(s.length))), check, ...strings]);
  return { bytes, crc: mask(crc32c(Buffer.concat(strings), crc32c(check, lengthsCrc))) };
}

function unpackStrings(bytes: Uint8Array, count: number, stored: number): Uint8Array[] {
  if (count > bytes.length) throw corrupt(`${count} strings in ${bytes.length} bytes`);
  const lengths = new Uint32Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    const { value, next } = readVarint(bytes, at);
    lengths[i] = value;
    at = next;
  }
  if (at + 4 > bytes.length) throw corrupt('truncated after the lengths of its strings');
  const lengthsCrc = crc32c(new Uint8Array(lengths.buffer));
  const check = bytes.subarray(at, at + 4);
  verify(mask(crc32c(bytes.subarray(at + 4), crc32c(check, lengthsCrc))), stored);
  at += 4;
  return Array.from(lengths, (length) => {
    if (at + length > bytes.length) throw corrupt('a string runs past the end');
    at += length;
    return bytes.subarray(at - length, at);
  });
}

/** Errors of the inner stages do not know their file: say it once, here. */
export function naming<T>(file: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ModelError) throw new ModelError(error.code, `${file}: ${error.message}`);
    throw error;
  }
}
