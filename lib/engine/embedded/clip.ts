import type * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

type Arguments = {
  inputs: { x: tf.TensorInfo };
  backend: BackendWasm;
  attrs: { clipValueMin: number; clipValueMax: number };
};

/** NaN stays NaN, as in TensorFlow: tfjs WASM's own makes the lower bound of it, which hides what went wrong. */
export function clip({ inputs: { x }, backend, attrs }: Arguments): tf.TensorInfo {
  const { clipValueMin: least, clipValueMax: most } = attrs;
  const out = backend.makeOutput(x.shape, x.dtype);
  const [from, to] = [backend.typedArrayFromHeap(x), backend.typedArrayFromHeap(out)];
  for (let i = 0; i < from.length; i++) {
    const value = from[i] as number;
    to[i] = value < least ? least : value > most ? most : value;
  }
  return out;
}

/** As tfjs WASM's own, which makes 0 of NaN. */
export function relu6(original: (args: Arguments) => tf.TensorInfo): (args: Arguments) => tf.TensorInfo {
  return (args) => {
    const out = original(args);
    const [from, to] = [args.inputs.x, out].map((tensor) => args.backend.typedArrayFromHeap(tensor));
    for (let i = 0; i < from!.length; i++) if (Number.isNaN(from![i])) to![i] = Number.NaN;
    return out;
  };
}
