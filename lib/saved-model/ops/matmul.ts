import { boolAttr, floatAttr, typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, kernel, needKernel, onDevice, onHost, release, reshaped, zeros } from '../device.ts';
import { newData, sizeOf } from '../dtype.ts';
import type { FlatNode } from '../graph.ts';
import type { DType } from '../value.ts';
import { broadcastShape, sourceIndex } from './broadcast.ts';
import type { Kernel, OpRow } from './op.ts';
import { refuse, row, shapeText } from './op.ts';

export const MATMUL: Record<string, OpRow> = {
  MatMul: row((node) => matmul(node, boolAttr(node, 'transpose_a', false), boolAttr(node, 'transpose_b', false))),
  BatchMatMul: row((node) => batchMatmul(node)),
  BatchMatMulV2: row((node) => batchMatmul(node)),
  BatchMatMulV3: row((node) => batchMatmul(node)),
};

/** From so many rows on, the product and the bias apart are quicker than tfjs's fused kernel, which packs its weights. */
const ROWS = 16;

function matmul(node: FlatNode, transposeA: boolean, transposeB: boolean): Kernel {
  const call = needKernel('_FusedMatMul');
  const [own, add] = [kernel('BatchMatMul'), needKernel('Add')];
  const activation = node.activation ?? 'linear';
  const attrs = { transposeA, transposeB, activation, leakyreluAlpha: floatAttr(node, 'leakyrelu_alpha', 0) };
  return ([a, b, bias]) => {
    const [left, right] = [a as Value, b as Value];
    checkMatrices(node, left, right, transposeA, transposeB);
    const shape = [left.shape[transposeA ? 1 : 0] as number, right.shape[transposeB ? 0 : 1] as number];
    if (left.dtype !== 'float32') {
      // Products of bytes are summed up in int32 where the node says so: what Keras quantizes does.
      const type = typeAttr(node, 'Tout', left.dtype as DType);
      return exact(left, right, type, transposeA, transposeB, shape);
    }
    if (sizeOf(left.shape) === 0 || sizeOf(right.shape) === 0) return zeros('float32', shape);
    const [stackedA, stackedB] = [stacked(left), stacked(right)];
    if (own && activation === 'linear' && (shape[0] as number) >= ROWS) {
      const product = own({ a: stackedA, b: stackedB }, attrs)[0] as Value;
      product.shape = shape;
      const out = bias ? (add({ a: product, b: bias }, {}) as Value) : product;
      if (bias) release(product);
      release(stackedA);
      release(stackedB);
      return out;
    }
    const out = call({ a: stackedA, b: stackedB, bias }, attrs);
    release(stackedA);
    release(stackedB);
    out.shape = shape;
    return out;
  };
}

/** tfjs multiplies stacks of matrices; one matrix is a stack of one, over the same elements. */
function stacked(value: Value): Value {
  // Uploaded on the constant itself, so that the next request finds it there.
  onDevice(value);
  return reshaped(value, [1, ...value.shape]);
}

function checkMatrices(node: FlatNode, a: Value, b: Value, transposeA: boolean, transposeB: boolean): void {
  if (a.shape.length !== 2) throw refuse(node, `In[0] is not a matrix. Instead it has shape ${shapeText(a.shape)}`);
  if (b.shape.length !== 2) throw refuse(node, `In[1] is not a matrix. Instead it has shape ${shapeText(b.shape)}`);
  if (a.shape[transposeA ? 0 : 1] !== b.shape[transposeB ? 1 : 0]) {
    throw refuse(node, `Matrix size-incompatible: In[0]: ${shapeText(a.shape)}, In[1]: ${shapeText(b.shape)}`);
  }
  if (a.dtype !== b.dtype) throw refuse(node, `MatMul: types ${a.dtype} and ${b.dtype} do not match`);
}

/** float64 and the integers: a plain loop on the host. */
function exact(a: Value, b: Value, type: DType, transposeA: boolean, transposeB: boolean, shape: number[]): Value {
  const [m = 0, n = 0] = shape;
  const k = a.shape[transposeA ? 0 : 1] as number;
  const data = newData(type, m * n) as unknown as number[];
  const [left, right] = [onHost(a) as unknown as number[], onHost(b) as unknown as number[]];
  const big = a.dtype === 'int64' || a.dtype === 'uint64';
  for (let row = 0; row < m; row++) {
    for (let column = 0; column < n; column++) {
      let sum = (big ? 0n : 0) as number;
      for (let i = 0; i < k; i++) {
        const x = left[transposeA ? i * m + row : row * k + i] as number;
        const y = right[transposeB ? column * k + i : i * n + column] as number;
        sum += a.dtype === 'int32' ? Math.imul(x, y) : x * y;
      }
      data[row * n + column] = sum;
    }
  }
  return hostValue(type, shape, data as never);
}

function batchMatmul(node: FlatNode): Kernel {
  const [transposeA, transposeB] = [boolAttr(node, 'adj_x', false), boolAttr(node, 'adj_y', false)];
  const call = needKernel('_FusedMatMul');
  const flat = matmul(node, transposeA, transposeB);
  return ([a, b]) => {
    const [left, right] = [a as Value, b as Value];
    if (left.shape.length < 2) throw refuse(node, `In[0] ndims must be >= 2: ${left.shape.length}`);
    if (right.shape.length < 2) throw refuse(node, `In[1] ndims must be >= 2: ${right.shape.length}`);
    if (left.shape.length === 2 && right.shape.length === 2) return flat([left, right]);
    const [outer, inner] = [left.shape.slice(0, -2), right.shape.slice(0, -2)];
    const batch = broadcastShape(outer, inner);
    const [m, k] = lastTwo(left, transposeA);
    const [k2, n] = lastTwo(right, transposeB);
    if (k !== k2)
      throw refuse(node, `Matrix size-incompatible: In[0]: ${shapeText(left.shape)}, In[1]: ${shapeText(right.shape)}`);
    if (left.dtype !== 'float32') return exactBatch(left, right, batch, [m, n], flat as (inputs: Value[]) => Value);
    if (sizeOf(batch) * m * n === 0) return zeros('float32', [...batch, m, n]);
    const [x, y] = [flatBatch(left, outer, batch), flatBatch(right, inner, batch)];
    const out = call({ a: x, b: y }, { transposeA, transposeB, activation: 'linear' });
    release(x);
    release(y);
    out.shape = [...batch, m, n];
    return out;
  };
}

/** The other types, matrix by matrix. */
function exactBatch(a: Value, b: Value, batch: number[], shape: number[], multiply: (inputs: Value[]) => Value): Value {
  const matrices = [a, b].map((value) => {
    const own = value.shape.slice(0, -2);
    const [matrix, index, from] = [value.shape.slice(-2), sourceIndex(own, batch), onHost(value) as Float32Array];
    const size = sizeOf(matrix);
    return (i: number) => {
      const at = (index ? (index[i] as number) : i) * size;
      return hostValue(value.dtype, matrix, from.subarray(at, at + size));
    };
  });
  const parts = Array.from({ length: sizeOf(batch) }, (_, i) => multiply(matrices.map((matrix) => matrix(i))));
  const type = parts[0]?.dtype ?? a.dtype;
  const data = newData(type as DType, sizeOf(batch) * sizeOf(shape)) as Float32Array;
  for (const [i, part] of parts.entries()) data.set(onHost(part) as Float32Array, i * sizeOf(shape));
  return hostValue(type, [...batch, ...shape], data);
}

function lastTwo(value: Value, transpose: boolean): [number, number] {
  const [rows, columns] = value.shape.slice(-2) as [number, number];
  return transpose ? [columns, rows] : [rows, columns];
}

/** [batch, rows, columns] with the batch dimensions multiplied out, repeated where they broadcast. */
function flatBatch(value: Value, own: number[], batch: number[]): Value {
  const matrix = value.shape.slice(-2);
  const size = sizeOf(matrix);
  if (sizeOf(own) === sizeOf(batch)) {
    onDevice(value);
    return reshaped(value, [sizeOf(batch), ...matrix]);
  }
  const from = onHost(value) as Float32Array;
  const index = sourceIndex(own, batch) as Int32Array;
  const data = new Float32Array(index.length * size);
  index.forEach((source, i) => {
    data.set(from.subarray(source * size, (source + 1) * size), i * size);
  });
  return hostValue('float32', [index.length, ...matrix], data);
}
