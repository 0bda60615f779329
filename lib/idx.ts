import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';

export type IdxFile = {
  /** Where it was found. */
  path: string;
  shape: number[];
  /** Row-major, without the header. */
  bytes: Uint8Array;
};

type Wanted = {
  folder: string;
  /** Without `.gz`. */
  name: string;
  rank: 1 | 3;
  /** Of the unpacked file; unchecked when undefined. */
  sha256: string | undefined;
  /** The last sentence of every error: the way out. */
  advice: string;
};

/** Reads one of LeCun's IDX files of unsigned bytes: magic number, size of each dimension (big endian), then the bytes. */
export async function readIdx({ folder, name, rank, sha256, advice }: Wanted): Promise<IdxFile> {
  const { path, file } = await open(folder, name, advice);
  const fail = (what: string): never => {
    throw new Error(`${path} ${what}. ${advice}`);
  };
  const header = 4 + 4 * rank;
  if (file.length < header) fail(`is truncated: it has ${file.length} bytes, and its header alone needs ${header}`);
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const magic = view.getUint32(0);
  const expected = 0x0800 + rank;
  if (magic !== expected) {
    fail(
      `is not an IDX file of unsigned bytes of rank ${rank}: it begins with ${hex(magic)}, expected ${hex(expected)}`,
    );
  }
  const shape = Array.from({ length: rank }, (_, i) => view.getUint32(4 + 4 * i));
  const size = header + shape.reduce((product, length) => product * length, 1);
  if (file.length < size) fail(`is truncated: its header promises ${size} bytes, but there are ${file.length}`);
  if (file.length > size) fail(`is too long: its header promises ${size} bytes, but there are ${file.length}`);
  if (sha256 !== undefined) {
    const actual = createHash('sha256').update(file).digest('hex');
    if (actual !== sha256) fail(`is not the published file: its SHA-256 is ${actual}, expected ${sha256}`);
  }
  return { path, shape, bytes: file.subarray(header) };
}

async function open(folder: string, name: string, advice: string): Promise<{ path: string; file: Uint8Array }> {
  const path = join(folder, name);
  const plain = await readIfThere(path, advice);
  if (plain) return { path, file: plain };
  const packedPath = `${path}.gz`;
  const packed = await readIfThere(packedPath, advice);
  if (!packed) throw new Error(`${path} is missing, and ${name}.gz too. ${advice}`);
  try {
    return { path: packedPath, file: await promisify(gunzip)(packed) };
  } catch (cause) {
    throw new Error(`${packedPath} cannot be unpacked (${(cause as Error).message}). ${advice}`, { cause });
  }
}

async function readIfThere(path: string, advice: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(path);
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw new Error(`${path} cannot be read (${code}). ${advice}`, { cause });
  }
}

function hex(magic: number): string {
  return `0x${magic.toString(16).padStart(8, '0')}`;
}
