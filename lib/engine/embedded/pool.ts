import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { address, kernelsOn, workspace } from './memory.ts';

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
type Forward = { inputs: { x: tf.TensorInfo }; backend: BackendWasm; attrs: Attributes };

/** The largest of each window of a volume. tfjs WASM's own gives 1e-38 where all of them are negative. */
export function maxPool3D({ inputs: { x }, backend, attrs }: Forward): tf.TensorInfo {
  const sizes = geometry(x.shape, attrs);
  const [images, channels] = [x.shape[0]!, x.shape.at(-1)!];
  const out = backend.makeOutput([images, ...sizes.slice(-3), channels], 'float32');
  const places = workspace(backend, 4 * tf.util.sizeFromShape(out.shape));
  kernelsOn(backend).maxPool(address(backend, x), ...sizes, address(backend, out), places);
  return out;
}

/**
 * The gradients of max and average pooling, of images and of volumes. tfjs WASM's own are wrong: of max pooling where the
 * stride is not the window, of average pooling where windows reach over the edge.
 */
export function maxPoolGradient({ inputs: { dy, input }, backend, attrs }: Arguments): tf.TensorInfo {
  const out = backend.makeOutput(input.shape, 'float32');
  const outSize = tf.util.sizeFromShape(dy.shape);
  const largest = workspace(backend, 2 * 4 * outSize);
  const places = largest + 4 * outSize;
  const [x, gradient, to] = [input, dy, out].map((tensor) => address(backend, tensor)) as [number, number, number];
  const [images] = input.shape as [number];
  const kernels = kernelsOn(backend);
  kernels.maxPool(x, ...geometry(input.shape, attrs), largest, places);
  kernels.maxPoolGradient(gradient, places, images, outSize / images, to, tf.util.sizeFromShape(input.shape) / images);
  return out;
}

export function averagePoolGradient({ inputs: { dy, input }, backend, attrs }: Arguments): tf.TensorInfo {
  const out = backend.makeOutput(input.shape, 'float32');
  const places = [dy, out].map((tensor) => address(backend, tensor));
  kernelsOn(backend).averagePoolGradient(...places, ...geometry(input.shape, attrs));
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
