import { readFileSync } from 'node:fs';

/** Nested lists of floats: their sizes by level, their values, and the offset after them. */
export type Floats = { dims: number[]; values: Float32Array; end: number };

/**
 * The float32 values of the JSON at `start`, as float-reader.ts reads them, by WebAssembly: five times as fast, because it has
 * 64-bit integers and checks no bounds. undefined where a reader in TypeScript should look: also for bodies so large that
 * this memory, which never shrinks, would grow too much.
 */
export function readFloatsFast(bytes: Buffer, start: number): Floats | undefined {
  const size = bytes.length - start;
  if (size > LARGEST) return undefined;
  // Every value takes two bytes or more, so twice the text's size holds them.
  const out = (TEXT + size + PADDING + 7) & ~7;
  const { memory, readFloats } = instance();
  const missing = out + 2 * size + 8 - memory.buffer.byteLength;
  if (missing > 0) memory.grow(Math.ceil(missing / 65536));
  const room = new Uint8Array(memory.buffer);
  room.set(start === 0 ? bytes : bytes.subarray(start), TEXT);
  room.fill(0, TEXT + size, TEXT + size + PADDING);
  const taken = readFloats(TEXT, out);
  if (taken < 0) return undefined;
  const found = new Int32Array(memory.buffer, FOUND, 2);
  const [rank, length] = [found[0] as number, found[1] as number];
  const dims = Array.from(new Int32Array(memory.buffer, FOUND + 8, rank));
  const values = new Float32Array(memory.buffer, out, length).slice();
  return { dims, values, end: start + taken };
}

/** Where assembly/index.ts writes what it found; its table of powers lies behind that, then comes the text. */
const FOUND = 1024;
const TEXT = 8192;
const PADDING = 16;
const LARGEST = 2 ** 24;

type Exports = { memory: WebAssembly.Memory; readFloats(text: number, out: number): number };
let exports: Exports | undefined;

function instance(): Exports {
  if (!exports) {
    const module = new WebAssembly.Module(readFileSync(new URL('./floats.wasm', import.meta.url)));
    exports = new WebAssembly.Instance(module).exports as unknown as Exports;
  }
  return exports;
}
