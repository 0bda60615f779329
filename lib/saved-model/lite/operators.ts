import { corrupt } from '../error.ts';
import type { Drawing } from './drawing.ts';
import type { Table } from './flat-buffer.ts';
import type { LiteTensor } from './model.ts';

/** One operator of the file, its inputs already drawn. */
export type Call = {
  /** References; '' for an input that was left out. */
  inputs: string[];
  /** What the file says about the inputs and outputs. */
  from: (LiteTensor | undefined)[];
  to: LiteTensor[];
  options: Table;
  draw: Drawing;
  /** The function that another graph of the file has become. */
  graphName(number: number): string;
};

/** Draws the operator in TensorFlow's ops; the references of its outputs. */
export type Operator = (call: Call) => string | string[];

/**
 * TensorFlow Lite's operators as TensorFlow's. The numbers are the slots of each operator's options in the schema.
 * What is not here is named when the model is opened, as an op that is not supported.
 */
export const OPERATORS: Record<string, Operator> = {
  ADD: (call) => activated(call, 0, same('AddV2')(call)),
  SUB: (call) => activated(call, 0, same('Sub')(call)),
  MUL: (call) => activated(call, 0, same('Mul')(call)),
  DIV: (call) => activated(call, 0, same(call.to[0]?.dtype.startsWith('float') ? 'RealDiv' : 'TruncateDiv')(call)),
  CONV_2D: convolution,
  DEPTHWISE_CONV_2D: depthwise,
  TRANSPOSE_CONV: transposed,
  FULLY_CONNECTED: fullyConnected,
  BATCH_MATMUL: ({ draw, inputs, options }) =>
    draw.node('BatchMatMulV2', inputs, { adj_x: options.bool(0), adj_y: options.bool(1) }),
  AVERAGE_POOL_2D: (call) => pool(call, 'AvgPool'),
  MAX_POOL_2D: (call) => pool(call, 'MaxPool'),
  RELU_N1_TO_1: ({ draw, inputs: [x = ''] }) => clip(draw, x, -1, 1),
  RELU_0_TO_1: ({ draw, inputs: [x = ''] }) => clip(draw, x, 0, 1),
  LEAKY_RELU: ({ draw, inputs, options }) => draw.node('LeakyRelu', inputs, { alpha: options.float32(0) }),
  PRELU: ({ draw, inputs: [x = '', alpha = ''] }) => {
    const below = draw.node('Mul', [alpha, draw.node('Minimum', [x, draw.float(0)])]);
    return draw.node('AddV2', [draw.node('Relu', [x]), below]);
  },
  HARD_SWISH: ({ draw, inputs: [x = ''] }) => {
    const gate = draw.node('Relu6', [draw.node('AddV2', [x, draw.float(3)])]);
    return draw.node('Mul', [x, draw.node('Mul', [gate, draw.float(1 / 6)])]);
  },
  GELU: ({ draw, inputs: [x = ''], options }) => {
    const inner = options.bool(0)
      ? tanhOfGelu(draw, x)
      : draw.node('Erf', [draw.node('Mul', [x, draw.float(Math.SQRT1_2)])]);
    const gate = draw.node('AddV2', [inner, draw.float(1)]);
    return draw.node('Mul', [draw.node('Mul', [x, draw.float(0.5)]), gate]);
  },
  SOFTMAX: ({ draw, inputs: [x = ''], options }) => {
    const beta = options.float32(0);
    return draw.node('Softmax', [beta === 1 ? x : draw.node('Mul', [x, draw.float(beta)])]);
  },
  L2_NORMALIZATION: (call) => {
    const { draw, inputs } = call;
    const [x = ''] = inputs;
    const squares = draw.node('Sum', [draw.node('Square', [x]), draw.ints([-1])], { keep_dims: true });
    const norm = draw.node('Maximum', [draw.node('Sqrt', [squares]), draw.float(1e-6)]);
    return activated(call, 0, draw.node('RealDiv', [x, norm]));
  },
  CONCATENATION: (call) => {
    const axis = call.draw.int(call.options.int32(0));
    return activated(call, 1, call.draw.node('ConcatV2', [...call.inputs, axis], { N: { i: call.inputs.length } }));
  },
  PACK: ({ draw, inputs, options }) =>
    draw.node('Pack', inputs, { N: { i: inputs.length }, axis: { i: options.int32(1) } }),
  UNPACK: ({ draw, inputs, options, to }) =>
    outputs(draw.node('Unpack', inputs, { num: { i: to.length }, axis: { i: options.int32(1) } }), to),
  SPLIT: ({ draw, inputs, to }) => outputs(draw.node('Split', inputs, { num_split: { i: to.length } }), to),
  SPLIT_V: ({ draw, inputs, to }) => outputs(draw.node('SplitV', inputs, { num_split: { i: to.length } }), to),
  TOPK_V2: ({ draw, inputs, to }) => outputs(draw.node('TopKV2', inputs, { sorted: true }), to),
  RESHAPE: ({ draw, inputs: [x = '', shape], options }) =>
    draw.node('Reshape', [x, shape || draw.ints(options.int32s(0))]),
  SQUEEZE: ({ draw, inputs, options }) => draw.node('Squeeze', inputs, { squeeze_dims: options.int32s(0) }),
  STRIDED_SLICE: ({ draw, inputs, options }) =>
    draw.node('StridedSlice', inputs, {
      begin_mask: { i: options.int32(0) },
      end_mask: { i: options.int32(1) },
      ellipsis_mask: { i: options.int32(2) },
      new_axis_mask: { i: options.int32(3) },
      shrink_axis_mask: { i: options.int32(4) },
    }),
  GATHER: ({ draw, inputs, options }) =>
    draw.node('GatherV2', [...inputs, draw.int(options.int32(0))], { batch_dims: { i: options.int32(1) } }),
  EMBEDDING_LOOKUP: ({ draw, inputs: [ids = '', values = ''] }) => draw.node('GatherV2', [values, ids, draw.int(0)]),
  ONE_HOT: ({ draw, inputs, options }) => draw.node('OneHot', inputs, { axis: { i: options.int32(0) } }),
  CAST: ({ draw, inputs, to }) => draw.node('Cast', inputs, { DstT: { type: to[0]?.dtype ?? 'float32' } }),
  SHAPE: ({ draw, inputs, to }) => draw.node('Shape', inputs, { out_type: { type: to[0]?.dtype ?? 'int32' } }),
  ARG_MAX: ({ draw, inputs, to }) => draw.node('ArgMax', inputs, { output_type: { type: to[0]?.dtype ?? 'int64' } }),
  ARG_MIN: ({ draw, inputs, to }) => draw.node('ArgMin', inputs, { output_type: { type: to[0]?.dtype ?? 'int64' } }),
  CUMSUM: ({ draw, inputs, options }) =>
    draw.node('Cumsum', inputs, { exclusive: options.bool(0), reverse: options.bool(1) }),
  MIRROR_PAD: ({ draw, inputs, options }) =>
    draw.node('MirrorPad', inputs, { mode: options.int8(0) === 0 ? 'REFLECT' : 'SYMMETRIC' }),
  DEPTH_TO_SPACE: ({ draw, inputs, options }) =>
    draw.node('DepthToSpace', inputs, { block_size: { i: options.int32(0) } }),
  SPACE_TO_DEPTH: ({ draw, inputs, options }) =>
    draw.node('SpaceToDepth', inputs, { block_size: { i: options.int32(0) } }),
  RESIZE_BILINEAR: ({ draw, inputs, options }) =>
    draw.node('ResizeBilinear', inputs, { align_corners: options.bool(2), half_pixel_centers: options.bool(3) }),
  RESIZE_NEAREST_NEIGHBOR: ({ draw, inputs, options }) =>
    draw.node('ResizeNearestNeighbor', inputs, { align_corners: options.bool(0), half_pixel_centers: options.bool(1) }),
  REVERSE_SEQUENCE: ({ draw, inputs, options }) =>
    draw.node('ReverseSequence', inputs, { seq_dim: { i: options.int32(0) }, batch_dim: { i: options.int32(1) } }),
  WHILE: ({ draw, inputs, options, to, graphName }) => {
    const [cond, body] = [{ func: graphName(options.int32(0)) }, { func: graphName(options.int32(1)) }];
    return outputs(draw.node('StatelessWhile', inputs, { cond, body }), to);
  },
  IF: ({ draw, inputs, options, to, graphName }) => {
    const branches = {
      then_branch: { func: graphName(options.int32(0)) },
      else_branch: { func: graphName(options.int32(1)) },
    };
    return outputs(draw.node('StatelessIf', inputs, branches), to);
  },
  ...each(reduction, {
    MEAN: 'Mean',
    SUM: 'Sum',
    REDUCE_PROD: 'Prod',
    REDUCE_MAX: 'Max',
    REDUCE_MIN: 'Min',
    REDUCE_ANY: 'Any',
    REDUCE_ALL: 'All',
  }),
  // Numbers are real here, whatever a tensor of the file stores: graph.ts rounds them where it says so.
  ...each(same, { QUANTIZE: 'Identity', DEQUANTIZE: 'Identity' }),
  ...each(same, {
    ABS: 'Abs',
    ADD_N: 'AddN',
    ATAN2: 'Atan2',
    BATCH_TO_SPACE_ND: 'BatchToSpaceND',
    BITWISE_XOR: 'BitwiseXor',
    BROADCAST_ARGS: 'BroadcastArgs',
    BROADCAST_TO: 'BroadcastTo',
    CEIL: 'Ceil',
    COMPLEX_ABS: 'ComplexAbs',
    COS: 'Cos',
    ELU: 'Elu',
    EQUAL: 'Equal',
    EXP: 'Exp',
    EXPAND_DIMS: 'ExpandDims',
    FILL: 'Fill',
    FLOOR: 'Floor',
    FLOOR_DIV: 'FloorDiv',
    FLOOR_MOD: 'FloorMod',
    GATHER_ND: 'GatherNd',
    GREATER: 'Greater',
    GREATER_EQUAL: 'GreaterEqual',
    LESS: 'Less',
    LESS_EQUAL: 'LessEqual',
    LOG: 'Log',
    LOGICAL_AND: 'LogicalAnd',
    LOGICAL_NOT: 'LogicalNot',
    LOGICAL_OR: 'LogicalOr',
    LOGISTIC: 'Sigmoid',
    LOG_SOFTMAX: 'LogSoftmax',
    MATRIX_DIAG: 'MatrixDiag',
    MATRIX_SET_DIAG: 'MatrixSetDiag',
    MAXIMUM: 'Maximum',
    MINIMUM: 'Minimum',
    NEG: 'Neg',
    NOT_EQUAL: 'NotEqual',
    PAD: 'Pad',
    PADV2: 'PadV2',
    POW: 'Pow',
    RANGE: 'Range',
    RANK: 'Rank',
    RELU: 'Relu',
    RELU6: 'Relu6',
    REVERSE_V2: 'ReverseV2',
    RIGHT_SHIFT: 'RightShift',
    ROUND: 'Round',
    RSQRT: 'Rsqrt',
    SCATTER_ND: 'ScatterNd',
    SEGMENT_SUM: 'SegmentSum',
    SELECT: 'Select',
    SELECT_V2: 'SelectV2',
    SIGN: 'Sign',
    SIN: 'Sin',
    SLICE: 'Slice',
    SPACE_TO_BATCH_ND: 'SpaceToBatchND',
    SQRT: 'Sqrt',
    SQUARE: 'Square',
    SQUARED_DIFFERENCE: 'SquaredDifference',
    TANH: 'Tanh',
    TILE: 'Tile',
    TRANSPOSE: 'Transpose',
    UNSORTED_SEGMENT_MAX: 'UnsortedSegmentMax',
    UNSORTED_SEGMENT_MIN: 'UnsortedSegmentMin',
    UNSORTED_SEGMENT_PROD: 'UnsortedSegmentProd',
    UNSORTED_SEGMENT_SUM: 'UnsortedSegmentSum',
    WHERE: 'Where',
    ZEROS_LIKE: 'ZerosLike',
  }),
};

function each(make: (op: string) => Operator, names: Record<string, string>): Record<string, Operator> {
  return Object.fromEntries(Object.entries(names).map(([lite, op]) => [lite, make(op)]));
}

function same(op: string): (call: Call) => string {
  return ({ draw, inputs }) => draw.node(op, inputs);
}

function reduction(op: string): Operator {
  return ({ draw, inputs, options }) => draw.node(op, inputs, { keep_dims: options.bool(0) });
}

function outputs(node: string, to: LiteTensor[]): string[] {
  return to.map((_, i) => (i === 0 ? node : `${node}:${i}`));
}

/** Filters are [out, height, width, in] here, and [height, width, in, out] in TensorFlow. */
function convolution(call: Call): string {
  const { draw, options, inputs } = call;
  const [x = '', filter = '', bias = ''] = inputs;
  const turned = draw.node('Transpose', [filter, draw.ints([1, 2, 3, 0])]);
  const out = draw.node('Conv2D', [x, turned], {
    padding: padding(options),
    strides: [1, options.int32(2), options.int32(1), 1],
    dilations: [1, options.int32(5, 1), options.int32(4, 1), 1],
  });
  return activated(call, 3, biased(draw, out, bias));
}

/** Filters are [1, height, width, in · multiplier] here. */
function depthwise(call: Call): string {
  const { draw, options, inputs, from } = call;
  const [x = '', filter = '', bias = ''] = inputs;
  const [, height = 0, width = 0, channels = 0] = from[1]?.shape ?? [];
  const multiplier = options.int32(3) || 1;
  const turned = draw.node('Reshape', [filter, draw.ints([height, width, channels / multiplier, multiplier])]);
  const out = draw.node('DepthwiseConv2dNative', [x, turned], {
    padding: padding(options),
    strides: [1, options.int32(2), options.int32(1), 1],
    dilations: [1, options.int32(6, 1), options.int32(5, 1), 1],
  });
  return activated(call, 4, biased(draw, out, bias));
}

/** Filters are [out, height, width, in] here, and [height, width, out, in] in TensorFlow. */
function transposed(call: Call): string {
  const { draw, options, inputs } = call;
  const [sizes = '', filter = '', x = '', bias = ''] = inputs;
  const turned = draw.node('Transpose', [filter, draw.ints([1, 2, 0, 3])]);
  const strides = [1, options.int32(2), options.int32(1), 1];
  const out = draw.node('Conv2DBackpropInput', [sizes, turned, x], { padding: padding(options), strides });
  return activated(call, 3, biased(draw, out, bias));
}

/** Weights are [out, in]. Without keep_num_dims the answer has two dimensions, whatever x has. */
function fullyConnected(call: Call): string {
  const { draw, options, inputs, from } = call;
  const [x = '', weights = '', bias = ''] = inputs;
  const [units = 0, depth = 0] = from[1]?.shape ?? [];
  if (options.int8(1) !== 0) return draw.node('FULLY_CONNECTED with shuffled weights', inputs);
  const rows = draw.node('Reshape', [x, draw.ints([-1, depth])]);
  const out = activated(call, 0, biased(draw, draw.node('MatMul', [rows, weights], { transpose_b: true }), bias));
  const rank = from[0]?.shape.length ?? 2;
  if (!options.bool(2) || rank === 2) return out;
  const outer = draw.node('Slice', [draw.node('Shape', [x]), draw.ints([0]), draw.ints([rank - 1])]);
  const shape = draw.node('ConcatV2', [outer, draw.ints([units]), draw.int(0)], { N: { i: 2 } });
  return draw.node('Reshape', [out, shape]);
}

function pool(call: Call, op: string): string {
  const { draw, options, inputs } = call;
  const out = draw.node(op, inputs, {
    padding: padding(options),
    strides: [1, options.int32(2), options.int32(1), 1],
    ksize: [1, options.int32(4), options.int32(3), 1],
  });
  return activated(call, 5, out);
}

function padding(options: Table): string {
  return options.int8(0) === 0 ? 'SAME' : 'VALID';
}

function biased(draw: Drawing, out: string, bias: string): string {
  return bias === '' ? out : draw.node('BiasAdd', [out, bias]);
}

/** The schema's enum ActivationFunctionType, at `slot` of the options. */
function activated({ draw, options }: Call, slot: number, out: string): string {
  const kind = options.int8(slot);
  switch (kind) {
    case 0:
      return out;
    case 1:
      return draw.node('Relu', [out]);
    case 2:
      return clip(draw, out, -1, 1);
    case 3:
      return draw.node('Relu6', [out]);
    case 4:
      return draw.node('Tanh', [out]);
    default:
      throw corrupt(`there is no activation function ${kind}`);
  }
}

export function clip(draw: Drawing, x: string, low: number, high: number): string {
  return draw.node('Minimum', [draw.node('Maximum', [x, draw.float(low)]), draw.float(high)]);
}

function tanhOfGelu(draw: Drawing, x: string): string {
  const cube = draw.node('Mul', [draw.node('Mul', [draw.node('Square', [x]), x]), draw.float(0.044715)]);
  const sum = draw.node('AddV2', [x, cube]);
  return draw.node('Tanh', [draw.node('Mul', [sum, draw.float(Math.sqrt(2 / Math.PI))])]);
}
