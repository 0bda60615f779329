/** What TensorFlow calls the output of an op, where it is not `output`: inside functions, tensors are named by it. */
const OPS: Record<string, string> = {
  y: `Abs Acos Acosh Asin Asinh Atan Atanh Cast Ceil ComplexAbs Cos Cosh Erf Exp Expm1 Floor IsFinite IsInf IsNan Log Log1p
    LogicalNot Neg OnesLike Reciprocal Round Rsqrt Sigmoid Sign Sin Sinh Sqrt Square Tan Tanh Transpose ZerosLike`,
  z: `Add AddV2 Atan2 BitwiseAnd Div DivNoNan Equal FloorDiv FloorMod Greater GreaterEqual Less LessEqual LogicalAnd LogicalOr
    Maximum Minimum Mod Mul NotEqual Pow RealDiv SquaredDifference Sub`,
  activations: 'Elu LeakyRelu Relu Relu6 Selu Softplus Softsign',
  product: 'MatMul',
  softmax: 'Softmax',
  logsoftmax: 'LogSoftmax',
  resized_images: 'ResizeBilinear ResizeNearestNeighbor',
  value: 'ReadVariableOp',
  values: 'LookupTableFind LookupTableFindV2 TensorListGather',
  band: 'MatrixBandPart',
  bins: 'Bincount',
  crops: 'CropAndResize',
  dense: 'SparseToDense',
  handle: 'EmptyTensorList TensorListReserve',
  index: 'Where',
  item: 'TensorListGetItem',
  length: 'TensorListLength',
  out: 'Complex Cumprod Cumsum',
  output_handle: `TensorListFromTensor TensorListPushBack TensorListResize TensorListScatter TensorListScatterV2
    TensorListSetItem TensorListSplit`,
  outputs: 'FakeQuantWithMinMaxVars',
  r0: 'BroadcastArgs',
  result: 'RaggedTensorToTensor',
  selected_indices: 'NonMaxSuppressionV2 NonMaxSuppressionV3',
  size: 'LookupTableSize LookupTableSizeV2',
  sum: 'AddN',
  tensor: 'TensorListStack',
  transformed_images: 'ImageProjectiveTransformV3',
};

const NAMES = new Map(Object.entries(OPS).flatMap(([name, ops]) => ops.split(/\s+/).map((op) => [op, name] as const)));

/** For ops with one output, or with one list of outputs. */
export function outputName(op: string): string {
  return NAMES.get(op) ?? 'output';
}
