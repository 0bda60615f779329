import type * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/**
 * The same memory under a second tensor, as in tfjs's other backends: no kernel writes into a tensor that is there. tfjs WASM's own
 * copies it, knows no complex numbers, and a gradient that saves its input seems to leak.
 */
export function identity({
  inputs: { x },
  backend,
}: {
  inputs: { x: tf.TensorInfo };
  backend: BackendWasm;
}): tf.TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}
