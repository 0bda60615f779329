import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decode, encode, type Side, type Wire } from '../../../../lab/src/grade/by-value/values.ts';

const refuse: Side = {
  keep() {
    throw new TypeError('kept');
  },
  find([kind]) {
    throw new TypeError(`found ${kind}`);
  },
};
const through = (value: unknown) => decode(JSON.parse(JSON.stringify(encode(value, refuse))), refuse);

describe('values of a submission', () => {
  test('arrive as they left', () => {
    const values = [
      [undefined, null, true, 'text', 1.5, -0, Number.NaN, Number.POSITIVE_INFINITY, 2n ** 70n],
      { list: [{ nested: [] }], undefined },
      new Map<unknown, unknown>([[[1], new Set(['a'])]]),
      [new Date(5), /a+/giu, Float32Array.of(1, 2.5), Buffer.from('x'), Uint8Array.of(1).buffer],
      BigInt64Array.of(-1n),
    ];
    for (const value of values) assert.deepEqual(through(value), value);
  });

  test('errors keep their kind, their name and what they carry', () => {
    const error = Object.assign(new RangeError('too much'), { status: 503 });
    assert.deepEqual(through(error), error);
    const named = through(Object.assign(new Error('no'), { name: 'ServingError' })) as Error;
    assert.deepEqual([named.name, named.message, named instanceof Error], ['ServingError', 'no', true]);
  });

  test('a property called __proto__ changes no prototype', () => {
    const made = through(JSON.parse('{"__proto__": {"polluted": true}}')) as Record<string, unknown>;
    assert.equal(Object.getPrototypeOf(made), Object.prototype);
    assert.equal(({} as Record<string, unknown>).polluted, undefined);
    assert.equal(made.polluted, undefined);
  });

  test('what has behaviour, or no end, or is of an unknown kind, does not pass', () => {
    assert.throws(() => through(() => 1), /kept/);
    assert.throws(() => through(new (class Own {})()), /kept/);
    assert.throws(() => through(Object.fromEntries([['then', () => {}]])), /kept/);
    const circle: unknown[] = [];
    circle.push(circle);
    assert.throws(() => through(circle), /nested this deep/);
    assert.throws(() => decode(['wonder', 1] as unknown as Wire, refuse), /found wonder/);
  });
});
