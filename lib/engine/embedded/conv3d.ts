import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { address, floats, kernelsOn, workspace } from './memory.ts';
import { accumulate } from './window.ts';

export type Shape5 = [number, number, number, number, number];
type Triple = [number, number, number] | number;
type Arguments = {
  inputs: { x: tf.TensorInfo; filter: tf.TensorInfo };
  backend: BackendWasm;
  attrs: { strides: Triple; pad: 'valid' | 'same'; dilations: Triple };
};

/** A 3D convolution as two-dimensional ones of slices. With dilation it stays tfjs's. */
export function conv3D(original: (args: Arguments) => tf.TensorInfo): (args: Arguments) => tf.TensorInfo {
  return (args) => {
    const { inputs, backend, attrs } = args;
    if ([attrs.dilations ?? 1].flat().some((rate) => rate !== 1)) return original(args);
    const conv = convolution(inputs.x.shape, inputs.filter.shape, attrs);
    const { inHeight, inWidth, inChannels, outDepth, outHeight, outWidth, outChannels } = conv;
    const { filterDepth, filterHeight, filterWidth, strideHeight, strideWidth, top, left, height, width } = conv;
    const kernels = kernelsOn(backend);
    const larger = workspace(backend, height * width * inChannels * 4);
    const out = backend.makeOutput(conv.outShape, 'float32');
    const places = [inputs.x, inputs.filter, out].map((tensor) => address(backend, tensor));
    const [from, filterAt, to] = places as [number, number, number];
    floats(backend, to, tf.util.sizeFromShape(conv.outShape)).fill(0);
    const image = inHeight * inWidth * inChannels * 4;
    const filterSlice = filterHeight * filterWidth * inChannels * outChannels * 4;
    for (let n = 0; n < conv.batchSize; n++) {
      for (let z = 0; z < conv.inDepth; z++) {
        const slice = from + (n * conv.inDepth + z) * image;
        kernels.pad(slice, inHeight, inWidth, inChannels, larger, top, left, height, width);
        for (let fz = 0; fz < filterDepth; fz++) {
          const outZ = conv.seenFrom(z, fz);
          if (outZ === undefined) continue;
          kernels.convolve(
            ...[larger, width, inChannels, filterAt + fz * filterSlice],
            ...[filterHeight, filterWidth, strideHeight, strideWidth],
            ...[to + (n * outDepth + outZ) * outHeight * outWidth * outChannels * 4, outHeight, outWidth, outChannels],
            ...[0, accumulate],
          );
        }
      }
    }
    return out;
  };
}

/** Its geometry. tfjs's padding is negative where the stride is larger than the filter; TensorFlow's, and ours, is none. */
export function convolution(x: number[], filter: number[], attrs: { strides: Triple; pad: 'valid' | 'same' }) {
  const conv = tf.backend_util.computeConv3DInfo(x as Shape5, filter as Shape5, attrs.strides, 1, attrs.pad);
  const [front, top, left] = (['front', 'top', 'left'] as const).map((side) => Math.max(0, conv.padInfo[side])) as [
    number,
    number,
    number,
  ];
  return {
    ...conv,
    front,
    top,
    left,
    // The volume as the filter sees it: with its padding, and never less than the last window reaches.
    depth: Math.max(conv.inDepth + front, (conv.outDepth - 1) * conv.strideDepth + conv.filterDepth),
    height: Math.max(conv.inHeight + top, (conv.outHeight - 1) * conv.strideHeight + conv.filterHeight),
    width: Math.max(conv.inWidth + left, (conv.outWidth - 1) * conv.strideWidth + conv.filterWidth),
    /** The slice of the output that sees a slice of the input through one part of the filter. */
    seenFrom(z: number, fz: number): number | undefined {
      const outZ = (z + front - fz) / conv.strideDepth;
      return Number.isInteger(outZ) && outZ >= 0 && outZ < conv.outDepth ? outZ : undefined;
    },
  };
}
