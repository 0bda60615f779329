import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { maskedCrc32c } from '../../../lib/saved-model/crc32c.ts';
import { unsnappy } from '../../../lib/saved-model/snappy.ts';
import { readTable, writeTable } from '../../../lib/saved-model/table.ts';

const entries = Array.from({ length: 40 }, (_, i) => ({
  key: Buffer.from(i === 0 ? '' : `vars/${String(i).padStart(3, '0')}/.ATTRIBUTES/VARIABLE_VALUE`),
  value: Buffer.from('x'.repeat(i * 7)),
}));
const text = (list: { key: Uint8Array; value: Uint8Array }[]) => list.map(({ key, value }) => [`${key}`, value.length]);

describe('LevelDB tables', () => {
  test('what is written is read again, across several restart points', () => {
    assert.deepEqual(text(readTable(writeTable(entries))), text(entries));
    assert.deepEqual(readTable(writeTable([])), []);
  });

  test('a block that Snappy compressed, as TensorFlow 1.14 wrote them, is read', () => {
    assert.deepEqual(text(readTable(snappyTable(entries))), text(entries));
  });

  test('a flipped bit anywhere is an error or changes nothing', () => {
    const good = writeTable(entries);
    for (let at = 0; at < good.length; at++) {
      const bad = Uint8Array.from(good);
      bad[at]! ^= 1 << (at % 8);
      let result: unknown;
      try {
        result = text(readTable(bad));
      } catch (error) {
        assert.equal((error as { code: string }).code, 'DATA_LOSS', `byte ${at}: ${error}`);
        continue;
      }
      assert.deepEqual(result, text(entries), `byte ${at}`);
    }
  });

  test('a table cut off anywhere is an error', () => {
    const good = writeTable(entries);
    for (let length = 0; length < good.length; length += 13)
      assert.throws(() => readTable(good.subarray(0, length)), { code: 'DATA_LOSS' });
  });
});

describe('Snappy', () => {
  test('literals, short and long copies, and copies that overlap themselves', () => {
    // Length 20: literal "abcd", copy 4 from 4 back (1-byte offset), copy 12 from 8 back (2-byte offset, overlapping).
    const block = Uint8Array.of(20, 3 << 2, ...Buffer.from('abcd'), 1 | (0 << 2), 4, 2 | (11 << 2), 8, 0);
    assert.equal(Buffer.from(unsnappy(block, 100)).toString(), 'abcdabcdabcdabcdabcd');
  });

  test('copies from before the start and blocks that claim too much are refused', () => {
    assert.throws(() => unsnappy(Uint8Array.of(4, 1, 9), 100), { code: 'DATA_LOSS' });
    assert.throws(() => unsnappy(Uint8Array.of(255, 255, 255, 255, 15, 0, 0), 100), { code: 'DATA_LOSS' });
  });
});

/** The same table with its data block as one Snappy literal, and the handles behind it moved. */
function snappyTable(list: typeof entries): Uint8Array {
  const raw = writeTable(list);
  const footer = raw.subarray(raw.length - 48);
  const [metaAt, metaSize, indexAt, indexSize] = varints(footer, 4) as [number, number, number, number];
  const data = raw.subarray(0, metaAt - 5);
  const packed = Buffer.concat([
    Uint8Array.from(varint(data.length)),
    Uint8Array.of(61 << 2, (data.length - 1) & 255, (data.length - 1) >> 8),
    data,
  ]);
  const block = sealed(packed, 1);
  const index = raw.subarray(indexAt, indexAt + indexSize);
  const [shared = 0, own = 0] = varints(index, 2);
  assert.equal(shared, 0);
  const key = index.subarray(3, 3 + own);
  const handle = Uint8Array.from([...varint(0), ...varint(packed.length)]);
  const newIndex = sealed(
    Buffer.concat([Uint8Array.of(0, own, handle.length), key, handle, Buffer.from([0, 0, 0, 0, 1, 0, 0, 0])]),
    0,
  );
  const meta = raw.subarray(metaAt, metaAt + metaSize + 5);
  const handles = [block.length, metaSize, block.length + meta.length, newIndex.length - 5].flatMap(varint);
  return Buffer.concat([
    block,
    meta,
    newIndex,
    Uint8Array.from(handles),
    new Uint8Array(40 - handles.length),
    footer.subarray(40),
  ]);
}

function sealed(block: Uint8Array, type: number): Uint8Array {
  const body = Buffer.concat([block, Uint8Array.of(type)]);
  const crc = Buffer.alloc(4);
  crc.writeUInt32LE(maskedCrc32c(body));
  return Buffer.concat([body, crc]);
}

function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
}

function varints(data: Uint8Array, count: number): number[] {
  const result: number[] = [];
  let at = 0;
  while (result.length < count) {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = data[at++]!;
      value |= (byte & 127) << shift;
      if (byte < 128) break;
    }
    result.push(value);
  }
  return result;
}
