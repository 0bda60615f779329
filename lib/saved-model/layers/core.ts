import { leakyRelu, writeActivation } from './activation.ts';
import type { LayerContext, LayerRow } from './layer.ts';
import { CannotSave } from './layer.ts';
import { masked } from './mask.ts';
import { cast, reshape, transpose, unflattenTime } from './shaping.ts';
import type { FunctionWriter, Ref, Weight } from './writer.ts';
import { attr } from './writer.ts';

/** Layers of plain products, normalisations and merges. */
export const CORE: Record<string, LayerRow> = {
  InputLayer: ({ inputs: [x] }) => x as Ref,
  Dense: dense,
  Activation: ({ writer, config, inputs: [x] }) => writeActivation(writer, config.activation, x as Ref),
  ReLU: ({ writer, config, inputs: [x] }) => {
    const plain = writer.like('Relu', [x as Ref]);
    const max = config.maxValue as number | null;
    return max === null || max === undefined ? plain : writer.like('Minimum', [plain, writer.number(max, plain)]);
  },
  LeakyReLU: ({ writer, config, inputs: [x] }) => leakyRelu(writer, x as Ref, (config.alpha as number) ?? 0.3),
  ELU: ({ writer, config, inputs: [x] }) => {
    if (((config.alpha as number) ?? 1) !== 1)
      throw new CannotSave(`its alpha is ${config.alpha}, only 1 can be saved`);
    return writer.like('Elu', [x as Ref]);
  },
  ThresholdedReLU: ({ writer, config, inputs: [x] }) => {
    const theta = writer.number((config.theta as number) ?? 1, x as Ref);
    const above = writer.op('Greater', [x as Ref, theta], { T: attr.type('float32') }, { dtype: 'bool' });
    const mask = writer.op(
      'Cast',
      [above],
      { SrcT: attr.type('bool'), DstT: attr.type('float32') },
      { dtype: 'float32' },
    );
    return writer.like('Mul', [x as Ref, mask]);
  },
  PReLU: ({ writer, inputs: [x], need }) => {
    const negative = writer.like('Minimum', [x as Ref, writer.number(0, x as Ref)]);
    const scaled = writer.like('Mul', [negative, writer.read(need('alpha'))]);
    return writer.like('AddV2', [writer.like('Relu', [x as Ref]), scaled]);
  },
  Softmax: ({ writer, config, inputs: [x] }) => softmaxAlong(writer, x as Ref, (config.axis as number) ?? -1),
  Masking: ({ writer, config, inputs: [x] }) => masked(writer, x as Ref, config.maskValue as number),
  Dropout: pass,
  SpatialDropout1D: pass,
  SpatialDropout2D: pass,
  GaussianNoise: pass,
  GaussianDropout: pass,
  AlphaDropout: pass,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  Rescaling: ({ writer, config, inputs: [x] }) => {
    const value = (x as Ref).dtype === 'float32' ? (x as Ref) : cast(writer, x as Ref, 'float32');
    const scaled = writer.like('Mul', [value, writer.number(config.scale as number, value)]);
    return writer.like('AddV2', [scaled, writer.number((config.offset as number) ?? 0, value)]);
  },
  Add: merge('AddV2'),
  Multiply: merge('Mul'),
  Maximum: merge('Maximum'),
  Minimum: merge('Minimum'),
  Average: (context) => {
    const sum = merge('AddV2')(context) as Ref;
    return context.writer.like('Mul', [sum, context.writer.number(1 / context.inputs.length, sum)]);
  },
  Concatenate: ({ writer, config, inputs }) => {
    const rank = (inputs[0] as Ref).shape.length;
    const axis = ((config.axis as number) ?? -1) < 0 ? rank + ((config.axis as number) ?? -1) : (config.axis as number);
    const attrs = { N: attr.int(inputs.length), Tidx: attr.type('int32') };
    return writer.op(
      'ConcatV2',
      [...inputs, writer.int(axis)],
      { T: attr.type((inputs[0] as Ref).dtype), ...attrs },
      { dtype: (inputs[0] as Ref).dtype },
    );
  },
  Dot: dot,
};

function pass({ inputs: [x] }: LayerContext): Ref {
  return x as Ref;
}

/** x·W + b, then the activation. */
export function dense({ writer, config, inputs: [input], weight, need, outputShape }: LayerContext): Ref {
  const kernel = need('kernel');
  let x = input as Ref;
  if (x.dtype !== 'float32') x = cast(writer, x, 'float32');
  const [features = 0, units = 0] = kernel.tensor.shape;
  const flat = x.shape.length === 2 ? x : reshape(writer, x, [null, features]);
  const product = withBias(writer, writer.like('MatMul', [flat, writer.read(kernel)]), weight('bias'));
  const shaped =
    x.shape.length === 2 ? product : unflattenTime(writer, product, x, [...outputShape.slice(0, -1), units]);
  return writeActivation(writer, config.activation, { ...shaped, shape: outputShape });
}

export function withBias(writer: FunctionWriter, x: Ref, bias: Weight | undefined): Ref {
  return bias ? writer.like('BiasAdd', [x, writer.read(bias)]) : x;
}

/** TensorFlow's Softmax is along the last axis. */
function softmaxAlong(writer: FunctionWriter, x: Ref, axis: number): Ref {
  const rank = x.shape.length;
  const at = axis < 0 ? axis + rank : axis;
  if (at === rank - 1) return writer.like('Softmax', [x]);
  const order = exchanged(rank, at, rank - 1);
  return transpose(writer, writer.like('Softmax', [transpose(writer, x, order)]), order);
}

export function sum(writer: FunctionWriter, x: Ref, axes: number[], keep: boolean, op = 'Sum'): Ref {
  return writer.like(op, [x, writer.ints(axes)], { Tidx: attr.type('int32'), keep_dims: attr.bool(keep) });
}

/** (x − mean)·γ/√(variance + ε) + β with the moving statistics, computed from the variables so that they stay variables. */
function batchNormalization({ writer, config, inputs: [input], weight, need }: LayerContext): Ref {
  const rank = (input as Ref).shape.length;
  const axis = (config.axis as number) ?? -1;
  // Statistics of the last axis fit as they are; another one changes places with it.
  const order = exchanged(rank, axis < 0 ? axis + rank : axis, rank - 1);
  const moved = order.some((from, to) => from !== to);
  const x = moved ? transpose(writer, input as Ref, order) : (input as Ref);
  const [gamma, beta] = [weight('gamma'), weight('beta')];
  const variance = writer.read(need('moving_variance'));
  const epsilon = writer.number((config.epsilon as number) ?? 1e-3, x);
  let factor = writer.like('Rsqrt', [writer.like('AddV2', [variance, epsilon])]);
  if (gamma) factor = writer.like('Mul', [factor, writer.read(gamma)]);
  const shift = writer.like('Mul', [writer.read(need('moving_mean')), factor]);
  const offset = writer.like('Sub', [beta ? writer.read(beta) : writer.number(0, x), shift]);
  const y = writer.like('AddV2', [writer.like('Mul', [x, factor]), offset]);
  return moved ? transpose(writer, y, order) : y;
}

function exchanged(rank: number, a: number, b: number): number[] {
  return Array.from({ length: rank }, (_, i) => (i === a ? b : i === b ? a : i));
}

function layerNormalization({ writer, config, inputs: [input], weight }: LayerContext): Ref {
  const x = input as Ref;
  const rank = x.shape.length;
  const axes = [config.axis ?? -1]
    .flat()
    .map((axis) => ((axis as number) < 0 ? (axis as number) + rank : (axis as number)));
  const mean = sum(writer, x, axes, true, 'Mean');
  const variance = sum(writer, writer.like('SquaredDifference', [x, mean]), axes, true, 'Mean');
  const factor = writer.like('Rsqrt', [
    writer.like('AddV2', [variance, writer.number((config.epsilon as number) ?? 1e-3, x)]),
  ]);
  let y = writer.like('Mul', [writer.like('Sub', [x, mean]), factor]);
  const [gamma, beta] = [weight('gamma'), weight('beta')];
  // Of the last axes they fit as they are; those of others are given an axis of one for each that is not normalised, as tfjs does.
  const last = axes.every((axis, i) => axis === rank - axes.length + i);
  const spread = x.shape.map((dim, axis) => (axes.includes(axis) ? dim : 1));
  const parameter = (weight: Weight) => (last ? writer.read(weight) : reshape(writer, writer.read(weight), spread));
  if (gamma) y = writer.like('Mul', [y, parameter(gamma)]);
  if (beta) y = writer.like('AddV2', [y, parameter(beta)]);
  return y;
}

/** Products of vectors, or of stacks of matrices along the given axes. */
function dot({ writer, config, inputs, outputShape }: LayerContext): Ref {
  const [a, b] = inputs as [Ref, Ref];
  const [first = 0, second = first] = [config.axes as number | number[]].flat();
  const left = first < 0 ? first + a.shape.length : first;
  const right = second < 0 ? second + b.shape.length : second;
  const [x, y] = config.normalize ? [unit(writer, a, left), unit(writer, b, right)] : [a, b];
  if (a.shape.length === 2 && b.shape.length === 2) return sum(writer, writer.like('Mul', [x, y]), [1], true);
  if (Math.max(a.shape.length, b.shape.length) !== 3 || Math.min(a.shape.length, b.shape.length) < 2)
    throw new CannotSave(`it multiplies tensors of rank ${a.shape.length} and ${b.shape.length}; 2 and 3 can be saved`);
  // A vector of each example is taken for a matrix of one column, and that axis goes again.
  const matrix = (ref: Ref, { shape }: Ref) =>
    shape.length === 3 ? ref : writer.like('ExpandDims', [ref, writer.int(2)], { Tdim: attr.type('int32') });
  const flags = { adj_x: attr.bool(left !== 2), adj_y: attr.bool(right === 2) };
  const product = writer.like('BatchMatMulV2', [matrix(x, a), matrix(y, b)], flags);
  if (a.shape.length === b.shape.length) return { ...product, shape: outputShape };
  return {
    ...writer.like('Squeeze', [product], { squeeze_dims: attr.ints([a.shape.length === 3 ? 2 : 1]) }),
    shape: outputShape,
  };
}

/** tfjs's l2Normalize, with its epsilon. */
function unit(writer: FunctionWriter, x: Ref, axis: number): Ref {
  const squares = sum(writer, writer.like('Square', [x]), [axis], true);
  return writer.like('Mul', [x, writer.like('Rsqrt', [writer.like('Maximum', [squares, writer.number(1e-7, x)])])]);
}

function merge(op: string): LayerRow {
  return ({ writer, inputs }) => {
    const [first, ...rest] = ofOneRank(writer, inputs) as [Ref, ...Ref[]];
    return rest.reduce((sum, x) => writer.like(op, [sum, x]), first);
  };
}

/** tfjs gives the shorter ones axes of one after the batch; TensorFlow's ops would put them before it. */
function ofOneRank(writer: FunctionWriter, inputs: Ref[]): Ref[] {
  const rank = Math.max(...inputs.map(({ shape }) => shape.length));
  return inputs.map((input) => {
    let x = input;
    while (x.shape.length < rank) {
      const [batch = null, ...sizes] = x.shape;
      const longer = writer.like('ExpandDims', [x, writer.int(1)], { Tdim: attr.type('int32') });
      x = { ...longer, shape: [batch, 1, ...sizes] };
    }
    return x;
  });
}
