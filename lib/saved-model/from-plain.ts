import { tf } from '../engine/index.ts';
import { ownsTensor } from './device.ts';
import { newData, sizeOf } from './dtype.ts';
import { invalid } from './error.ts';
import type { DType, HostTensor, TensorData } from './value.ts';

/** A tensor, a typed array or nested arrays as the tensor that an input wants. */
export function fromPlain(value: unknown, dtype: DType, name: string): HostTensor {
  if (value instanceof tf.Tensor) return fromTensor(value, dtype, name);
  if (isHostTensor(value)) return value;
  const shape = shapeOf(value);
  const flat: unknown[] = [];
  flatten(value, shape, 0, flat, name);
  const data = newData(dtype, sizeOf(shape)) as unknown[];
  for (let i = 0; i < flat.length; i++) data[i] = element(flat[i], dtype, name);
  return { dtype, shape, data: data as unknown as TensorData };
}

function fromTensor(tensor: tf.Tensor, dtype: DType, name: string): HostTensor {
  // As it lies on the device: a plan reads it there, and only what needs the numbers here copies them.
  if (tensor.dtype === 'float32' && dtype === 'float32' && ownsTensor(tensor.dataId)) {
    const { shape, dataId } = tensor;
    const lazy = {
      dtype,
      shape,
      dataId,
      get data() {
        return tensor.dataSync() as Float32Array;
      },
    };
    return lazy;
  }
  const data = tensor.dtype === 'string' ? stringBytes(tensor) : tensor.dataSync();
  if (tensor.dtype === dtype) return { dtype, shape: tensor.shape, data: data as TensorData };
  const out = newData(dtype, tensor.size) as unknown[];
  (data as Float32Array).forEach((x, i) => {
    out[i] = element(x, dtype, name);
  });
  return { dtype, shape: tensor.shape, data: out as unknown as TensorData };
}

/** A string tensor's bytes as they are: dataSync would decode them. */
function stringBytes(tensor: tf.Tensor): Uint8Array[] {
  return (tf.backend() as unknown as { readSync(id: object): Uint8Array[] }).readSync(tensor.dataId);
}

function isHostTensor(value: unknown): value is HostTensor {
  return typeof value === 'object' && value !== null && 'dtype' in value && 'shape' in value && 'data' in value;
}

/** By the first element at each level, as servers read JSON. */
function shapeOf(value: unknown): number[] {
  if (value instanceof tf.Tensor) return value.shape;
  if (ArrayBuffer.isView(value)) return [(value as Uint8Array).length];
  return Array.isArray(value) ? [value.length, ...(value.length > 0 ? shapeOf(value[0]) : [])] : [];
}

function flatten(value: unknown, shape: number[], level: number, into: unknown[], name: string): void {
  if (level === shape.length) {
    into.push(value);
    return;
  }
  const list = value instanceof tf.Tensor ? (value.arraySync() as unknown[]) : (value as ArrayLike<unknown>);
  if (typeof list !== 'object' || list === null || list.length !== shape[level]) {
    throw invalid(
      `input "${name}": expecting shape [${shape}], but a list at level ${level} has ${(list as unknown[])?.length ?? 'no'} elements`,
    );
  }
  for (let i = 0; i < list.length; i++) flatten(list[i], shape, level + 1, into, name);
}

function element(value: unknown, dtype: DType, name: string): unknown {
  if (dtype === 'string') {
    if (value instanceof Uint8Array) return value;
    if (typeof value === 'string') return Buffer.from(value);
    throw invalid(`input "${name}" takes strings, but holds ${String(value)}`);
  }
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'boolean') {
    throw invalid(`input "${name}" takes numbers (${dtype}), but holds ${JSON.stringify(value) ?? String(value)}`);
  }
  if (dtype === 'int64' || dtype === 'uint64') return BigInt(value);
  return Number(value);
}
