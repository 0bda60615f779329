import { intAttr, intsAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue } from '../device.ts';
import type { OpRow } from './op.ts';
import { row } from './op.ts';
import { sipHash } from './sip-hash.ts';
import { strings } from './text.ts';

/** Strings as bucket numbers, by FarmHash's Fingerprint64, which never changes. */
export const HASH: Record<string, OpRow> = {
  StringToHashBucketStrong: row((node) => {
    const buckets = BigInt(intAttr(node, 'num_buckets', 1));
    const key = intsAttr(node, 'key', [0, 0]).map((part) => BigInt.asUintN(64, BigInt(part))) as [bigint, bigint];
    return ([x]) => {
      const data = BigInt64Array.from(strings(x as Value), (bytes) => sipHash(bytes, key) % buckets);
      return hostValue('int64', (x as Value).shape, data);
    };
  }),
  StringToHashBucket: row((node) => {
    const buckets = BigInt(intAttr(node, 'num_buckets', 1));
    return ([x]) =>
      hostValue(
        'int64',
        (x as Value).shape,
        BigInt64Array.from(strings(x as Value), (bytes) => murmur64(bytes) % buckets),
      );
  }),
  StringToHashBucketFast: row((node) => {
    const buckets = BigInt(intAttr(node, 'num_buckets', 1));
    return ([x]) => {
      const list = strings(x as Value);
      return hostValue(
        'int64',
        (x as Value).shape,
        BigInt64Array.from(list, (bytes) => fingerprint64(bytes) % buckets),
      );
    };
  }),
};

const K0 = 0xc3a5c85c97cb3127n;
const K1 = 0xb492b66fbe98f273n;
const K2 = 0x9ae16a3b2f90404fn;

/** TensorFlow's first hash, which it advises against. */
function murmur64(bytes: Uint8Array): bigint {
  const factor = 0xc6a4a7935bd1e995n;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const whole = bytes.length - (bytes.length % 8);
  let hash = 0xdecafcaffen ^ u64(BigInt(bytes.length) * factor);
  for (let at = 0; at < whole; at += 8)
    hash = u64((hash ^ u64(shiftMix(u64(fetch64(view, at) * factor)) * factor)) * factor);
  const rest = bytes.subarray(whole).reduceRight((word, byte) => (word << 8n) | BigInt(byte), 0n);
  if (whole < bytes.length) hash = u64((hash ^ rest) * factor);
  return shiftMix(u64(shiftMix(hash) * factor));
}

/** farmhashna::Hash64, in 64-bit arithmetic. */
export function fingerprint64(bytes: Uint8Array): bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const length = bytes.length;
  if (length <= 16) return upTo16(view, length);
  if (length <= 32) return upTo32(view, length);
  if (length <= 64) return upTo64(view, length);
  return longer(view, length);
}

function u64(x: bigint): bigint {
  return BigInt.asUintN(64, x);
}

function fetch64(view: DataView, at: number): bigint {
  return view.getBigUint64(at, true);
}

function fetch32(view: DataView, at: number): bigint {
  return BigInt(view.getUint32(at, true));
}

function rotate(x: bigint, by: bigint): bigint {
  return by === 0n ? x : u64((x >> by) | (x << (64n - by)));
}

function shiftMix(x: bigint): bigint {
  return x ^ (x >> 47n);
}

function hash16(u: bigint, v: bigint, mul: bigint): bigint {
  let a = u64((u ^ v) * mul);
  a ^= a >> 47n;
  let b = u64((v ^ a) * mul);
  b ^= b >> 47n;
  return u64(b * mul);
}

function upTo16(view: DataView, length: number): bigint {
  const size = BigInt(length);
  if (length >= 8) {
    const mul = u64(K2 + size * 2n);
    const a = u64(fetch64(view, 0) + K2);
    const b = fetch64(view, length - 8);
    const c = u64(rotate(b, 37n) * mul + a);
    const d = u64((rotate(a, 25n) + b) * mul);
    return hash16(c, d, mul);
  }
  if (length >= 4) {
    const mul = u64(K2 + size * 2n);
    return hash16(u64(size + (fetch32(view, 0) << 3n)), fetch32(view, length - 4), mul);
  }
  if (length > 0) {
    const [a, b, c] = [view.getUint8(0), view.getUint8(length >> 1), view.getUint8(length - 1)].map(BigInt) as [
      bigint,
      bigint,
      bigint,
    ];
    const y = a + (b << 8n);
    const z = size + (c << 2n);
    return u64(shiftMix(u64(y * K2) ^ u64(z * K0)) * K2);
  }
  return K2;
}

function upTo32(view: DataView, length: number): bigint {
  const mul = u64(K2 + BigInt(length) * 2n);
  const a = u64(fetch64(view, 0) * K1);
  const b = fetch64(view, 8);
  const c = u64(fetch64(view, length - 8) * mul);
  const d = u64(fetch64(view, length - 16) * K2);
  return hash16(u64(rotate(u64(a + b), 43n) + rotate(c, 30n) + d), u64(a + rotate(u64(b + K2), 18n) + c), mul);
}

function upTo64(view: DataView, length: number): bigint {
  const mul = u64(K2 + BigInt(length) * 2n);
  const a = u64(fetch64(view, 0) * K2);
  const b = fetch64(view, 8);
  const c = u64(fetch64(view, length - 8) * mul);
  const d = u64(fetch64(view, length - 16) * K2);
  const y = u64(rotate(u64(a + b), 43n) + rotate(c, 30n) + d);
  const z = hash16(y, u64(a + rotate(u64(b + K2), 18n) + c), mul);
  const e = u64(fetch64(view, 16) * mul);
  const f = fetch64(view, 24);
  const g = u64((y + fetch64(view, length - 32)) * mul);
  const h = u64((z + fetch64(view, length - 24)) * mul);
  return hash16(u64(rotate(u64(e + f), 43n) + rotate(g, 30n) + h), u64(e + rotate(u64(f + a), 18n) + g), mul);
}

function weak(view: DataView, at: number, first: bigint, second: bigint): [bigint, bigint] {
  const [w, x, y, z] = [0, 8, 16, 24].map((offset) => fetch64(view, at + offset)) as [bigint, bigint, bigint, bigint];
  let a = u64(first + w);
  let b = rotate(u64(second + a + z), 21n);
  const c = a;
  a = u64(a + x + y);
  b = u64(b + rotate(a, 44n));
  return [u64(a + z), u64(b + c)];
}

function longer(view: DataView, length: number): bigint {
  const seed = 81n;
  let x = seed;
  let y = u64(seed * K1 + 113n);
  let z = u64(shiftMix(u64(y * K2 + 113n)) * K2);
  let v: [bigint, bigint] = [0n, 0n];
  let w: [bigint, bigint] = [0n, 0n];
  x = u64(x * K2 + fetch64(view, 0));
  const end = Math.floor((length - 1) / 64) * 64;
  const last = end + ((length - 1) & 63) - 63;
  for (let at = 0; at < end; at += 64) {
    x = u64(rotate(u64(x + y + v[0] + fetch64(view, at + 8)), 37n) * K1);
    y = u64(rotate(u64(y + v[1] + fetch64(view, at + 48)), 42n) * K1);
    x ^= w[1];
    y = u64(y + v[0] + fetch64(view, at + 40));
    z = u64(rotate(u64(z + w[0]), 33n) * K1);
    v = weak(view, at, u64(v[1] * K1), u64(x + w[0]));
    w = weak(view, at + 32, u64(z + w[1]), u64(y + fetch64(view, at + 16)));
    [z, x] = [x, z];
  }
  const mul = u64(K1 + ((z & 0xffn) << 1n));
  w[0] = u64(w[0] + BigInt((length - 1) & 63));
  v[0] = u64(v[0] + w[0]);
  w[0] = u64(w[0] + v[0]);
  x = u64(rotate(u64(x + y + v[0] + fetch64(view, last + 8)), 37n) * mul);
  y = u64(rotate(u64(y + v[1] + fetch64(view, last + 48)), 42n) * mul);
  x ^= u64(w[1] * 9n);
  y = u64(y + v[0] * 9n + fetch64(view, last + 40));
  z = u64(rotate(u64(z + w[0]), 33n) * mul);
  v = weak(view, last, u64(v[1] * mul), u64(x + w[0]));
  w = weak(view, last + 32, u64(z + w[1]), u64(y + fetch64(view, last + 16)));
  [z, x] = [x, z];
  const left = u64(hash16(v[0], w[0], mul) + shiftMix(y) * K0 + z);
  return hash16(left, u64(hash16(v[1], w[1], mul) + x), mul);
}
