import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

type Arguments = { inputs: { x: tf.TensorInfo }; backend: BackendWasm };
type Kernel = (args: Arguments) => tf.TensorInfo;

/** The largest, smallest and product of no numbers, as in TensorFlow: tfjs WASM leaves in the result what lay in its memory. */
const OF_NOTHING: Record<string, { float32: number; int32: number }> = {
  Max: { float32: -Infinity, int32: -(2 ** 31) },
  Min: { float32: Infinity, int32: 2 ** 31 - 1 },
  Prod: { float32: 1, int32: 1 },
};

export function reduceNothing(kernelName: string): (original: Kernel) => Kernel {
  return (original) => (args) => {
    const out = original(args);
    if (tf.util.sizeFromShape(args.inputs.x.shape) > 0) return out;
    const value = OF_NOTHING[kernelName]?.[out.dtype as 'int32'] ?? 0;
    args.backend.typedArrayFromHeap(out).fill(value);
    return out;
  };
}
