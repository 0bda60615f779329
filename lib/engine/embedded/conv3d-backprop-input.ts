import type * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { convolution, type Shape5 } from './conv3d.ts';
import { address, floats, kernelsOn, workspace } from './memory.ts';

/**
 * The gradient of a 3D convolution with respect to its input, which is also the transposed convolution: slice by slice, as
 * in two dimensions. tfjs WASM's own gives wrong numbers.
 */
export function conv3DBackpropInput(args: {
  inputs: { dy: tf.TensorInfo; filter: tf.TensorInfo };
  backend: BackendWasm;
  attrs: { strides: [number, number, number] | number; pad: 'valid' | 'same'; inputShape: Shape5 };
}): tf.TensorInfo {
  const { inputs, backend, attrs } = args;
  const { dy, filter } = inputs;
  const conv = convolution(attrs.inputShape, filter.shape, attrs);
  const { inDepth, inHeight, inWidth, inChannels, outDepth, outHeight, outWidth, outChannels } = conv;
  const { filterDepth, filterHeight, filterWidth, strideDepth, strideHeight, strideWidth } = conv;
  const { front, top, left, depth, height, width } = conv;
  const kernels = kernelsOn(backend);
  const rowLength = filterWidth * inChannels;
  const rowSize = rowLength * outChannels;
  const sizes = [filterDepth * filterHeight * rowSize, outHeight * outWidth * rowLength];
  const slice = height * width * inChannels;
  const bytes = [...[...sizes, depth * slice].map((size) => size * 4 + 32), kernels.matmulScratch()];
  let end = workspace(
    backend,
    bytes.reduce((sum, size) => sum + size, 0),
  );
  const [turned, products, seen, scratch] = bytes.map((size) => {
    end += size;
    return end - size;
  }) as [number, number, number, number];
  const out = backend.makeOutput(attrs.inputShape, 'float32');
  const [from, to, filterAt] = [address(backend, dy), address(backend, out), address(backend, filter)];
  for (let row = 0; row < filterDepth * filterHeight; row++) {
    kernels.transpose(filterAt + row * rowSize * 4, rowLength, outChannels, turned + row * rowSize * 4);
  }
  for (let n = 0; n < conv.batchSize; n++) {
    floats(backend, seen, depth * slice).fill(0);
    for (let z = 0; z < outDepth; z++) {
      const dyAt = from + (n * outDepth + z) * outHeight * outWidth * outChannels * 4;
      for (let fz = 0; fz < filterDepth; fz++) {
        kernels.inputGradient(
          ...[dyAt, outHeight, outWidth, outChannels],
          ...[turned + fz * filterHeight * rowSize * 4, filterHeight, filterWidth, strideHeight, strideWidth],
          ...[seen + (z * strideDepth + fz) * slice * 4, width, inChannels, products, scratch],
        );
      }
    }
    for (let z = 0; z < inDepth; z++) {
      const image = to + (n * inDepth + z) * inHeight * inWidth * inChannels * 4;
      const larger = seen + (front + z) * slice * 4;
      kernels.crop(image, inHeight, inWidth, inChannels, larger, top, left, width);
    }
  }
  return out;
}
