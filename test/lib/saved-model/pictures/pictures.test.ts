import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { decodeJpeg } from '../../../../lib/saved-model/pictures/jpeg.ts';
import { decodePng, encodePng } from '../../../../lib/saved-model/pictures/png.ts';
import { times } from '../../../helpers/long.ts';
import { seededRandom } from '../../../helpers/random.ts';

/** 4 × 4 pixels, written by TensorFlow's encode_jpeg. */
const JPEG = Buffer.from(
  [
    '/9j/4AAQSkZJRgABAQEBLAEsAAD/2wBDAA0JCgsKCA0LCgsODg0PEyAVExISEyccHhcgLikxMC4pLSwzOko+MzZGNywtQFdBRkxO',
    'UlNSMj5aYVpQYEpRUk//2wBDAQ4ODhMREyYVFSZPNS01T09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09PT09P',
    'T09PT09PT0//wAARCAAEAAQDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAX/xAAaEAEAAQUAAAAAAAAAAAAAAAAAAgQF',
    'BhQk/8QAFAEBAAAAAAAAAAAAAAAAAAAAAv/EABQRAQAAAAAAAAAAAAAAAAAAAAD/2gAMAwEAAhEDEQA/ALlHidn148wBC//Z',
  ].join(''),
  'base64',
);
const PNG = encodePng({ height: 4, width: 5, channels: 3, data: Uint8Array.from({ length: 60 }, (_, i) => 4 * i) });

test('a JPEG file has the pixels that TensorFlow finds in it', () => {
  const { height, width, channels, data } = decodeJpeg(JPEG, 0);
  assert.deepEqual([height, width, channels], [4, 4, 3]);
  // tf.io.decode_jpeg of TensorFlow 2.21.
  assert.deepEqual([...data.slice(0, 3), ...data.slice(-3)], [1, 9, 12, 214, 222, 225]);
});

test('a PNG file is read as it was written', () => {
  const { height, width, channels, data } = decodePng(PNG, 0, false);
  assert.deepEqual([height, width, channels], [4, 5, 3]);
  assert.deepEqual(
    [...data],
    Array.from({ length: 60 }, (_, i) => 4 * i),
  );
});

describe('broken files', () => {
  for (const [kind, file, decode] of [
    ['JPEG', JPEG, (bytes: Uint8Array) => decodeJpeg(bytes, 3)],
    ['PNG', PNG, (bytes: Uint8Array) => decodePng(bytes, 3, false)],
  ] as const) {
    test(`of ${kind} are errors, and the next one is read all the same`, () => {
      const random = seededRandom(3);
      let refused = 0;
      for (let i = 0; i < times(300, 20_000); i++) {
        const bytes = Uint8Array.from(file);
        for (let k = 0; k < 1 + random() * 4; k++) bytes[Math.floor(random() * bytes.length)] = random() * 256;
        try {
          decode(random() < 0.3 ? bytes.subarray(0, Math.floor(random() * bytes.length)) : bytes);
        } catch (error) {
          assert.ok(error instanceof Error && error.message.length > 5, String(error));
          refused++;
        }
      }
      assert.ok(refused > 100, `${refused} were refused`);
      assert.equal(decode(file).channels, 3);
    });
  }

  test('cannot ask for gigabytes', () => {
    const huge = Uint8Array.from(PNG);
    new DataView(huge.buffer).setUint32(16, 2 ** 30);
    assert.throws(() => decodePng(huge, 3, false), /too large: 1073741824 x 4/);
  });
});
