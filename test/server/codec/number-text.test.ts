import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { doubleText, floatText } from '../../../server/src/codec/number-text.ts';

/** Bits in hex and the text that C's printf gives by TF Serving's rule; made by number-text.py. */
const vectors = readFileSync(join(import.meta.dirname, 'number-text.txt'), 'utf8')
  .trim()
  .split('\n');

test('float and double text is what C prints, to the last digit', () => {
  assert.ok(vectors.length > 4000);
  const view = new DataView(new ArrayBuffer(8));
  for (const line of vectors) {
    const [kind, bits, text] = line.split(' ') as [string, string, string];
    view.setBigUint64(0, BigInt(`0x${bits}`) << (kind === 'f' ? 32n : 0n));
    const got = kind === 'f' ? floatText(view.getFloat32(0)) : doubleText(view.getFloat64(0));
    assert.equal(got, text, `${kind} ${bits}`);
  }
});
