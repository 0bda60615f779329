import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { address, kernelsOn } from './memory.ts';

/** Picks slices by their numbers: each a block that is copied whole. Training gathers its shuffled batches with it. */
export function gatherV2(args: {
  inputs: { x: tf.TensorInfo; indices: tf.TensorInfo };
  backend: BackendWasm;
  attrs: { axis: number; batchDims: number };
}): tf.TensorInfo {
  const { x, indices } = args.inputs;
  const [axis] = tf.util.parseAxisParam(args.attrs.axis, x.shape) as [number];
  const shape = tf.backend_util.segment_util.collectGatherOpShapeInfo(
    x as tf.Tensor,
    indices as tf.Tensor,
    axis,
    args.attrs.batchDims ?? 0,
  );
  const out = args.backend.makeOutput(shape.outputShape, x.dtype);
  const perBatch = tf.util.sizeFromShape(indices.shape) / (shape.batchSize || 1);
  const bytes = shape.sliceSize * tf.util.bytesPerElement(x.dtype);
  const kernels = kernelsOn(args.backend);
  const [from, which, to] = [address(args.backend, x), address(args.backend, indices), address(args.backend, out)];
  for (let batch = 0; batch < shape.batchSize; batch++) {
    for (let outer = 0; outer < shape.outerSize; outer++) {
      const block = batch * shape.outerSize + outer;
      const numbers = which + batch * perBatch * 4;
      const wrong = kernels.gather(
        from + block * shape.dimSize * bytes,
        shape.dimSize,
        bytes,
        numbers,
        perBatch,
        to + block * perBatch * bytes,
      );
      if (wrong >= 0) {
        const index = (args.backend.typedArrayFromHeap(indices) as Int32Array)[batch * perBatch + wrong];
        args.backend.disposeData(out.dataId);
        throw new Error(`GatherV2: the index value ${index} is not in [0, ${shape.dimSize - 1}]`);
      }
    }
  }
  return out;
}
