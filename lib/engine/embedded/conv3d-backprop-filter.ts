import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { convolution, type Shape5 } from './conv3d.ts';
import { address, floats, kernelsOn, workspace } from './memory.ts';
import { accumulate } from './window.ts';

/** The gradient of a 3D convolution with respect to its filter, slice by slice as in two dimensions; tfjs WASM's own is wrong with strides. */
export function conv3DBackpropFilter(args: {
  inputs: { x: tf.TensorInfo; dy: tf.TensorInfo };
  backend: BackendWasm;
  attrs: { strides: [number, number, number] | number; pad: 'valid' | 'same'; filterShape: Shape5 };
}): tf.TensorInfo {
  const { inputs, backend, attrs } = args;
  const conv = convolution(inputs.x.shape, attrs.filterShape, attrs);
  const { inDepth, inHeight, inWidth, inChannels, outDepth, outHeight, outWidth, outChannels } = conv;
  const { filterDepth, filterHeight, filterWidth, strideHeight, strideWidth, top, left, height, width } = conv;
  const kernels = kernelsOn(backend);
  const larger = workspace(backend, height * width * inChannels * 4);
  const out = backend.makeOutput(attrs.filterShape, 'float32');
  const [from, dyAt, to] = [address(backend, inputs.x), address(backend, inputs.dy), address(backend, out)];
  floats(backend, to, tf.util.sizeFromShape(attrs.filterShape)).fill(0);
  const pixels = inHeight * inWidth * inChannels * 4;
  for (let n = 0; n < conv.batchSize; n++) {
    for (let z = 0; z < inDepth; z++) {
      kernels.pad(from + (n * inDepth + z) * pixels, inHeight, inWidth, inChannels, larger, top, left, height, width);
      for (let fz = 0; fz < filterDepth; fz++) {
        const outZ = conv.seenFrom(z, fz);
        if (outZ === undefined) continue;
        kernels.filterGradient(
          ...[larger, width, inChannels],
          ...[to + fz * filterHeight * filterWidth * inChannels * outChannels * 4, filterHeight, filterWidth],
          ...[strideHeight, strideWidth],
          ...[dyAt + (n * outDepth + outZ) * outHeight * outWidth * outChannels * 4, outHeight, outWidth, outChannels],
          accumulate,
        );
      }
    }
  }
  return out;
}
