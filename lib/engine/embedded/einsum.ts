import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

/** Sums of products, as tfjs's other backends compute them; tfjs WASM has no einsum. */
export function einsum(args: {
  inputs: Record<string, tf.TensorInfo>;
  backend: BackendWasm;
  attrs: { equation: string };
}): tf.TensorInfo {
  const { backend, attrs } = args;
  const factors = Object.values(args.inputs);
  const { allDims, summedDims, idDims } = tf.backend_util.decodeEinsumEquation(attrs.equation, factors.length);
  tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, factors as tf.Tensor[]);
  const { path, steps } = tf.backend_util.getEinsumComputePath(summedDims, idDims);
  const call = (name: string, inputs: object, attributes: object = {}) =>
    tf.getKernel(name, 'wasm')!.kernelFunc({ inputs, backend, attrs: attributes } as never) as tf.TensorInfo;
  const made: tf.TensorInfo[] = [];
  const keep = (info: tf.TensorInfo) => {
    made.push(info);
    return info;
  };
  let out: tf.TensorInfo | undefined;
  let left = allDims.length;
  for (const [i, step] of steps.entries()) {
    for (const term of step) {
      const { permutationIndices: perm, expandDims } = tf.backend_util.getEinsumPermutation(left, idDims[term]!);
      let x = factors[term]!;
      if (!tf.backend_util.isIdentityPermutation(perm)) x = keep(call('Transpose', { x }, { perm }));
      const shape = [...x.shape];
      for (const axis of expandDims) shape.splice(axis, 0, 1);
      if (!tf.util.arraysEqual(x.shape, shape)) x = keep(call('Reshape', { x }, { shape }));
      out = out === undefined ? x : keep(call('Multiply', { a: out, b: x }));
    }
    if (i === steps.length - 1) break;
    if (path[i]! >= 0)
      out = keep(call('Sum', { x: out! }, { axis: path[i]! - (allDims.length - left), keepDims: false }));
    left--;
  }
  const result = call('Identity', { x: out! });
  for (const info of made) backend.disposeData(info.dataId);
  return result;
}
