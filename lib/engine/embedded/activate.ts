import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

export type Activation = {
  activation?: 'linear' | 'relu' | 'relu6' | 'sigmoid' | 'elu' | 'leakyrelu' | 'prelu';
  leakyreluAlpha?: number;
};

type Arguments = { inputs: { preluActivationWeights?: tf.TensorInfo }; backend: BackendWasm; attrs: Activation };

/** x through an activation that is a kernel of its own; x itself is given up. */
export function activate({ inputs, backend, attrs }: Arguments, x: tf.TensorInfo): tf.TensorInfo {
  const kernelName = { relu6: 'Relu6', sigmoid: 'Sigmoid', elu: 'Elu', leakyrelu: 'LeakyRelu', prelu: 'Prelu' }[
    attrs.activation as 'relu6'
  ];
  const kernel = kernelName && tf.getKernel(kernelName, 'wasm');
  if (!kernel) throw new Error(`The embedded engine has no activation ${attrs.activation}.`);
  const alpha = inputs.preluActivationWeights;
  const result = kernel.kernelFunc({
    inputs: alpha ? { x, alpha } : kernelName === 'Prelu' ? {} : { x },
    backend,
    attrs: { alpha: attrs.leakyreluAlpha ?? 0.2 },
  }) as tf.TensorInfo;
  backend.disposeData(x.dataId);
  return result;
}
