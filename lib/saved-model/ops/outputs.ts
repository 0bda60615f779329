import type { NodeDef, OpDef } from '../schema.ts';

/**
 * The output arguments of ops that have more than one, as `name` or `name*attribute` when the attribute (a number, or a
 * list of types) says how many tensors it stands for. A file's own op list is not enough: it lacks the ops that occur
 * only inside loops and branches.
 */
const OUTPUTS: Record<string, string[]> = {
  FusedBatchNorm: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2'],
  FusedBatchNormV2: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2'],
  FusedBatchNormV3: ['y', 'batch_mean', 'batch_variance', 'reserve_space_1', 'reserve_space_2', 'reserve_space_3'],
  TopK: ['values', 'indices'],
  TopKV2: ['values', 'indices'],
  Unique: ['y', 'idx'],
  UniqueV2: ['y', 'idx'],
  UniqueWithCounts: ['y', 'idx', 'count'],
  UniqueWithCountsV2: ['y', 'idx', 'count'],
  StringSplit: ['indices', 'values', 'shape'],
  StringSplitV2: ['indices', 'values', 'shape'],
  TensorListPopBack: ['output_handle', 'tensor'],
  TensorListConcatV2: ['tensor', 'lengths'],
  TensorListConcat: ['tensor', 'lengths'],
  TensorArrayConcatV3: ['value', 'lengths'],
  Merge: ['output', 'value_index'],
  Switch: ['output_false', 'output_true'],
  RefSwitch: ['output_false', 'output_true'],
  ListDiff: ['out', 'idx'],
  SparseReshape: ['output_indices', 'output_shape'],
  SparseReorder: ['output_indices', 'output_values'],
  SparseFillEmptyRows: ['output_indices', 'output_values', 'empty_row_indicator', 'reverse_index_map'],
  SparseSlice: ['output_indices', 'output_values', 'output_shape'],
  SparseConcat: ['output_indices', 'output_values', 'output_shape'],
  SparseCross: ['output_indices', 'output_values', 'output_shape'],
  SparseCrossV2: ['output_indices', 'output_values', 'output_shape'],
  DecodeWav: ['audio', 'sample_rate'],
  SparseAdd: ['sum_indices', 'sum_values', 'sum_shape'],
  LookupTableExport: ['keys', 'values'],
  LookupTableExportV2: ['keys', 'values'],
  RaggedTensorToSparse: ['sparse_indices', 'sparse_values', 'sparse_dense_shape'],
  RaggedGather: ['output_nested_splits*OUTPUT_RAGGED_RANK', 'output_dense_values'],
  RaggedTensorFromVariant: ['output_nested_splits*output_ragged_rank', 'output_dense_values'],
  RaggedRange: ['rt_nested_splits', 'rt_dense_values'],
  UnicodeDecodeWithOffsets: ['row_splits', 'char_values', 'char_to_byte_starts'],
  UnicodeDecode: ['row_splits', 'char_values'],
  StringNGrams: ['ngrams', 'ngrams_splits'],
  NonMaxSuppressionV4: ['selected_indices', 'valid_outputs'],
  NonMaxSuppressionV5: ['selected_indices', 'selected_scores', 'valid_outputs'],
  CombinedNonMaxSuppression: ['nmsed_boxes', 'nmsed_scores', 'nmsed_classes', 'valid_detections'],
  StatelessRandomGetKeyCounter: ['key', 'counter'],
  BroadcastGradientArgs: ['r0', 'r1'],
  CTCGreedyDecoder: ['decoded_indices', 'decoded_values', 'decoded_shape', 'log_probability'],
  LogMatrixDeterminant: ['sign', 'log_abs_determinant'],
  Svd: ['s', 'u', 'v'],
  Qr: ['q', 'r'],
  SelfAdjointEigV2: ['e', 'v'],
  MaxPoolWithArgmax: ['output', 'argmax'],
  SoftmaxCrossEntropyWithLogits: ['loss', 'backprop'],
  SparseSoftmaxCrossEntropyWithLogits: ['loss', 'backprop'],
  Moments: ['mean', 'variance'],
  ParseExample: [
    'sparse_indices*Nsparse',
    'sparse_values*sparse_types',
    'sparse_shapes*Nsparse',
    'dense_values*Tdense',
  ],
  ParseSingleExample: [
    'sparse_indices*num_sparse',
    'sparse_values*sparse_types',
    'sparse_shapes*num_sparse',
    'dense_values*Tdense',
  ],
  ParseExampleV2: [
    'sparse_indices*num_sparse',
    'sparse_values*sparse_types',
    'sparse_shapes*num_sparse',
    'dense_values*Tdense',
    'ragged_values*ragged_value_types',
    'ragged_row_splits*ragged_split_types',
  ],
};

/** The names of the outputs of an op that has several; undefined for others. */
export function outputsOf(op: string): string[] | undefined {
  return OUTPUTS[op];
}

/** How many tensors come before the named output argument; 0 when the op has a single one. */
export function outputOffset(node: NodeDef, output: string, described: OpDef | undefined): number {
  const args =
    OUTPUTS[node.op] ?? described?.output_arg.map((arg) => countedArg(arg.name, arg.number_attr || arg.type_list_attr));
  let offset = 0;
  for (const arg of args ?? []) {
    const [name, attribute] = arg.split('*');
    if (name === output) return offset;
    const value = attribute ? node.attr.get(attribute) : undefined;
    offset += attribute ? (value?.i ?? value?.list?.type.length ?? 0) : 1;
  }
  return 0;
}

function countedArg(name: string, attribute: string): string {
  return attribute ? `${name}*${attribute}` : name;
}
