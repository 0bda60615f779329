import { dtypeNumber } from '../../../lib/saved-model/dtype.ts';
import { toBfloat16, toHalf } from '../../../lib/saved-model/float16.ts';
import { create } from '../../../lib/saved-model/proto.ts';
import type { TensorProto } from '../../../lib/saved-model/schema.ts';
import { fromTensorProto, toBytes, toShapeProto } from '../../../lib/saved-model/tensor-proto.ts';
import type { DType, HostTensor } from '../../../lib/saved-model/value.ts';
import { invalidArgument } from '../codec/errors.ts';
import { AnswerTensor } from './messages.ts';

/** A request's tensor: tensor_content, or a typed list whose last value repeats. */
export function readTensor(name: string, proto: TensorProto): HostTensor {
  try {
    return fromTensorProto(proto);
  } catch {
    throw invalidArgument(`tensor parsing error: ${name}`);
  }
}

/** An answer's tensor: the typed lists, as TF Serving writes it unless it is told to use tensor_content. */
export function writeTensor(tensor: HostTensor, asContent: boolean): AnswerTensor {
  const { dtype, shape, data } = tensor;
  const answer = create(AnswerTensor, { dtype: dtypeNumber(dtype), tensor_shape: toShapeProto(shape) });
  if (dtype === 'string') return { ...answer, string_val: data as Uint8Array[] };
  if (asContent) return { ...answer, tensor_content: toBytes(tensor) };
  const field = FIXED[dtype];
  if (field) return { ...answer, [field]: toBytes(tensor) };
  return { ...answer, [VARIED[dtype] ?? 'int_val']: varints(numbersOf(tensor)) };
}

/** Lists whose packed form is the elements themselves, little-endian. */
const FIXED: Partial<Record<DType, keyof AnswerTensor>> = {
  float32: 'float_val',
  float64: 'double_val',
  complex64: 'scomplex_val',
  complex128: 'dcomplex_val',
  bool: 'bool_val',
};

const VARIED: Partial<Record<DType, keyof AnswerTensor>> = {
  int64: 'int64_val',
  uint64: 'uint64_val',
  uint32: 'uint32_val',
  float16: 'half_val',
  bfloat16: 'half_val',
};

function numbersOf({ dtype, data }: HostTensor): ArrayLike<number | bigint> {
  if (dtype === 'float16') return Array.from(data as Float32Array, toHalf);
  if (dtype === 'bfloat16') return Array.from(data as Float32Array, toBfloat16);
  return data as Int32Array | BigInt64Array;
}

/** Negative numbers take 10 bytes, as protobuf has it for int32 too. */
function varints(values: ArrayLike<number | bigint>): Uint8Array {
  const out = Buffer.allocUnsafe(values.length * 10);
  let at = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number | bigint;
    if (typeof value === 'number' && value >= 0 && value < 2 ** 31) {
      let rest = value;
      for (; rest > 127; rest >>>= 7) out[at++] = (rest & 127) | 128;
      out[at++] = rest;
    } else {
      let rest = BigInt.asUintN(64, BigInt(value));
      for (; rest > 127n; rest >>= 7n) out[at++] = Number(rest & 127n) | 128;
      out[at++] = Number(rest);
    }
  }
  return out.subarray(0, at);
}
