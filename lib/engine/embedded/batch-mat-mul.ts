import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { address, kernelsOn, workspace } from './memory.ts';
import { overwrite } from './window.ts';

/** Matrix products, batched and transposed; tfjs WASM's own walks a transposed matrix element by element. */
export function batchMatMul(args: {
  inputs: { a: tf.TensorInfo; b: tf.TensorInfo };
  backend: BackendWasm;
  attrs: { transposeA: boolean; transposeB: boolean };
}): tf.TensorInfo {
  return multiply(args.backend, args.inputs, args.attrs);
}

type Options = { transposeA?: boolean; transposeB?: boolean; mode?: number };

/** a · b + bias; `mode` as in window.ts. */
export function multiply(
  backend: BackendWasm,
  { a, b, bias }: { a: tf.TensorInfo; b: tf.TensorInfo; bias?: tf.TensorInfo },
  { transposeA = false, transposeB = false, mode = overwrite }: Options,
): tf.TensorInfo {
  if (a.shape.length < 2 || b.shape.length < 2) {
    throw new Error(`matMul: [${a.shape}] and [${b.shape}] must be matrices; tf.dot multiplies vectors too.`);
  }
  const [aRows, aColumns] = a.shape.slice(-2) as [number, number];
  const [bRows, bColumns] = b.shape.slice(-2) as [number, number];
  const [m, k] = transposeA ? [aColumns, aRows] : [aRows, aColumns];
  const [inner, n] = transposeB ? [bColumns, bRows] : [bRows, bColumns];
  if (k !== inner) {
    throw new Error(
      `matMul: inner sizes ${k} and ${inner} of [${a.shape}] and [${b.shape}] (transposeA ${transposeA}, transposeB ${transposeB}) must match.`,
    );
  }
  const batchA = a.shape.slice(0, -2);
  const batchB = b.shape.slice(0, -2);
  const batch = tf.broadcast_util.assertAndGetBroadcastShape(batchA, batchB);
  const kernels = kernelsOn(backend);
  const scratch = workspace(backend, kernels.matmulScratch());
  const out = backend.makeOutput([...batch, m, n], 'float32');
  const [from, by, to] = [address(backend, a), address(backend, b), address(backend, out)];
  const biasAt = bias ? address(backend, bias) : 0;
  const indicesA = broadcastIndices(batchA, batch);
  const indicesB = broadcastIndices(batchB, batch);
  const [aRow, aColumn] = transposeA ? [1, aColumns] : [aColumns, 1];
  const [bRow, bColumn] = transposeB ? [1, bColumns] : [bColumns, 1];
  for (let i = 0; i < indicesA.length; i++) {
    const aAt = from + indicesA[i]! * m * k * 4;
    const bAt = by + indicesB[i]! * k * n * 4;
    kernels.matmul(aAt, aRow, aColumn, bAt, bRow, bColumn, to + i * m * n * 4, n, m, n, k, biasAt, mode, scratch);
  }
  return out;
}

/** For each element of the broadcast batch, which matrix of the input it is. */
function broadcastIndices(shape: number[], batch: number[]): number[] {
  let indices = [0];
  for (let axis = 0; axis < batch.length; axis++) {
    const size = shape[axis - (batch.length - shape.length)] ?? 1;
    indices = indices.flatMap((index) =>
      Array.from({ length: batch[axis]! }, (_, i) => index * size + (size === 1 ? 0 : i)),
    );
  }
  return indices;
}
