import { writeActivation } from './activation.ts';
import { sum, withBias } from './core.ts';
import type { Config, LayerContext, LayerRow } from './layer.ts';
import { CannotSave, expect, pair } from './layer.ts';
import { asRow, fromRow, reshape } from './shaping.ts';
import type { Attrs, FunctionWriter, Ref } from './writer.ts';
import { attr } from './writer.ts';

/** Convolutions and poolings. tfjs and TensorFlow lay their weights out alike. */
export const CONVOLUTION: Record<string, LayerRow> = {
  Conv2D: (context) => {
    const { writer, inputs, need } = context;
    return activated(
      context,
      writer.like('Conv2D', [inputs[0] as Ref, writer.read(need('kernel'))], convolution(context.config)),
    );
  },
  Conv1D: conv1d,
  DepthwiseConv2D: (context) => {
    const { writer, inputs, need } = context;
    return activated(
      context,
      depthwise(writer, inputs[0] as Ref, writer.read(need('depthwise_kernel')), context.config),
    );
  },
  SeparableConv2D: (context) => {
    const { writer, inputs, need } = context;
    const spread = depthwise(writer, inputs[0] as Ref, writer.read(need('depthwise_kernel')), context.config);
    const attrs = { strides: attr.ints([1, 1, 1, 1]), padding: attr.text('VALID') };
    return activated(context, writer.like('Conv2D', [spread, writer.read(need('pointwise_kernel'))], attrs));
  },
  Conv2DTranspose: (context) => transposed(context, 'Conv2DBackpropInput', convolution(context.config)),
  Conv3D: (context) => {
    const { writer, inputs, need, config } = context;
    const attrs = {
      strides: volume(config.strides, 1),
      padding: padding(config),
    };
    expect(config, 'dataFormat', 'channelsLast');
    const filter = withZeros(writer, writer.read(need('kernel')), triple(config.dilationRate, 1));
    return activated(context, writer.like('Conv3D', [inputs[0] as Ref, filter], attrs));
  },
  Conv3DTranspose: (context) => {
    expect(context.config, 'dataFormat', 'channelsLast');
    const attrs = { strides: volume(context.config.strides, 1), padding: padding(context.config) };
    return transposed(context, 'Conv3DBackpropInputV2', { Tshape: attr.type('int32'), ...attrs });
  },
  MaxPooling3D: (context) => pool3d(context, 'MaxPool3D'),
  AveragePooling3D: (context) => pool3d(context, 'AvgPool3D'),
  MaxPooling2D: (context) => pool2d(context, 'MaxPool'),
  AveragePooling2D: (context) => pool2d(context, 'AvgPool'),
  MaxPooling1D: (context) => pool1d(context, 'MaxPool'),
  AveragePooling1D: (context) => pool1d(context, 'AvgPool'),
  GlobalMaxPooling2D: (context) => global(context, 'Max', [1, 2]),
  GlobalAveragePooling2D: (context) => global(context, 'Mean', [1, 2]),
  GlobalMaxPooling1D: (context) => global(context, 'Max', [1]),
  GlobalAveragePooling1D: (context) => global(context, 'Mean', [1]),
};

function activated({ writer, config, weight }: LayerContext, x: Ref): Ref {
  return writeActivation(writer, config.activation, withBias(writer, x, weight('bias')));
}

export function convolution(config: Config): Attrs {
  expect(config, 'dataFormat', 'channelsLast');
  const [height, width] = pair(config.strides, 1);
  const [tall, wide] = pair(config.dilationRate, 1);
  return {
    strides: attr.ints([1, height, width, 1]),
    dilations: attr.ints([1, tall, wide, 1]),
    padding: padding(config),
  };
}

function padding(config: Config): Attrs[string] {
  const kind = String(config.padding ?? 'valid').toUpperCase();
  if (kind !== 'SAME' && kind !== 'VALID')
    throw new CannotSave(`its padding is "${config.padding}", only "same" and "valid" can be saved`);
  return attr.text(kind);
}

function depthwise(writer: FunctionWriter, x: Ref, kernel: Ref, config: Config): Ref {
  const strides = pair(config.strides, 1);
  const filter = withZeros(writer, kernel, pair(config.dilationRate, 1));
  const options = { ...config, dilationRate: 1 };
  if (strides[0] === strides[1]) return writer.like('DepthwiseConv2dNative', [x, filter], convolution(options));
  // TensorFlow's kernel takes one stride for both directions: here each place is computed, and those that count are kept.
  const padded = config.padding === 'same' ? paddedFor(writer, x, filter, strides) : x;
  const each = convolution({ ...options, strides: 1, padding: 'valid' });
  const all = writer.like('DepthwiseConv2dNative', [padded, filter], each);
  const range = [
    [0, 0, 0, 0],
    [0, 0, 0, 0],
    [1, ...strides, 1],
  ].map((numbers) => writer.ints(numbers));
  const whole = { begin_mask: attr.int(15), end_mask: attr.int(15) };
  return writer.like('StridedSlice', [all, ...range], { Index: attr.type('int32'), ...whole });
}

/** With the zeros around it that padding `same` stands for. */
function paddedFor(writer: FunctionWriter, x: Ref, filter: Ref, strides: [number, number]): Ref {
  const around = strides.flatMap((stride, i) => {
    const [size, length] = [x.shape[i + 1], filter.shape[i] as number];
    if (!size) throw new CannotSave('its strides differ, and the height and width of its input are not known');
    const missing = Math.max((Math.ceil(size / stride) - 1) * stride + length - size, 0);
    return [Math.floor(missing / 2), Math.ceil(missing / 2)];
  });
  const paddings = { dtype: 'int32', shape: [4, 2], data: Int32Array.of(0, 0, ...around, 0, 0) } as const;
  return writer.like('Pad', [x, writer.constant({ ...paddings, shape: [...paddings.shape] })], {
    Tpaddings: attr.type('int32'),
  });
}

/** A filter that is dilated by zeros between its elements: TensorFlow's depthwise and 3-D convolutions refuse dilations on a CPU. */
function withZeros(writer: FunctionWriter, kernel: Ref, rates: number[]): Ref {
  const index = { Index: attr.type('int32') };
  const product = (sizes: number[]) => sizes.reduce((all, size) => all * size, 1);
  // One axis after the other: TensorFlow pads no more than six axes.
  return rates.reduce((filter, rate, axis) => {
    if (rate === 1) return filter;
    const sizes = filter.shape as number[];
    const size = sizes[axis] as number;
    const [before, after] = [product(sizes.slice(0, axis)), product(sizes.slice(axis + 1))];
    const data = Int32Array.of(0, 0, 0, 0, 0, rate - 1, 0, 0);
    const zeros = writer.constant({ dtype: 'int32', shape: [4, 2], data }, 'Pad/paddings');
    const apart = reshape(writer, filter, [before, size, 1, after]);
    const padded = writer.like('Pad', [apart, zeros], { Tpaddings: attr.type('int32') });
    const joined = reshape(writer, padded, [before, size * rate, after]);
    const dilated = (size - 1) * rate + 1;
    const cut = writer.like('Slice', [joined, writer.ints([0, 0, 0]), writer.ints([before, dilated, after])], index);
    return reshape(writer, cut, sizes.with(axis, dilated));
  }, kernel);
}

/** As Keras does: a row of height one. */
function conv1d(context: LayerContext): Ref {
  const { writer, layer, config, inputs, need, outputShape } = context;
  // tfjs leaves the option out of this layer's configuration.
  const { dataFormat } = layer as unknown as Config;
  expect({ dataFormat }, 'dataFormat', 'channelsLast');
  const kernel = need('kernel');
  const row = asRow(writer, inputs[0] as Ref);
  const filter = reshape(writer, writer.read(kernel), [1, ...kernel.tensor.shape]);
  const [stride] = pair(config.strides, 1);
  const [dilation] = pair(config.dilationRate, 1);
  const attrs = convolution({ ...config, strides: [1, stride], dilationRate: [1, dilation] });
  const y = withBias(writer, writer.like('Conv2D', [row, filter], attrs), context.weight('bias'));
  return fromRow(writer, writeActivation(writer, config.activation, y), outputShape);
}

/** The gradient of a convolution; its output size must be told, with the batch of the moment. */
function transposed(context: LayerContext, op: string, options: Attrs): Ref {
  const { writer, inputs, need, outputShape } = context;
  const x = inputs[0] as Ref;
  const shape = writer.op('Shape', [x], { T: attr.type(x.dtype), out_type: attr.type('int32') }, { dtype: 'int32' });
  const batch = writer.like('Slice', [shape, writer.ints([0]), writer.ints([1])], { Index: attr.type('int32') });
  const attrs = { N: attr.int(2), Tidx: attr.type('int32') };
  const sizes = writer.like('ConcatV2', [batch, writer.ints(outputShape.slice(1) as number[]), writer.int(0)], attrs);
  const gradient = writer.op(
    op,
    [sizes, writer.read(need('kernel')), x],
    { T: attr.type('float32'), ...options },
    { dtype: 'float32', shape: outputShape },
  );
  return activated(context, gradient);
}

function pool2d({ writer, config, inputs: [x] }: LayerContext, op: string): Ref {
  expect(config, 'dataFormat', 'channelsLast');
  const [height, width] = pair(config.poolSize, 2);
  const [down, right] = pair(config.strides ?? config.poolSize, 2);
  const attrs = {
    ksize: attr.ints([1, height, width, 1]),
    strides: attr.ints([1, down, right, 1]),
    padding: padding(config),
  };
  return writer.like(op, [x as Ref], attrs);
}

function pool3d({ writer, config, inputs: [x] }: LayerContext, op: string): Ref {
  expect(config, 'dataFormat', 'channelsLast');
  const strides = volume(config.strides ?? config.poolSize, 2);
  return writer.like(op, [x as Ref], { ksize: volume(config.poolSize, 2), strides, padding: padding(config) });
}

function volume(value: unknown, otherwise: number): Attrs[string] {
  return attr.ints([1, ...triple(value, otherwise), 1]);
}

/** `2`, or one size for each of depth, height and width. */
function triple(value: unknown, otherwise: number): number[] {
  return Array.isArray(value) ? (value as number[]) : new Array(3).fill(value ?? otherwise);
}

function pool1d({ writer, config, inputs: [x], outputShape }: LayerContext, op: string): Ref {
  const [size] = pair(config.poolSize, 2);
  const [stride] = pair(config.strides ?? config.poolSize, 2);
  const row = asRow(writer, x as Ref);
  const attrs = { ksize: attr.ints([1, 1, size, 1]), strides: attr.ints([1, 1, stride, 1]), padding: padding(config) };
  return fromRow(writer, writer.like(op, [row], attrs), outputShape);
}

function global({ writer, config, inputs: [x] }: LayerContext, op: string, axes: number[]): Ref {
  expect(config, 'dataFormat', 'channelsLast');
  return sum(writer, x as Ref, axes, false, op);
}
