import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/**
 * How numbers come into tfjs WASM's memory and out of it, mended for all its backends: whoever calls `tf.engine().reset()`, as tfjs's
 * own tests do, gets a new one.
 */
export function mendBackend(): void {
  const all = Object.getPrototypeOf(tf.backend()) as BackendWasm;
  const { readSync, move } = all;
  // It copies 8 bytes for each complex number, and then does not know what they are.
  all.readSync = function (this: BackendWasm, dataId, start, end) {
    const { dtype, shape } = this.dataIdMap.get(dataId);
    if (dtype !== 'complex64') return readSync.call(this, dataId, start, end);
    const [from, to] = [start || 0, end || tf.util.sizeFromShape(shape)];
    const parts = this.typedArrayFromHeap({ dataId, shape: [...shape, 2], dtype: 'float32' });
    return parts.slice(2 * from, 2 * to);
  };
  // tfjs-layers adds symbols of its transformers as if they were tensors, which gives too few values; tfjs takes what is missing for NaN.
  all.move = function (this: BackendWasm, dataId, values, shape, dtype, refCount) {
    const size = tf.util.sizeFromShape(shape);
    if (!(values instanceof Float32Array) || dtype !== 'float32' || values.length >= size)
      return move.call(this, dataId, values, shape, dtype, refCount);
    const filled = new Float32Array(size).fill(NaN);
    filled.set(values);
    return move.call(this, dataId, filled, shape, dtype, refCount);
  };
}
