import { readFileSync } from 'node:fs';
import type * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/** Our kernels (assembly/index.ts). Pointers are byte addresses in the memory that they run on. */
export type Kernels = Record<
  | 'adam'
  | 'addTo'
  | 'averagePoolGradient'
  | 'batchMoments'
  | 'batchNormalize'
  | 'batchNormBack'
  | 'columnSums'
  | 'convolve'
  | 'correctCount'
  | 'crop'
  | 'crossEntropy'
  | 'descend'
  | 'depthwiseFilterGradient'
  | 'depthwiseInputGradient'
  | 'filterGradient'
  | 'gather'
  | 'inputGradient'
  | 'maskedByRelu'
  | 'matmul'
  | 'matmulScratch'
  | 'maxPool'
  | 'maxPoolGradient'
  | 'momentum'
  | 'pad'
  | 'reluGradient'
  | 'rmsProp'
  | 'scaleRows'
  | 'softmaxGradient'
  | 'softmaxLoss'
  | 'transpose',
  (...values: number[]) => number
>;

/** What of tfjs's Emscripten module its types leave out. */
type Module = { asm: { memory: WebAssembly.Memory }; _malloc(bytes: number): number; _free(pointer: number): void };

/** Compiled once; each backend instance has a memory of its own and so an instance of its own. */
const compiled = new WebAssembly.Module(readFileSync(new URL('./kernels.wasm', import.meta.url)));
const instances = new WeakMap<BackendWasm, Kernels>();

/** Our kernels on this backend's memory. */
export function kernelsOn(backend: BackendWasm): Kernels {
  let kernels = instances.get(backend);
  if (!kernels) {
    const { memory } = moduleOf(backend).asm;
    kernels = new WebAssembly.Instance(compiled, { env: { memory } }).exports as Kernels;
    instances.set(backend, kernels);
  }
  return kernels;
}

/** Where the tensor's elements begin. */
export function address(backend: BackendWasm, { dataId }: tf.TensorInfo): number {
  return backend.dataIdMap.get(dataId).memoryOffset;
}

/** Memory outside any tensor; the caller frees it. */
export function allocate(backend: BackendWasm, bytes: number): number {
  const pointer = moduleOf(backend)._malloc(bytes) >>> 0;
  if (pointer === 0)
    throw new Error(
      `The embedded engine has no memory for ${bytes} more bytes; dispose of tensors (tf.memory() counts them).`,
    );
  return pointer;
}

export function free(backend: BackendWasm, pointer: number): void {
  moduleOf(backend)._free(pointer);
}

/** The memory as float32; valid until something is allocated. */
export function floats(backend: BackendWasm, pointer: number, length: number): Float32Array {
  return new Float32Array(moduleOf(backend).asm.memory.buffer, pointer, length);
}

/** The memory as int32; valid until something is allocated. */
export function integers(backend: BackendWasm, pointer: number, length: number): Int32Array {
  return new Int32Array(moduleOf(backend).asm.memory.buffer, pointer, length);
}

const workspaces = new WeakMap<BackendWasm, { pointer: number; bytes: number }>();

/** A piece of memory for the length of one kernel call; the next call uses it again. */
export function workspace(backend: BackendWasm, bytes: number): number {
  const current = workspaces.get(backend);
  if (current && current.bytes >= bytes) return current.pointer;
  if (current) free(backend, current.pointer);
  const pointer = allocate(backend, bytes);
  workspaces.set(backend, { pointer, bytes });
  return pointer;
}

function moduleOf(backend: BackendWasm): Module {
  return backend.wasm as unknown as Module;
}
