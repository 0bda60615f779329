import type * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { type Activation, activate } from './activate.ts';
import { multiply } from './batch-mat-mul.ts';
import { overwrite, relu } from './window.ts';

type Arguments = {
  inputs: { a: tf.TensorInfo; b: tf.TensorInfo; bias?: tf.TensorInfo; preluActivationWeights?: tf.TensorInfo };
  backend: BackendWasm;
  attrs: Activation & { transposeA: boolean; transposeB: boolean };
};

/**
 * A matrix product with bias and activation. tfjs WASM's own forgets the bias, silently, where a matrix is transposed; the
 * rest stays its own.
 */
export function fusedMatMul(original: (args: Arguments) => tf.TensorInfo): (args: Arguments) => tf.TensorInfo {
  return (args) => {
    const { inputs, backend, attrs } = args;
    const { transposeA, transposeB, activation = 'linear' } = attrs;
    if (!inputs.bias || !(transposeA || transposeB)) return original(args);
    const mode = activation === 'relu' ? relu : overwrite;
    const out = multiply(backend, inputs, { transposeA, transposeB, mode });
    return activation === 'linear' || activation === 'relu' ? out : activate(args, out);
  };
}

/** A dense layer of two matrices while it is trained (fused-layers.ts). */
export function fusedDense(args: Arguments): tf.TensorInfo {
  return multiply(args.backend, args.inputs, { mode: args.attrs.activation === 'relu' ? relu : overwrite });
}
