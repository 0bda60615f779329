import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { MAX_PIXELS, type Picture } from './picture.ts';

type Turbo = {
  memory: WebAssembly.Memory;
  malloc(bytes: number): number;
  free(pointer: number): void;
  tjInitDecompress(): number;
  tjDecompressHeader3(turbo: number, from: number, bytes: number, ...places: number[]): number;
  tjDecompress2(turbo: number, from: number, bytes: number, to: number, ...rest: number[]): number;
  tjDestroy(turbo: number): number;
};

/** libjpeg-turbo's numbers for colour spaces and for the order of a pixel's bytes. */
const GREY_SPACE = 2;
const CMYK_SPACE = 3;
/** The quick cosine transform, which is TensorFlow's default. */
const FAST = 2048;
const ORDERS: Record<number, number> = { 1: 6, 3: 0, 4: 7 };

let compiled: WebAssembly.Module | undefined;
let turbo: Turbo | undefined;

/** By libjpeg-turbo, as TensorFlow does it. The package's own JavaScript gives no greys, and keeps what a broken file reserved. */
export function decodeJpeg(bytes: Uint8Array, wanted: number): Picture {
  turbo ??= start();
  try {
    return decode(turbo, bytes, wanted);
  } catch (error) {
    // Whatever it had reserved goes with it.
    turbo = undefined;
    throw error;
  }
}

function start(): Turbo {
  const { resolve } = createRequire(import.meta.url);
  compiled ??= new WebAssembly.Module(readFileSync(resolve('@cwasm/jpeg-turbo/jpeg-turbo.wasm')));
  const stop = () => {
    throw new Error('Invalid JPEG data');
  };
  const wasi = { environ_sizes_get: () => 0, environ_get: stop, proc_exit: stop };
  const imports = {
    // It leaves by longjmp when a file is broken.
    env: { setjmp: () => 0, longjmp: stop },
    wasi_snapshot_preview1: { ...wasi, fd_close: stop, fd_seek: stop, fd_write: stop },
  };
  return new WebAssembly.Instance(compiled, imports).exports as unknown as Turbo;
}

function decode(instance: Turbo, bytes: Uint8Array, wanted: number): Picture {
  const from = instance.malloc(bytes.length);
  new Uint8Array(instance.memory.buffer).set(bytes, from);
  const decoder = instance.tjInitDecompress();
  const header = instance.malloc(16);
  const places = [header, header + 4, header + 8, header + 12];
  if (instance.tjDecompressHeader3(decoder, from, bytes.length, ...places) !== 0) throw new Error('Invalid JPEG data');
  const [width, height, , space] = new Uint32Array(instance.memory.buffer, header, 4) as unknown as number[];
  if (width! * height! > MAX_PIXELS) throw new Error(`Image too large: ${width} x ${height}`);
  if (space! >= CMYK_SPACE) throw new Error('JPEG data in CMYK is not supported');
  const channels = wanted || (space === GREY_SPACE ? 1 : 3);
  const order = ORDERS[channels];
  if (order === undefined) throw new Error(`channels must be 0, 1, 3 or 4, got ${channels}`);
  const size = width! * height! * channels;
  const to = instance.malloc(size);
  const geometry = [width!, width! * channels, height!, order, FAST];
  if (instance.tjDecompress2(decoder, from, bytes.length, to, ...geometry) !== 0) throw new Error('Invalid JPEG data');
  const data = new Uint8Array(instance.memory.buffer, to, size).slice();
  instance.tjDestroy(decoder);
  for (const pointer of [from, header, to]) instance.free(pointer);
  return { height: height!, width: width!, channels, data };
}
