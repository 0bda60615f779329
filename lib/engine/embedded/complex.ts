import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Inputs } from '../on-cpu.ts';
import { type Arguments, type Kernel, plain, tensorsOf } from './plain.ts';

/** What the same kernel does to real and imaginary parts by themselves. */
const LINEAR = new Set([
  ...['Add', 'Sub', 'Neg', 'Sum', 'Mean', 'Cumsum'],
  ...['Concat', 'GatherNd', 'GatherV2', 'Pack', 'PadV2', 'Reverse', 'Slice', 'SplitV'],
  ...['StridedSlice', 'Tile', 'Transpose', 'Unpack'],
]);
/** These look at no number. */
const ANY = new Set(['ExpandDims', 'Identity', 'Reshape']);
/** tfjs WASM's own read strings. */
const STRINGS = new Set([
  ...['Concat', 'Pack', 'Slice', 'SplitV', 'Unpack'],
  ...['StringNGrams', 'StringSplit', 'StringToHashBucketFast'],
]);

/**
 * tfjs WASM reads complex numbers and strings as if they were numbers: garbage, or the end of the whole program. Complex numbers go
 * part by part where that is the same; the rest goes to tfjs's plain kernels, which say so where they do not know them either.
 */
export function guarded(kernelName: string, original: Kernel): Kernel {
  if (ANY.has(kernelName) || !tf.getKernel(kernelName, 'cpu')) return original;
  const elsewhere = plain(kernelName);
  return (args) => {
    const dtypes = tensorsOf(args.inputs).map(({ dtype }) => dtype);
    if (dtypes.includes('complex64')) {
      if (LINEAR.has(kernelName)) return byParts(original, args);
      return kernelName === 'Multiply' ? product(original, args) : elsewhere(args);
    }
    return dtypes.includes('string') && !STRINGS.has(kernelName) ? elsewhere(args) : original(args);
  };
}

function byParts(kernel: Kernel, args: Arguments): tf.TensorInfo | tf.TensorInfo[] {
  const { backend } = args;
  const [real, imag] = ['Real', 'Imag'].map((name) => {
    const made: tf.TensorInfo[] = [];
    const part = (tensor: tf.TensorInfo): tf.TensorInfo => {
      if (tensor?.dtype !== 'complex64') return tensor;
      made.push(run(name, { input: tensor }, backend));
      return made.at(-1) as tf.TensorInfo;
    };
    const parts = (given: tf.TensorInfo | tf.TensorInfo[]) => (Array.isArray(given) ? given.map(part) : part(given));
    const inputs = Array.isArray(args.inputs)
      ? args.inputs.map(part)
      : Object.fromEntries(Object.entries(args.inputs).map(([input, given]) => [input, parts(given)]));
    const result = kernel({ ...args, inputs: inputs as Inputs });
    dispose(backend, made);
    return result;
  });
  if (!Array.isArray(real)) return joined(backend, real as tf.TensorInfo, imag as tf.TensorInfo);
  return real.map((one, i) => joined(backend, one, (imag as tf.TensorInfo[])[i] as tf.TensorInfo));
}

/** (a + bi) (c + di) = ac − bd + (ad + bc) i */
function product(multiply: Kernel, args: Arguments): tf.TensorInfo {
  const { backend } = args;
  const { a: first, b: second } = args.inputs as { a: tf.TensorInfo; b: tf.TensorInfo };
  const [a, c] = [first, second].map((input) => run('Real', { input }, backend)) as [tf.TensorInfo, tf.TensorInfo];
  const [b, d] = [first, second].map((input) => run('Imag', { input }, backend)) as [tf.TensorInfo, tf.TensorInfo];
  const times = (x: tf.TensorInfo, y: tf.TensorInfo) => multiply({ ...args, inputs: { a: x, b: y } }) as tf.TensorInfo;
  const [ac, bd, ad, bc] = [times(a, c), times(b, d), times(a, d), times(b, c)];
  const [real, imag] = [run('Sub', { a: ac, b: bd }, backend), run('Add', { a: ad, b: bc }, backend)];
  dispose(backend, [a, b, c, d, ac, bd, ad, bc]);
  return joined(backend, real, imag);
}

function joined(backend: BackendWasm, real: tf.TensorInfo, imag: tf.TensorInfo): tf.TensorInfo {
  const result = run('Complex', { real, imag }, backend);
  dispose(backend, [real, imag]);
  return result;
}

function run(name: string, inputs: tf.NamedTensorInfoMap, backend: BackendWasm): tf.TensorInfo {
  return tf.getKernel(name, 'wasm').kernelFunc({ inputs, backend, attrs: {} }) as tf.TensorInfo;
}

function dispose(backend: BackendWasm, tensors: tf.TensorInfo[]): void {
  for (const { dataId } of tensors) backend.disposeData(dataId);
}

/**
 * tfjs WASM copies 8 bytes for each complex number out of its memory, and then does not know what they are. For all its backends:
 * whoever calls `tf.engine().reset()`, as tfjs's own tests do, gets a new one.
 */
export function readComplex(): void {
  const all = Object.getPrototypeOf(tf.backend()) as BackendWasm;
  const { readSync } = all;
  all.readSync = function (this: BackendWasm, dataId, start, end) {
    const { dtype, shape } = this.dataIdMap.get(dataId);
    if (dtype !== 'complex64') return readSync.call(this, dataId, start, end);
    const [from, to] = [start || 0, end || tf.util.sizeFromShape(shape)];
    const parts = this.typedArrayFromHeap({ dataId, shape: [...shape, 2], dtype: 'float32' });
    return parts.slice(2 * from, 2 * to);
  };
}
