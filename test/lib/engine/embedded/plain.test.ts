import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { tf } from '../../../../lib/engine/index.ts';
import { assertClose, both, random } from './oracle.ts';

const { floats } = random(7);
const x = (...shape: number[]) => tf.tensor(values.slice(0, tf.util.sizeFromShape(shape)), shape);
const values = floats(200);
const z = (...shape: number[]) => tf.complex(x(...shape), tf.sin(tf.mul(x(...shape), 3)));
const parts = (one: tf.Tensor) => [tf.real(one), tf.imag(one)];

const programs: Record<string, () => tf.Tensor | tf.Tensor[]> = {
  'complex numbers, their parts and sizes': () => [...parts(z(3, 4)), tf.abs(z(3, 4))],
  'sums, differences and products of them': () =>
    [tf.add(z(3, 4), z(3, 4)), tf.sub(z(3, 4), tf.fft(z(3, 4))), tf.mul(z(3, 4), z(3, 4))].flatMap(parts),
  'put together, reshaped, transposed, cast': () =>
    [
      tf.concat([z(2, 3), z(4, 3)]),
      tf.reshape(z(2, 6), [3, 4]),
      tf.transpose(z(2, 3)),
      tf.cast(x(5), 'complex64'),
      tf.zerosLike(z(2)),
      tf.onesLike(z(2)),
    ].flatMap(parts),
  'fft and ifft': () => [tf.fft(z(3, 8)), tf.ifft(z(2, 5)), tf.ifft(tf.fft(z(7)))].flatMap(parts),
  'rfft and irfft, of any length': () => [
    ...[tf.rfft(x(2, 16)), tf.rfft(x(3, 9)), tf.rfft(x(10), 6), tf.rfft(x(5), 12)].flatMap(parts),
    tf.irfft(tf.rfft(x(2, 16))),
  ],
  'short-time Fourier transforms': () => parts(tf.signal.stft(x(100) as tf.Tensor1D, 16, 8)),
};

describe('what tfjs WASM lacks', () => {
  for (const [what, program] of Object.entries(programs))
    test(`${what}: as on the cpu backend`, () => {
      const { expected, actual } = both(() =>
        [program()].flat().map((one) => ({ shape: one.shape, dtype: one.dtype, data: [...one.dataSync()] })),
      );
      expected.forEach(({ shape, dtype, data }, i) => {
        assert.deepEqual([actual[i]!.shape, actual[i]!.dtype], [shape, dtype]);
        assertClose(actual[i]!.data, data, 1e-5, `${what} ${i}`);
      });
    });

  test('complex numbers are read as real and imaginary parts in turn, also later and in part', async () => {
    const number = tf.complex([1, 2], [3, 4]);
    assert.deepEqual([...number.dataSync()], [1, 3, 2, 4]);
    assert.deepEqual([...(await number.data())], [1, 3, 2, 4]);
    number.dispose();
  });

  test('strings are replaced by patterns', () => {
    const { expected, actual } = both(() => {
      const text = tf.tensor(['a1b2', 'ü3']);
      return [...tf.string.staticRegexReplace(text, '[0-9]', '#').dataSync()];
    });
    assert.deepEqual(actual, expected);
    assert.deepEqual(actual as unknown, ['a#b#', 'ü#']);
  });

  test('leaves nothing behind', () => {
    const count = () => [tf.memory().numTensors, tf.memory().numDataBuffers];
    const before = count();
    tf.tidy(() => void tf.irfft(tf.rfft(x(4, 10))).dataSync());
    assert.deepEqual(count(), before);
    tf.setBackend('cpu');
    const onCpu = count();
    tf.setBackend('wasm');
    tf.tidy(() => void tf.fft(z(6)).dataSync());
    tf.setBackend('cpu');
    assert.deepEqual(count(), onCpu);
    tf.setBackend('wasm');
  });
});
