import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { address, kernelsOn } from './memory.ts';

type Shape4 = [number, number, number, number];
type Attributes = {
  strides: [number, number] | number;
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding;
  dilations: [number, number] | number;
  dimRoundingMode?: 'floor' | 'round' | 'ceil';
};
type Forward = {
  inputs: { x: tf.TensorInfo; filter: tf.TensorInfo };
  backend: BackendWasm;
  attrs: Attributes;
};

/**
 * tfjs WASM's own depthwise convolution, told the padding in numbers: with padding 'same' it gives zeros, silently, where the
 * stride is larger than the filter.
 */
export function depthwiseConv2D(original: (args: Forward) => tf.TensorInfo): (args: Forward) => tf.TensorInfo {
  return (args) => {
    const { x, filter } = args.inputs;
    if (args.attrs.pad !== 'same') return original(args);
    const { top, bottom, left, right } = info(x.shape, filter.shape, args.attrs).padInfo;
    const pad: tf.backend_util.ExplicitPadding = [
      [0, 0],
      [top, bottom],
      [left, right],
      [0, 0],
    ];
    return original({ ...args, attrs: { ...args.attrs, pad } });
  };
}

/** The gradient with respect to the input; tfjs WASM has none. */
export function depthwiseBackpropInput(args: {
  inputs: { dy: tf.TensorInfo; filter: tf.TensorInfo };
  backend: BackendWasm;
  attrs: Attributes & { inputShape: number[] };
}): tf.TensorInfo {
  const { inputs, backend, attrs } = args;
  const out = backend.makeOutput(attrs.inputShape, 'float32');
  const places = [inputs.dy, inputs.filter, out].map((tensor) => address(backend, tensor));
  kernelsOn(backend).depthwiseInputGradient(...places, ...geometry(attrs.inputShape, inputs.filter.shape, attrs));
  return out;
}

/** The gradient with respect to the filter; tfjs WASM has none. */
export function depthwiseBackpropFilter(args: {
  inputs: { x: tf.TensorInfo; dy: tf.TensorInfo };
  backend: BackendWasm;
  attrs: Attributes & { filterShape: number[] };
}): tf.TensorInfo {
  const { inputs, backend, attrs } = args;
  const out = backend.makeOutput(attrs.filterShape, 'float32');
  const places = [inputs.x, inputs.dy, out].map((tensor) => address(backend, tensor));
  kernelsOn(backend).depthwiseFilterGradient(...places, ...geometry(inputs.x.shape, attrs.filterShape, attrs));
  return out;
}

function info(x: number[], filter: number[], attrs: Attributes): tf.backend_util.Conv2DInfo {
  const { strides, dilations, pad, dimRoundingMode } = attrs;
  const shapes = [x, filter] as [Shape4, Shape4];
  return tf.backend_util.computeConv2DInfo(...shapes, strides, dilations ?? 1, pad, dimRoundingMode, true);
}

function geometry(x: number[], filter: number[], attrs: Attributes): number[] {
  const conv = info(x, filter, attrs);
  return [
    ...[...x, filter[3]!, conv.filterHeight, conv.filterWidth, conv.strideHeight, conv.strideWidth],
    ...[conv.dilationHeight, conv.dilationWidth, conv.padInfo.top, conv.padInfo.left, conv.outHeight, conv.outWidth],
  ];
}
