import { newData, sizeOf } from '../../../lib/saved-model/dtype.ts';
import type { HostTensor, TensorData } from '../../../lib/saved-model/value.ts';
import { invalidArgument } from '../codec/errors.ts';

/** The rows `from` to `to` of a tensor: what one request gets of a batch's output. */
export function sliceRows(tensor: HostTensor, from: number, to: number): HostTensor {
  const [rows = 0, ...rest] = tensor.shape;
  if (from === 0 && to === rows) return tensor;
  const width = rowLength(tensor);
  return { ...tensor, shape: [to - from, ...rest], data: tensor.data.slice(from * width, to * width) as TensorData };
}

/** Tensors of one type and row shape, one below the other; `copies` more of the first row fill a batch up to its size. */
export function joinRows(tensors: readonly HostTensor[], copies = 0): HostTensor {
  const first = tensors[0] as HostTensor;
  if (tensors.length === 1 && copies === 0) return first;
  const rows = tensors.reduce((sum, { shape }) => sum + (shape[0] as number), copies);
  const shape = [rows, ...first.shape.slice(1)];
  const data = newData(first.dtype, sizeOf(shape));
  let at = 0;
  const put = (part: TensorData): void => {
    if (Array.isArray(data)) for (let i = 0; i < part.length; i++) data[at + i] = part[i] as Uint8Array;
    else (data as Float32Array).set(part as Float32Array, at);
    at += part.length;
  };
  for (const tensor of tensors) put(tensor.data);
  const row = copies > 0 ? (first.data.slice(0, rowLength(first)) as TensorData) : first.data;
  for (let i = 0; i < copies; i++) put(row);
  return { dtype: first.dtype, shape, data };
}

/**
 * The tensor's first element behind each dimension but the first, until it has the given row shape: what is in a tensor is a value
 * that the model takes.
 */
export function padRows(tensor: HostTensor, row: readonly number[]): HostTensor {
  const { shape } = tensor;
  if (row.every((size, i) => shape[i + 1] === size)) return tensor;
  if (tensor.data.length === 0) throw invalidArgument('Got empty tensor in batch of non-empty tensors.');
  const target = [shape[0] as number, ...row];
  const data = newData(tensor.dtype, sizeOf(target));
  for (let i = 0; i < data.length; i++) (data as unknown[])[i] = tensor.data[i % parts(tensor)];
  const inner = (shape.at(-1) as number) * parts(tensor);
  const innerTarget = (target.at(-1) as number) * parts(tensor);
  // Line by line along the last dimension; `index` counts the others.
  const index = new Array<number>(shape.length - 1).fill(0);
  for (let from = 0; from < tensor.data.length; from += inner) {
    const line = index.reduce((sum, position, axis) => sum * (target[axis] as number) + position, 0);
    for (let i = 0; i < inner; i++) (data as unknown[])[line * innerTarget + i] = tensor.data[from + i];
    for (let axis = index.length - 1; axis >= 0; axis--) {
      index[axis] = (index[axis] as number) + 1;
      if ((index[axis] as number) < (shape[axis] as number)) break;
      index[axis] = 0;
    }
  }
  return { dtype: tensor.dtype, shape: target, data };
}

const rowLength = (tensor: HostTensor): number => sizeOf(tensor.shape.slice(1)) * parts(tensor);

/** A complex number is two elements. */
const parts = ({ dtype }: HostTensor): number => (dtype.startsWith('complex') ? 2 : 1);
