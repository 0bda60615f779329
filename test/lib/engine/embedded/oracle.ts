import assert from 'node:assert/strict';
import { tf } from '../../../../lib/engine/index.ts';
import { seededRandom } from '../../../helpers/random.ts';

// The cpu backend greets its first user on stderr.
(tf.findBackend('cpu') as unknown as { firstUse: boolean }).firstUse = false;

export type Random = {
  integer(from: number, to: number): number;
  pick<T>(values: T[]): T;
  floats(size: number): Float32Array;
};

/** A small seeded generator, so that a failing case can be run again. */
export function random(seed: number): Random {
  const next = seededRandom(seed);
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

/**
 * The gradient of the sum of an operation's squares is the difference of that sum between two near places. The inputs are
 * 0.01 apart from each other, so that no maximum changes in between.
 */
export function assertSlope(operation: (x: tf.Tensor) => tf.Tensor, shape: number[], what: string): void {
  const { floats } = random(4);
  const count = tf.util.sizeFromShape(shape);
  const ranked = [...floats(count)].map((value, i) => ({ value, i })).sort((a, b) => a.value - b.value);
  const values = new Float32Array(count);
  ranked.forEach(({ i }, rank) => {
    values[i] = (rank - count / 2) / 100;
  });
  const loss = (x: tf.Tensor) => operation(x).square().sum();
  const at = (changed: Float32Array) => tf.tidy(() => loss(tf.tensor(changed, shape)).dataSync()[0]!);
  const gradient = tf.tidy(() => tf.grad(loss)(tf.tensor(values, shape)).dataSync());
  const largest = Math.max(1, ...[...gradient].map(Math.abs));
  for (let i = 0; i < count; i += 7) {
    const slope = (at(values.with(i, values[i]! + 4e-3)) - at(values.with(i, values[i]! - 4e-3))) / 8e-3;
    // Float32 sums of squares leave this much.
    const gap = Math.abs(slope - gradient[i]!);
    assert.ok(gap <= 0.02 * largest, `${what}: element ${i} has the slope ${slope}, the gradient says ${gradient[i]}`);
  }
}
