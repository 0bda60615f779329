import { boolAttr, floatAttr, intsAttr, textAttr } from '../attr.ts';
import type { Attrs, Value } from '../device.ts';
import { hostValue, needKernel, onHost, release, reshaped, retain } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType } from '../value.ts';
import { BINARY } from './binary.ts';
import type { Env, Kernel, OpRow } from './op.ts';
import { refuse, row, shapeText } from './op.ts';

/** Convolutions, pooling, normalisation: float work, on the device. Fusions (fuse.ts) add a bias input and an activation. */
export const NN: Record<string, OpRow> = {
  Conv2D: row((node) => conv2d(node, 'FusedConv2D')),
  DepthwiseConv2dNative: row((node) => conv2d(node, 'FusedDepthwiseConv2D')),
  Conv2DBackpropInput: row((node) => conv2dTranspose(node)),
  MaxPool: row((node) => pool(node, 'MaxPool')),
  AvgPool: row((node) => pool(node, 'AvgPool')),
  BiasAdd: row((node, env) => biasAdd(node, env)),
  Softmax: row((node) => softmax(node)),
  LogSoftmax: row(
    () =>
      ([x]) =>
        logSoftmax(x as Value),
  ),
  FusedBatchNorm: row((node) => batchNorm(node)),
  FusedBatchNormV2: row((node) => batchNorm(node)),
  FusedBatchNormV3: row((node) => batchNorm(node)),
  ResizeBilinear: row((node) => resize(node, 'ResizeBilinear')),
  ResizeNearestNeighbor: row((node) => resize(node, 'ResizeNearestNeighbor')),
};

function conv2d(node: FlatNode, name: string): Kernel {
  const call = needKernel(name);
  const [strides, dilations] = [spatial(node, 'strides'), spatial(node, 'dilations')];
  const activation = node.activation ?? 'linear';
  const attrs: Attrs = {
    strides,
    dilations,
    pad: padding(node),
    dataFormat: 'NHWC',
    activation,
    leakyreluAlpha: leak(node),
  };
  const depthwise = name === 'FusedDepthwiseConv2D';
  return ([x, filter, bias]) => {
    checkConv(node, x as Value, filter as Value, depthwise);
    const groups = depthwise ? 1 : (x as Value).shape[3]! / (filter as Value).shape[2]!;
    if (groups > 1)
      return inGroups(groups, x as Value, filter as Value, bias, (a, b, c) =>
        call({ x: a, filter: b, bias: c }, attrs),
      );
    return call({ x, filter, bias }, attrs);
  };
}

/** Each part of the channels with its part of the filters. */
function inGroups(
  groups: number,
  x: Value,
  filter: Value,
  bias: Value | undefined,
  conv: (x: Value, filter: Value, bias: Value | undefined) => Value,
): Value {
  const parts = [x, filter, bias].map((value) => value && cut(value, groups));
  const outputs = Array.from({ length: groups }, (_, i) => {
    const [a, b, c] = parts.map((part) => part?.[i]);
    return conv(a as Value, b as Value, c);
  });
  const out = needKernel('Concat')(outputs as never, { axis: 3 });
  for (const value of [...outputs, ...parts.flatMap((part) => part ?? [])]) release(value);
  return out;
}

function cut(x: Value, count: number): Value[] {
  const call = needKernel('Slice');
  const size = x.shape.with(-1, (x.shape.at(-1) as number) / count);
  const begin = (i: number) =>
    x.shape.map((_, axis) => (axis === x.shape.length - 1 ? i * (size.at(-1) as number) : 0));
  return Array.from({ length: count }, (_, i) => call({ x }, { begin: begin(i), size }));
}

/** The texts are TensorFlow's: a client sees them as the server's answer. */
function checkConv(node: FlatNode, x: Value, filter: Value, depthwise: boolean): void {
  const text = depthwise ? 'input' : 'convolution input';
  if (x.shape.length !== 4) throw refuse(node, `${text} must be 4-dimensional: ${shapeText(x.shape)}`);
  if (filter.shape.length !== 4) throw refuse(node, `filter must be 4-dimensional: ${shapeText(filter.shape)}`);
  if (x.dtype !== 'float32') throw refuse(node, `${node.op} is not supported for ${x.dtype}`);
  const [depth, wanted] = [x.shape[3] as number, filter.shape[2] as number];
  const even =
    depth === wanted || (!depthwise && depth % wanted === 0 && (filter.shape[3] as number) % (depth / wanted) === 0);
  if (!even) {
    const words = depthwise
      ? 'input and filter must have the same depth'
      : 'input depth must be evenly divisible by filter depth';
    throw refuse(node, `${words}: ${depth} vs ${wanted}`);
  }
  for (const [axis, size] of [1, 2].map((i) => [i, x.shape[i] as number] as const)) {
    if (size === 0) throw refuse(node, `${node.op}: dimension ${axis} of the input is 0: ${shapeText(x.shape)}`);
    const kernel = filter.shape[axis - 1] as number;
    if (
      textAttr(node, 'padding', 'VALID') !== 'VALID' ||
      size >= (kernel - 1) * (spatial(node, 'dilations')[axis - 1] as number) + 1
    )
      continue;
    throw refuse(
      node,
      `Computed output size would be negative: ${size - kernel + 1} [input_size: ${size}, effective_filter_size: ${kernel}, stride: ${spatial(node, 'strides')[axis - 1]}]`,
    );
  }
}

function conv2dTranspose(node: FlatNode): Kernel {
  const call = needKernel('Conv2DBackpropInput');
  const attrs = { strides: spatial(node, 'strides'), pad: padding(node), dataFormat: 'NHWC' };
  return ([sizes, filter, dy]) => {
    const grad = dy as Value;
    if (grad.shape.length !== 4) throw refuse(node, `out_backprop must be 4-dimensional: ${shapeText(grad.shape)}`);
    const given = [...(onHost(sizes as Value) as Int32Array)];
    const inputShape =
      given.length === 2 ? [grad.shape[0] as number, ...given, (filter as Value).shape[2] as number] : given;
    return call({ dy, filter }, { ...attrs, inputShape });
  };
}

function pool(node: FlatNode, name: string): Kernel {
  const call = needKernel(name);
  const attrs = { filterSize: spatial(node, 'ksize'), strides: spatial(node, 'strides'), pad: padding(node) };
  return ([x]) => {
    if ((x as Value).shape.length !== 4)
      throw refuse(node, `tensor_in must be 4-dimensional: ${shapeText((x as Value).shape)}`);
    return call({ x }, attrs);
  };
}

/** Height and width of a per-dimension attribute; only the layout that TensorFlow itself computes on a CPU. */
function spatial(node: FlatNode, name: string): [number, number] {
  if (textAttr(node, 'data_format', 'NHWC') !== 'NHWC')
    throw refuse(node, `${node.op} only supports the NHWC tensor format`);
  const [, height = 1, width = 1] = intsAttr(node, name, [1, 1, 1, 1]);
  return [height, width];
}

function padding(node: FlatNode): unknown {
  const kind = textAttr(node, 'padding', 'VALID');
  if (kind !== 'EXPLICIT') return kind.toLowerCase();
  const pads = intsAttr(node, 'explicit_paddings', []);
  return [0, 2, 4, 6].map((i) => [pads[i] ?? 0, pads[i + 1] ?? 0]);
}

function leak(node: FlatNode): number {
  return floatAttr(node, 'leakyrelu_alpha', 0);
}

function biasAdd(node: FlatNode, env: Env): Kernel {
  const add = needKernel('Add');
  const addOthers = (BINARY.AddV2 as OpRow).make(node, env);
  const channelsFirst = textAttr(node, 'data_format', 'NHWC') === 'NCHW';
  return ([x, bias]) => {
    const [value, vector] = [x as Value, bias as Value];
    const axis = channelsFirst ? 1 : value.shape.length - 1;
    if (value.shape.length < 2) throw refuse(node, `Input tensor must be at least 2D: ${shapeText(value.shape)}`);
    if (vector.shape.length !== 1 || vector.shape[0] !== value.shape[axis]) {
      throw refuse(
        node,
        `Must provide as many biases as the last dimension of the input tensor: ${shapeText(vector.shape)} vs. ${shapeText(value.shape)}`,
      );
    }
    const view = reshaped(
      vector,
      channelsFirst ? [vector.shape[0] as number, ...value.shape.slice(2).map(() => 1)] : vector.shape,
    );
    const out = value.dtype === 'float32' ? add({ a: value, b: view }, {}) : (addOthers([value, view]) as Value);
    release(view);
    return out;
  };
}

function softmax(node: FlatNode): Kernel {
  const call = needKernel('Softmax');
  return ([x]) => {
    const logits = x as Value;
    if (logits.shape.length < 1) throw refuse(node, 'logits must have >= 1 dimension, got []');
    if (sizeOf(logits.shape) === 0) return hostValue(logits.dtype, logits.shape, newData('float32', 0));
    if (logits.dtype !== 'float32') return softmaxOnHost(logits);
    return call({ logits }, { dim: logits.shape.length - 1 });
  };
}

function softmaxOnHost(logits: Value): Value {
  const log = logSoftmax(logits);
  (log.data as Float32Array).forEach((x, i, all) => {
    all[i] = Math.exp(x);
  });
  return log;
}

function logSoftmax(logits: Value): Value {
  const from = onHost(logits) as Float32Array;
  const width = logits.shape.at(-1) ?? 1;
  const data = newData(logits.dtype as DType, from.length) as Float32Array;
  for (let row = 0; row < from.length; row += width) {
    const part = from.subarray(row, row + width);
    const max = part.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    const log = max + Math.log(part.reduce((sum, x) => sum + Math.exp(x - max), 0));
    for (let i = 0; i < width; i++) data[row + i] = part[i]! - log;
  }
  return hostValue(logits.dtype, logits.shape, data);
}

/** With the moments that it is given, or, in a graph of training, with those of the batch. */
function batchNorm(node: FlatNode): Kernel {
  const call = needKernel('FusedBatchNorm');
  const attrs = { varianceEpsilon: floatAttr(node, 'epsilon', 0.0001) };
  const training = boolAttr(node, 'is_training', true);
  const format = textAttr(node, 'data_format', 'NHWC');
  if (!format.endsWith('C')) throw refuse(node, `${node.op} only supports the NHWC tensor format`);
  /** Of pictures, or of volumes: only the channels matter. */
  const apply = (x: Value, rest: Record<string, Value | undefined>): Value => {
    const [first = 0, second = 1, ...others] = x.shape;
    const flat = reshaped(x, x.shape.length === 5 ? [first * second, ...others] : x.shape);
    const y = call({ x: flat, ...rest }, attrs);
    const out = reshaped(y, x.shape);
    release(flat);
    release(y);
    return out;
  };
  return ([x, scale, offset, mean, variance]) => {
    if ((x as Value).shape.length !== format.length)
      throw refuse(node, `input must be ${format.length}-dimensional: ${shapeText((x as Value).shape)}`);
    if (training) {
      const [own, spread, spreadOfAll] = moments(x as Value) as [Value, Value, Value];
      const y = apply(x as Value, { scale, offset, mean: own, variance: spread });
      return [y, own, spreadOfAll, retain(own), spread, retain(own)];
    }
    const y = apply(x as Value, { scale, offset, mean, variance });
    return [y, ...[mean, variance, mean, variance, mean].map((value) => retain(value as Value))];
  };
}

/** Of each channel: mean, variance, and what the variance says about everything that the batch was drawn from. */
function moments(x: Value): Value[] {
  const [from, channels] = [onHost(x) as Float32Array, x.shape.at(-1) as number];
  const count = from.length / channels;
  const [sums, squares] = [new Float64Array(channels), new Float64Array(channels)];
  for (const [i, value] of from.entries()) sums[i % channels]! += value / count;
  for (const [i, value] of from.entries()) squares[i % channels]! += (value - sums[i % channels]!) ** 2 / count;
  const unbiased = squares.map((value) => (value * count) / Math.max(count - 1, 1));
  return [sums, squares, unbiased].map((values) => hostValue('float32', [channels], Float32Array.from(values)));
}

function resize(node: FlatNode, name: string): Kernel {
  const call = needKernel(name);
  const flags = {
    alignCorners: boolAttr(node, 'align_corners', false),
    halfPixelCenters: boolAttr(node, 'half_pixel_centers', false),
  };
  return ([images, size]) => {
    if ((images as Value).shape.length !== 4)
      throw refuse(node, `input must be 4-dimensional${shapeText((images as Value).shape)}`);
    return call({ images }, { ...flags, size: [...(onHost(size as Value) as Int32Array)] });
  };
}
