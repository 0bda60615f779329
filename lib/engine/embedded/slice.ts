import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

type Arguments = {
  inputs: { x: tf.TensorInfo };
  backend: BackendWasm;
  attrs: { begin: number[]; size: number[] };
};

/**
 * A block of neighbouring elements, copied as one. tfjs WASM's own copies the whole tensor first: half a second for ten of
 * MNIST's images, and the numbers of all images for each batch of `model.fit`. Other slices stay its own.
 */
export function slice(original: (args: Arguments) => tf.TensorInfo): (args: Arguments) => tf.TensorInfo {
  return (args) => {
    const { x } = args.inputs;
    const { begin, size } = args.attrs;
    const [from, shape] = tf.slice_util.parseSliceParams(x as tf.Tensor, begin, size) as [number[], number[]];
    tf.slice_util.assertParamsValid(x, from, shape);
    if (x.dtype === 'string' || !tf.slice_util.isSliceContinous(x.shape, from, shape)) return original(args);
    const out = args.backend.makeOutput(shape, x.dtype);
    const offset = tf.slice_util.computeFlatOffset(from, tf.util.computeStrides(x.shape));
    const count = tf.util.sizeFromShape(shape);
    const values = args.backend.typedArrayFromHeap(x);
    args.backend.typedArrayFromHeap(out).set(values.subarray(offset, offset + count));
    return out;
  };
}
