import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { address, kernelsOn, workspace } from './memory.ts';

type Fused = {
  inputs: Record<'x' | 'mean' | 'variance', tf.TensorInfo> & { scale?: tf.TensorInfo; offset?: tf.TensorInfo };
  backend: BackendWasm;
  attrs: { varianceEpsilon: number };
};

/** With given moments, as a trained model predicts: one number for each channel. Anything else is left to tfjs's own. */
export function fusedBatchNorm(original: (args: Fused) => tf.TensorInfo): (args: Fused) => tf.TensorInfo {
  return (args) => {
    const { inputs, backend, attrs } = args;
    const { x, mean, variance, scale, offset } = inputs;
    const channels = x.shape.at(-1)!;
    const perChannel = [mean, variance, scale, offset].every(
      (one) => !one || tf.util.sizeFromShape(one.shape) === channels,
    );
    if (!perChannel || x.dtype !== 'float32') return original(args);
    const [rows, scratch] = sizes(backend, x);
    const y = backend.makeOutput(x.shape, 'float32');
    const places = [mean, variance, scale, offset].map((one) => (one ? address(backend, one) : 0));
    kernelsOn(backend).batchNormalize(
      ...[address(backend, x), rows, channels, ...places, attrs.varianceEpsilon, address(backend, y), scratch],
    );
    return y;
  };
}

type Training = {
  inputs: Record<'x' | 'gamma' | 'beta', tf.TensorInfo>;
  backend: BackendWasm;
  attrs: { epsilon: number };
};

/** With the moments of the batch, as a model is trained; gives y, mean and variance. */
export function batchNormTraining({ inputs, backend, attrs }: Training): tf.TensorInfo[] {
  const { x, gamma, beta } = inputs;
  const channels = x.shape.at(-1)!;
  const [rows, scratch] = sizes(backend, x);
  const y = backend.makeOutput(x.shape, 'float32');
  const [mean, variance] = [backend.makeOutput([channels], 'float32'), backend.makeOutput([channels], 'float32')];
  const at = (tensor: tf.TensorInfo) => address(backend, tensor);
  const kernels = kernelsOn(backend);
  kernels.batchMoments(at(x), rows, channels, at(mean), at(variance), scratch);
  kernels.batchNormalize(
    ...[at(x), rows, channels, at(mean), at(variance), at(gamma), at(beta), attrs.epsilon, at(y), scratch],
  );
  return [y, mean, variance];
}

type Gradient = {
  inputs: Record<'x' | 'dy' | 'gamma' | 'mean' | 'variance', tf.TensorInfo>;
  backend: BackendWasm;
  attrs: { epsilon: number };
};

/** Gives the gradients of x, gamma and beta. */
export function batchNormTrainingGradient({ inputs, backend, attrs }: Gradient): tf.TensorInfo[] {
  const { x, dy, gamma, mean, variance } = inputs;
  const channels = x.shape.at(-1)!;
  const [rows, scratch] = sizes(backend, x);
  const outs = [x.shape, [channels], [channels]].map((shape) => backend.makeOutput(shape, 'float32'));
  const at = (tensor: tf.TensorInfo) => address(backend, tensor);
  kernelsOn(backend).batchNormBack(
    ...[at(x), at(dy), rows, channels, at(mean), at(variance), at(gamma), attrs.epsilon, ...outs.map(at), scratch],
  );
  return outs;
}

/** Rows, and the kernels' scratch memory. */
function sizes(backend: BackendWasm, { shape }: tf.TensorInfo): [number, number] {
  const channels = shape.at(-1)!;
  return [tf.util.sizeFromShape(shape) / channels, workspace(backend, 3 * 4 * channels)];
}
