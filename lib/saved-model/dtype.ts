import { ModelError } from './error.ts';
import type { DType, TensorData } from './value.ts';

/** TensorFlow's enum `DataType` for the types that a HostTensor can have. */
const NUMBERS: Record<DType, number> = {
  float32: 1,
  float64: 2,
  int32: 3,
  uint8: 4,
  int16: 5,
  int8: 6,
  string: 7,
  complex64: 8,
  int64: 9,
  bool: 10,
  bfloat16: 14,
  uint16: 17,
  complex128: 18,
  float16: 19,
  uint32: 22,
  uint64: 23,
};

const NAMES = new Map(Object.entries(NUMBERS).map(([name, number]) => [number, name as DType]));

/** The enums without a HostTensor of their own: handles, dead values, lists. */
export const DT_RESOURCE = 20;
export const DT_VARIANT = 21;

/** The name of an enum number; a reference type (100 + n, TF1 variables) is its base type. */
export function dtypeOf(number: number): DType {
  const name = NAMES.get(number > 100 ? number - 100 : number);
  if (!name)
    throw new ModelError('UNIMPLEMENTED', `tensor type ${number} (see TensorFlow's types.proto) is not supported`);
  return name;
}

export function isDType(number: number): boolean {
  return NAMES.has(number > 100 ? number - 100 : number);
}

export function dtypeNumber(dtype: DType): number {
  return NUMBERS[dtype];
}

/** TensorFlow's C++ names, as its error texts print them. */
export function dtypeWord(dtype: DType): string {
  return dtype === 'float32' ? 'float' : dtype === 'float64' ? 'double' : dtype === 'float16' ? 'half' : dtype;
}

/** Bytes of one element in a checkpoint or in tensor_content; 0 for strings, which have no fixed size. */
export function elementBytes(dtype: DType): number {
  switch (dtype) {
    case 'string':
      return 0;
    case 'bool':
    case 'int8':
    case 'uint8':
      return 1;
    case 'float16':
    case 'bfloat16':
    case 'int16':
    case 'uint16':
      return 2;
    case 'float32':
    case 'int32':
    case 'uint32':
      return 4;
    case 'complex128':
      return 16;
    default:
      return 8;
  }
}

/** Zeros (or empty strings) of a type; complex numbers take two elements each. */
export function newData(dtype: DType, size: number): TensorData {
  switch (dtype) {
    case 'float32':
    case 'float16':
    case 'bfloat16':
      return new Float32Array(size);
    case 'complex64':
      return new Float32Array(2 * size);
    case 'float64':
      return new Float64Array(size);
    case 'complex128':
      return new Float64Array(2 * size);
    case 'int8':
      return new Int8Array(size);
    case 'int16':
      return new Int16Array(size);
    case 'int32':
      return new Int32Array(size);
    case 'int64':
      return new BigInt64Array(size);
    case 'uint8':
    case 'bool':
      return new Uint8Array(size);
    case 'uint16':
      return new Uint16Array(size);
    case 'uint32':
      return new Uint32Array(size);
    case 'uint64':
      return new BigUint64Array(size);
    case 'string':
      return Array.from({ length: size }, () => EMPTY);
  }
}

const EMPTY = new Uint8Array(0);

export function sizeOf(shape: readonly number[]): number {
  let size = 1;
  for (const dim of shape) size *= dim;
  return size;
}
