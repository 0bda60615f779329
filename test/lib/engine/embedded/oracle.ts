import assert from 'node:assert/strict';
import { tf } from '../../../../lib/engine/index.ts';

// The cpu backend greets its first user on stderr.
(tf.findBackend('cpu') as unknown as { firstUse: boolean }).firstUse = false;

export type Random = {
  integer(from: number, to: number): number;
  pick<T>(values: T[]): T;
  floats(size: number): Float32Array;
};

/** A small seeded generator (mulberry32), so that a failing case can be run again. */
export function random(seed: number): Random {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = state;
    z = Math.imul(z ^ (z >>> 15), z | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (from: number, to: number) => from + Math.floor(next() * (to - from + 1));
  return {
    integer,
    pick: (values) => values[integer(0, values.length - 1)]!,
    floats: (size) => Float32Array.from({ length: size }, () => next() * 2 - 1),
  };
}

/** Runs the same program on tfjs's plain-JavaScript backend and on the embedded engine; both give plain data. */
export function both<T>(program: () => T): { expected: T; actual: T } {
  tf.setBackend('cpu');
  const expected = tf.tidy(program as () => tf.TensorContainer) as T;
  tf.setBackend('wasm');
  const actual = tf.tidy(program as () => tf.TensorContainer) as T;
  return { expected, actual };
}

/** Float32 sums in another order differ in the last bits, the more the longer they are. */
export function assertClose(
  actual: ArrayLike<number>,
  expected: ArrayLike<number>,
  tolerance: number,
  what: string,
): void {
  assert.equal(actual.length, expected.length, what);
  for (let i = 0; i < expected.length; i++) {
    const difference = Math.abs(actual[i]! - expected[i]!);
    if (!(difference <= tolerance * Math.max(1, Math.abs(expected[i]!)))) {
      assert.fail(`${what}: element ${i} is ${actual[i]}, expected ${expected[i]}`);
    }
  }
}
