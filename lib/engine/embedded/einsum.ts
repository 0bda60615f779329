import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';

type Arguments = {
  inputs: Record<string, tf.TensorInfo>;
  backend: BackendWasm;
  attrs: { equation: string };
};

/** A tensor whose axes are called by their number in the equation. */
type Named = { x: tf.TensorInfo; axes: number[] };
type Call = (name: string, inputs: Record<string, tf.TensorInfo>, attributes?: object) => tf.TensorInfo;

/** Sums of products: a product of stacked matrices between two reorderings. tfjs WASM has no einsum. */
export function einsum({ inputs, backend, attrs }: Arguments): tf.TensorInfo {
  const tensors = Object.values(inputs);
  const { allDims, summedDims, idDims } = tf.backend_util.decodeEinsumEquation(attrs.equation, tensors.length);
  tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, tensors as tf.Tensor[]);
  const made: tf.TensorInfo[] = [];
  const call: Call = (name, given, attributes = {}) => {
    const kernel = tf.getKernel(name, 'wasm')!.kernelFunc;
    const out = kernel({ inputs: given, backend, attrs: attributes } as never) as tf.TensorInfo;
    made.push(out);
    return out;
  };
  const output = allDims.map((_, axis) => axis).filter((axis) => !summedDims.includes(axis));
  const named = tensors.map((x, i) => {
    const others = idDims.filter((_, n) => n !== i).flat();
    return sumAlone({ x, axes: idDims[i]! }, [...output, ...others], call);
  });
  const all = named.length === 1 ? named[0]! : product(named as [Named, Named], output, call);
  const result = call('Identity', { x: arrange(all, output, call) });
  for (const info of made) if (info !== result) backend.disposeData(info.dataId);
  return result;
}

/** Without the axes that nothing else has. */
function sumAlone({ x, axes }: Named, kept: number[], call: Call): Named {
  const alone = axes.map((axis, i) => (kept.includes(axis) ? -1 : i)).filter((i) => i >= 0);
  if (alone.length === 0) return { x, axes };
  return { x: call('Sum', { x }, { axis: alone, keepDims: false }), axes: axes.filter((axis) => kept.includes(axis)) };
}

function arrange({ x, axes }: Named, order: number[], call: Call): tf.TensorInfo {
  const perm = order.map((axis) => axes.indexOf(axis));
  return tf.backend_util.isIdentityPermutation(perm) ? x : call('Transpose', { x }, { perm });
}

function product([a, b]: [Named, Named], output: number[], call: Call): Named {
  const size = (axis: number) =>
    a.axes.includes(axis) ? a.x.shape[a.axes.indexOf(axis)]! : b.x.shape[b.axes.indexOf(axis)]!;
  const count = (axes: number[]) => tf.util.sizeFromShape(axes.map(size));
  const both = a.axes.filter((axis) => b.axes.includes(axis));
  const [batch, inner] = [both.filter((axis) => output.includes(axis)), both.filter((axis) => !output.includes(axis))];
  const [left, right] = [a, b].map(({ axes }) => axes.filter((axis) => !both.includes(axis))) as [number[], number[]];
  const shaped = (one: Named, order: number[], shape: number[]) =>
    call('Reshape', { x: arrange(one, order, call) }, { shape });
  const axes = [...batch, ...left, ...right];
  const [stack, rows, columns, terms] = [batch, left, right, inner].map(count) as [number, number, number, number];
  let x: tf.TensorInfo;
  if (a.x.dtype === 'float32' && b.x.dtype === 'float32') {
    const matrices = {
      a: shaped(a, [...batch, ...left, ...inner], [stack, rows, terms]),
      b: shaped(b, [...batch, ...inner, ...right], [stack, terms, columns]),
    };
    x = call('BatchMatMul', matrices, { transposeA: false, transposeB: false });
  } else {
    // Our matrices are of float32; integers stay exact.
    const factors = {
      a: shaped(a, [...batch, ...left, ...inner], [stack, rows, 1, terms]),
      b: shaped(b, [...batch, ...right, ...inner], [stack, 1, columns, terms]),
    };
    x = call('Sum', { x: call('Multiply', factors) }, { axis: [3], keepDims: false });
  }
  return { x: call('Reshape', { x }, { shape: axes.map(size) }), axes };
}
