import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { address, floats, kernelsOn, workspace } from './memory.ts';
import { accumulate, seenBy } from './window.ts';

type Attributes = {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
  filterShape: [number, number, number, number];
};

/** The gradient of a 2D convolution with respect to its filter; tfjs WASM has none, so that nothing with a convolution would train. */
export function conv2DBackpropFilter(args: {
  inputs: { x: tf.TensorInfo; dy: tf.TensorInfo };
  backend: BackendWasm;
  attrs: Attributes;
}): tf.TensorInfo {
  const { x, dy } = args.inputs;
  const { strides, pad, dimRoundingMode, filterShape } = args.attrs;
  const xShape = x.shape as [number, number, number, number];
  const conv = tf.backend_util.computeConv2DInfo(xShape, filterShape, strides, 1, pad, dimRoundingMode);
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, filterHeight, filterWidth } = conv;
  const { strideHeight, strideWidth, padInfo } = conv;
  const { height, width, padded } = seenBy(conv);
  const kernels = kernelsOn(args.backend);
  const larger = padded ? workspace(args.backend, height * width * inChannels * 4) : 0;
  const out = args.backend.makeOutput(filterShape, 'float32');
  const [from, dyAt, to] = [address(args.backend, x), address(args.backend, dy), address(args.backend, out)];
  floats(args.backend, to, tf.util.sizeFromShape(filterShape)).fill(0);
  for (let n = 0; n < conv.batchSize; n++) {
    const original = from + n * inHeight * inWidth * inChannels * 4;
    if (padded) kernels.pad(original, inHeight, inWidth, inChannels, larger, padInfo.top, padInfo.left, height, width);
    kernels.filterGradient(
      ...[padded ? larger : original, width, inChannels],
      ...[to, filterHeight, filterWidth, strideHeight, strideWidth],
      ...[dyAt + n * outHeight * outWidth * outChannels * 4, outHeight, outWidth, outChannels],
      accumulate,
    );
  }
  return out;
}
