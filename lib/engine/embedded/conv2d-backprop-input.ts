import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { address, floats, kernelsOn, workspace } from './memory.ts';
import { seenBy } from './window.ts';

type Arguments = {
  inputs: { dy: tf.TensorInfo; filter: tf.TensorInfo };
  backend: BackendWasm;
  attrs: {
    strides: [number, number] | number;
    pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
    dimRoundingMode?: 'floor' | 'round' | 'ceil';
    inputShape: [number, number, number, number];
  };
};

/** The gradient of a 2D convolution with respect to its input, which is also the transposed convolution; as matrix products. */
export function conv2DBackpropInput({ inputs, backend, attrs }: Arguments): tf.TensorInfo {
  const { dy, filter } = inputs;
  const filterShape = filter.shape as [number, number, number, number];
  const conv = tf.backend_util.computeConv2DInfo(
    attrs.inputShape,
    filterShape,
    attrs.strides,
    1,
    attrs.pad,
    attrs.dimRoundingMode,
  );
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels, padInfo } = conv;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = conv;
  const { height, width, padded } = seenBy(conv);
  const kernels = kernelsOn(backend);
  const rowLength = filterWidth * inChannels;
  const seenSize = height * width * inChannels;
  const sizes = [filterHeight * rowLength * outChannels, outHeight * outWidth * rowLength, padded ? seenSize : 0];
  const bytes = [...sizes.map((size) => size * 4 + 32), kernels.matmulScratch()];
  const start = workspace(
    backend,
    bytes.reduce((sum, size) => sum + size, 0),
  );
  const places = bytes.map((_, i) => start + bytes.slice(0, i).reduce((sum, size) => sum + size, 0));
  const [turned, products, larger, scratch] = places as [number, number, number, number];
  const out = backend.makeOutput(attrs.inputShape, 'float32');
  const [from, to, filterAt] = [address(backend, dy), address(backend, out), address(backend, filter)];
  for (let row = 0; row < filterHeight; row++) {
    const offset = row * rowLength * outChannels * 4;
    kernels.transpose(filterAt + offset, rowLength, outChannels, turned + offset);
  }
  for (let n = 0; n < conv.batchSize; n++) {
    const image = to + n * inHeight * inWidth * inChannels * 4;
    const gradient = padded ? larger : image;
    floats(backend, gradient, seenSize).fill(0);
    const dyAt = from + n * outHeight * outWidth * outChannels * 4;
    const shape = [outHeight, outWidth, outChannels] as const;
    const geometry = [filterHeight, filterWidth, strideHeight, strideWidth] as const;
    kernels.inputGradient(dyAt, ...shape, turned, ...geometry, gradient, width, inChannels, products, scratch);
    if (padded) kernels.crop(image, inHeight, inWidth, inChannels, gradient, padInfo.top, padInfo.left, width);
  }
  return out;
}
