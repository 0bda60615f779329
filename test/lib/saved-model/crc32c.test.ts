import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { crc32c, maskedCrc32c } from '../../../lib/saved-model/crc32c.ts';

describe('crc32c', () => {
  // RFC 3720, appendix B.4, and the usual check value.
  const vectors: [string, Uint8Array, number][] = [
    ['32 zeros', new Uint8Array(32), 0x8a9136aa],
    ['32 ones', new Uint8Array(32).fill(255), 0x62a8ab43],
    ['0 to 31', Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
    ['31 to 0', Uint8Array.from({ length: 32 }, (_, i) => 31 - i), 0x113fdb5c],
    ['123456789', Buffer.from('123456789'), 0xe3069283],
    ['nothing', new Uint8Array(0), 0],
  ];
  for (const [name, data, expected] of vectors) {
    test(`the checksum of ${name} is the published one`, () => assert.equal(crc32c(data), expected));
  }

  test('a checksum can go on where another ended', () => {
    const data = Buffer.from('The quick brown fox jumps over the lazy dog');
    for (const cut of [0, 1, 7, 8, 9, 20, data.length]) {
      assert.equal(crc32c(data.subarray(cut), crc32c(data.subarray(0, cut))), 0x22620404);
    }
  });

  test("masking is LevelDB's: of the checksum of 'foo'", () => {
    const crc = crc32c(Buffer.from('foo'));
    assert.equal(maskedCrc32c(Buffer.from('foo')), (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
    assert.notEqual(maskedCrc32c(Buffer.from('foo')), crc);
  });
});
