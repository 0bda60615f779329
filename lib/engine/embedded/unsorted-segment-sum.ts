import type * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/** out[s] = the sum of those x[i] whose segmentIds[i] is s: the gradient of a gather, so of an embedding. Ids outside are dropped. */
export function unsortedSegmentSum(args: {
  inputs: { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
  backend: BackendWasm;
  attrs: { numSegments: number };
}): tf.TensorInfo {
  const { x, segmentIds } = args.inputs;
  const { numSegments } = args.attrs;
  const rest = x.shape.slice(segmentIds.shape.length);
  const width = rest.reduce((product, size) => product * size, 1);
  const out = args.backend.makeOutput([numSegments, ...rest], x.dtype);
  const xs = args.backend.typedArrayFromHeap(x);
  const ids = args.backend.typedArrayFromHeap(segmentIds);
  const sums = args.backend.typedArrayFromHeap(out);
  sums.fill(0);
  for (let row = 0; row < ids.length; row++) {
    const segment = ids[row]!;
    if (segment < 0 || segment >= numSegments) continue;
    for (let i = 0; i < width; i++) sums[segment * width + i]! += xs[row * width + i]!;
  }
  return out;
}
