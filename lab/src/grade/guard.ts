import { randomInt } from 'node:crypto';

/**
 * Runs before the student's first cell: what tests stand on can no longer be replaced. Object.prototype and
 * Error.prototype keep their inheritance (an own `name` or `message` may still be set), the others are frozen.
 */
export const guard = `{
  const assert: any = (await import('node:assert') as any).default;
  for (const one of [assert, assert.strict, assert.AssertionError, assert.AssertionError.prototype]) Object.freeze(one);
  for (const one of [Array, Map, Set, Number, String, Boolean, Promise, RegExp]) Object.freeze(one.prototype), Object.freeze(one);
  for (const one of [Object, Reflect, Math, JSON]) Object.freeze(one);
  for (const proto of [Object.prototype, Error.prototype, Function.prototype]) {
    for (const key of Reflect.ownKeys(proto)) {
      const descriptor = Object.getOwnPropertyDescriptor(proto, key)!;
      if (!('value' in descriptor) || !descriptor.configurable) continue;
      const value = descriptor.value;
      Object.defineProperty(proto, key, {
        configurable: false,
        enumerable: false,
        get: () => value,
        set(this: object, own: unknown) {
          if (this === proto) throw new TypeError('this is locked while a submission is graded');
          Object.defineProperty(this, key, { value: own, writable: true, enumerable: true, configurable: true });
        },
      });
    }
  }
}`;

/** A cell that has to give `value` as its own, and one that has to fail with `message`: whoever breaks the checker breaks these. */
export function canaries(): {
  passes: { source: string; value: string };
  fails: { source: string; message: string }[];
} {
  const [a, b] = [randomInt(1e6), randomInt(1e6)];
  const start = "import assert from 'node:assert/strict';\n";
  const message = `canary ${randomInt(1e9)}`;
  return {
    passes: { source: `${start}assert.equal(${a}, ${a});\n${a} + ${b}`, value: String(a + b) },
    fails: ['equal(A, B', 'deepEqual([A], [B]', 'ok(A === B'].map((call) => ({
      source: `${start}assert.${call.replace('A', `${a} as number`).replace('B', `${b + 1e6} as number`)}, '${message}');`,
      message,
    })),
  };
}
