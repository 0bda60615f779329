import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import type { Inputs } from '../on-cpu.ts';
import type { Arguments, Kernel } from './plain.ts';

/** Complex numbers through a kernel that does the same to real and imaginary parts by themselves. */
export function byParts(kernel: Kernel, args: Arguments): tf.TensorInfo | tf.TensorInfo[] {
  const { backend } = args;
  const [real, imag] = ['Real', 'Imag'].map((name) => {
    // What a padding is filled with is a real number.
    const attrs = name === 'Imag' && args.attrs?.constantValue ? { ...args.attrs, constantValue: 0 } : args.attrs;
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
    const result = kernel({ ...args, attrs, inputs: inputs as Inputs });
    dispose(backend, made);
    return result;
  });
  if (!Array.isArray(real)) return joined(backend, real as tf.TensorInfo, imag as tf.TensorInfo);
  return real.map((one, i) => joined(backend, one, (imag as tf.TensorInfo[])[i] as tf.TensorInfo));
}

/** (a + bi) (c + di) = ac − bd + (ad + bc) i */
export function product(multiply: Kernel, args: Arguments): tf.TensorInfo {
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
