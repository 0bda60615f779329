import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { openBundle, packBundle } from '../../../lib/saved-model/bundle.ts';
import type { HostTensor } from '../../../lib/saved-model/value.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-bundle-'));
after(() => rmSync(folder, { recursive: true }));

const tensors = new Map<string, HostTensor>([
  ['z', { dtype: 'float32', shape: [2, 2], data: Float32Array.of(1, -2.5, 3e-38, Number.NaN) }],
  ['a/float64', { dtype: 'float64', shape: [1], data: Float64Array.of(Math.PI) }],
  ['a/int64', { dtype: 'int64', shape: [2], data: BigInt64Array.of(2n ** 62n, -1n) }],
  ['a/uint8', { dtype: 'uint8', shape: [3], data: Uint8Array.of(1, 2, 255) }],
  ['a/half', { dtype: 'float16', shape: [4], data: Float32Array.of(0.5, -65504, 6e-8, Number.POSITIVE_INFINITY) }],
  ['b/bool', { dtype: 'bool', shape: [], data: Uint8Array.of(1) }],
  ['b/strings', { dtype: 'string', shape: [3], data: [Buffer.from('hello'), Buffer.from([255, 0]), Buffer.alloc(0)] }],
  ['empty', { dtype: 'int32', shape: [0, 3], data: new Int32Array(0) }],
]);

function store(name: string): string {
  const prefix = join(folder, name);
  const { index, data } = packBundle(tensors);
  writeFileSync(`${prefix}.index`, index);
  writeFileSync(`${prefix}.data-00000-of-00001`, data);
  return prefix;
}

describe('TensorBundle', () => {
  test('every dtype comes back as it was written', () => {
    const bundle = openBundle(store('all'));
    assert.deepEqual(bundle.keys(), [...tensors.keys()].sort());
    for (const [key, tensor] of tensors) {
      const { dtype, shape, data } = bundle.get(key);
      assert.deepEqual({ dtype, shape }, { dtype: tensor.dtype, shape: tensor.shape });
      const plain = (list: HostTensor['data']) =>
        Array.from(list as ArrayLike<unknown>, (x) => (x instanceof Uint8Array ? [...x] : x));
      if (key !== 'a/half') assert.deepEqual(plain(data), plain(tensor.data), key);
    }
    assert.deepEqual(
      [...(bundle.get('a/half').data as Float32Array)],
      [0.5, -65504, 2 ** -24, Number.POSITIVE_INFINITY],
    );
    bundle.close();
  });

  test('a model without variables has no such file, and no tensors', () => {
    assert.deepEqual(openBundle(join(folder, 'none')).keys(), []);
  });

  test('a changed byte is a checksum error that names file and tensor', () => {
    const prefix = store('flipped');
    const path = `${prefix}.data-00000-of-00001`;
    const bytes = readFileSync(path);
    bytes[2]! ^= 4;
    writeFileSync(path, bytes);
    assert.throws(
      () => openBundle(prefix).get('z'),
      /flipped\.data-00000-of-00001: tensor "z": Checksum does not match: stored \d+ vs\./,
    );
  });

  test('a short data file, a missing one and an unknown key are errors that say so', () => {
    const prefix = store('short');
    const path = `${prefix}.data-00000-of-00001`;
    writeFileSync(path, readFileSync(path).subarray(0, 10));
    assert.throws(() => openBundle(prefix).get('z'), /truncated\?/);
    rmSync(path);
    assert.throws(() => openBundle(prefix).get('z'), /short\.data-00000-of-00001: tensor "z": the file does not exist/);
    assert.throws(() => openBundle(prefix).get('nope'), /no tensor "nope" in the checkpoint/);
  });
});
