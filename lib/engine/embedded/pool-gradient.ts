import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { address, kernelsOn } from './memory.ts';

type Attributes = {
  filterSize: number | number[];
  strides: number | number[];
  pad: 'valid' | 'same' | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
};
type Arguments = {
  inputs: { dy: tf.TensorInfo; input: tf.TensorInfo };
  backend: BackendWasm;
  attrs: Attributes;
};

/**
 * The gradients of max and average pooling, of images and of volumes. tfjs WASM's own are wrong: of max pooling where the
 * stride is not the window, of average pooling where windows reach over the edge.
 */
export function maxPoolGradient({ inputs: { dy, input }, backend, attrs }: Arguments): tf.TensorInfo {
  const out = backend.makeOutput(input.shape, 'float32');
  const places = [input, dy, out].map((tensor) => address(backend, tensor));
  kernelsOn(backend).maxPoolBack(...places, ...geometry(input.shape, attrs));
  return out;
}

export function averagePoolGradient({ inputs: { dy, input }, backend, attrs }: Arguments): tf.TensorInfo {
  const out = backend.makeOutput(input.shape, 'float32');
  const places = [dy, out].map((tensor) => address(backend, tensor));
  kernelsOn(backend).averagePoolBack(...places, ...geometry(input.shape, attrs));
  return out;
}

/** Images, sizes, windows, strides, padding and sizes of the output, as the kernels take them; an image has depth 1. */
function geometry(shape: number[], { filterSize, strides, pad, dimRoundingMode }: Attributes): number[] {
  if (shape.length === 4) {
    const sizes = [filterSize, strides] as [number, number];
    const pool = tf.backend_util.computePool2DInfo(shape as Shape4, ...sizes, 1, pad, dimRoundingMode);
    const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo, outHeight, outWidth } = pool;
    const [images, height, width, channels] = shape as Shape4;
    return [
      ...[images, 1, height, width, channels, 1, filterHeight, filterWidth, 1, strideHeight, strideWidth],
      ...[0, padInfo.top, padInfo.left, 1, outHeight, outWidth],
    ];
  }
  const sizes = [filterSize, strides] as [number, number];
  const pool = tf.backend_util.computePool3DInfo(shape as Shape5, ...sizes, 1, pad, dimRoundingMode);
  const { filterDepth, filterHeight, filterWidth, strideDepth, strideHeight, strideWidth, padInfo } = pool;
  return [
    ...shape,
    ...[filterDepth, filterHeight, filterWidth, strideDepth, strideHeight, strideWidth],
    // As the forward pass of tfjs, which begins outside where the stride is larger than the window.
    ...[padInfo.front, padInfo.top, padInfo.left, pool.outDepth, pool.outHeight, pool.outWidth],
  ];
}

type Shape4 = [number, number, number, number];
type Shape5 = [number, number, number, number, number];
