import * as tf from '@tensorflow/tfjs';
import type { Inputs } from '../on-cpu.ts';
import { byParts, product } from './complex.ts';
import { type Kernel, plain, tensorsOf } from './plain.ts';

/** These look at no number. */
const ANY = new Set(['ExpandDims', 'Identity', 'Reshape']);
/** tfjs WASM's own that read bools as the bytes that they are; the others take four bytes for one, and write as many. */
const BOOLS = new Set([
  ...['All', 'Any', 'Cast', 'Concat', 'Equal', 'GatherNd', 'GatherV2', 'Max', 'Min', 'NotEqual'],
  ...['LogicalAnd', 'LogicalNot', 'LogicalOr', 'LogicalXor', 'OnesLike', 'Pack', 'PadV2', 'Select'],
  ...['Slice', 'SplitV', 'Tile', 'Transpose', 'Unpack', 'ZerosLike'],
]);
/** tfjs WASM's own that take integers for floats. */
const FLOATS_ONLY = new Set([
  ...['AvgPool', 'BatchMatMul', 'MaxPool', 'Prelu', 'ResizeNearestNeighbor', 'StridedSlice', '_FusedMatMul'],
]);
/** tfjs WASM's own that read strings. */
const STRINGS = new Set([
  ...['Concat', 'Pack', 'Slice', 'SplitV', 'Unpack'],
  ...['StringNGrams', 'StringSplit', 'StringToHashBucketFast'],
]);
/** What a kernel does to complex numbers part by part. */
const LINEAR = new Set([
  ...['Add', 'AddN', 'Sub', 'Neg', 'Sum', 'Mean', 'Cumsum'],
  ...['BatchToSpaceND', 'Diag', 'MirrorPad', 'ScatterNd', 'Select', 'SpaceToBatchND', 'TensorScatterUpdate'],
  ...['Concat', 'GatherNd', 'GatherV2', 'Pack', 'PadV2', 'Reverse', 'Slice', 'SplitV'],
  ...['StridedSlice', 'Tile', 'Transpose', 'Unpack'],
]);
/** What it does to them by the products of their parts. */
const PRODUCTS = new Set(['BatchMatMul', 'Multiply']);

/**
 * A kernel of tfjs WASM sees only what it can read. Of other types it makes garbage, or the end of the whole program: these go to
 * tfjs's plain kernels, which say so where they do not know them either.
 */
export function guarded(kernelName: string, original: Kernel): Kernel {
  if (ANY.has(kernelName) || !tf.getKernel(kernelName, 'cpu')) return original;
  const elsewhere = plain(kernelName);
  const reads: Record<string, boolean> = {
    float32: true,
    int32: !FLOATS_ONLY.has(kernelName),
    bool: BOOLS.has(kernelName),
    string: STRINGS.has(kernelName),
  };
  return (args) => {
    if (readsAll(reads, args.inputs)) return original(args);
    if (!tensorsOf(args.inputs).some(({ dtype }) => dtype === 'complex64')) return elsewhere(args);
    if (LINEAR.has(kernelName)) return byParts(original, args);
    return PRODUCTS.has(kernelName) ? product(original, args) : elsewhere(args);
  };
}

/** Without a list of the tensors: this runs before every kernel, and a small model's are over in a microsecond. */
function readsAll(reads: Record<string, boolean>, inputs: Inputs): boolean {
  for (const name in inputs) {
    const given = (inputs as Record<string, tf.TensorInfo | tf.TensorInfo[] | undefined>)[name];
    if (given === undefined || given === null) continue;
    if (Array.isArray(given)) {
      for (const { dtype } of given) if (!reads[dtype]) return false;
    } else if (!reads[given.dtype]) return false;
  }
  return true;
}
