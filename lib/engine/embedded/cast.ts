import type * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

type Arguments = { inputs: { x: tf.TensorInfo }; backend: BackendWasm; attrs: { dtype: tf.DataType } };

/**
 * What is not zero is true. tfjs WASM's own keeps the lowest byte of a number instead: 0.5 and 256 become false, 2 becomes a
 * bool that equals no other.
 */
export function cast(original: (args: Arguments) => tf.TensorInfo): (args: Arguments) => tf.TensorInfo {
  return (args) => {
    const { inputs, backend, attrs } = args;
    const { x } = inputs;
    if (attrs.dtype !== 'bool' || (x.dtype !== 'float32' && x.dtype !== 'int32')) return original(args);
    const out = backend.makeOutput(x.shape, 'bool');
    const [from, to] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(out)];
    for (let i = 0; i < from.length; i++) to[i] = Number(from[i] !== 0);
    return out;
  };
}
