import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { type Activation, activate } from './activate.ts';
import { address, kernelsOn, workspace } from './memory.ts';
import { overwrite, relu, seenBy } from './window.ts';

type Attributes = Activation & {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dataFormat: 'NHWC' | 'NCHW';
  dilations: [number, number] | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
};

type Arguments = {
  inputs: { x: tf.TensorInfo; filter: tf.TensorInfo; bias?: tf.TensorInfo; preluActivationWeights?: tf.TensorInfo };
  backend: BackendWasm;
  attrs: Attributes;
};

/**
 * Convolution, with bias and activation where they come fused. tfjs WASM's own gives zeros, silently, for some filters of
 * height or width 1 with a stride and padding 'same', and is half as fast. What ours does not compute (dilation, NCHW) stays tfjs's.
 */
export function conv2D(original: (args: Arguments) => tf.TensorInfo): (args: Arguments) => tf.TensorInfo {
  return (args) => {
    const { x, filter, bias } = args.inputs;
    const { strides, pad, dilations, dataFormat, dimRoundingMode, activation = 'linear' } = args.attrs;
    const dilated = [dilations].flat().some((rate) => rate !== 1);
    if (dilated || dataFormat !== 'NHWC' || (bias && bias.shape.length !== 1)) return original(args);
    const shapes = [x.shape, filter.shape] as [Shape4, Shape4];
    const conv = tf.backend_util.computeConv2DInfo(...shapes, strides, 1, pad, dimRoundingMode);
    const out = convolve(args.backend, conv, { x, filter, bias }, activation === 'relu' ? relu : overwrite);
    return activation === 'linear' || activation === 'relu' ? out : activate(args, out);
  };
}

type Shape4 = [number, number, number, number];

function convolve(
  backend: BackendWasm,
  conv: tf.backend_util.Conv2DInfo,
  { x, filter, bias }: Arguments['inputs'],
  mode: number,
): tf.TensorInfo {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = conv;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = conv;
  const { height, width, padded } = seenBy(conv);
  const kernels = kernelsOn(backend);
  const larger = padded ? workspace(backend, height * width * inChannels * 4) : 0;
  const out = backend.makeOutput(conv.outShape, 'float32');
  const [from, to, filterAt] = [address(backend, x), address(backend, out), address(backend, filter)];
  const biasAt = bias ? address(backend, bias) : 0;
  const geometry = [filterHeight, filterWidth, strideHeight, strideWidth] as const;
  for (let n = 0; n < conv.batchSize; n++) {
    const image = from + n * inHeight * inWidth * inChannels * 4;
    if (padded) kernels.pad(image, inHeight, inWidth, inChannels, larger, padInfo.top, padInfo.left, height, width);
    const target = to + n * outHeight * outWidth * outChannels * 4;
    const shape = [outHeight, outWidth, outChannels] as const;
    kernels.convolve(padded ? larger : image, width, inChannels, filterAt, ...geometry, target, ...shape, biasAt, mode);
  }
  return out;
}
