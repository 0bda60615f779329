import { dtypeWord } from '../../../lib/saved-model/dtype.ts';
import type { DType, TensorData } from '../../../lib/saved-model/value.ts';
import { invalidArgument, StatusError } from './errors.ts';
import { debugText } from './json-debug.ts';
import { base64Of, integerOf, type Json, numberOf, stringAt, typeOf } from './json-value.ts';

/** What TF Serving's JSON knows how to read; every other type is UNIMPLEMENTED there. */
export type JsonDType =
  | 'float32'
  | 'float64'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'uint8'
  | 'uint32'
  | 'uint64'
  | 'bool'
  | 'string';

/** One leaf as an element of a tensor, or TF Serving's error. */
export function elementOf(value: Json, dtype: DType): number | bigint | Uint8Array {
  const type = typeOf(value);
  if (type === 'Object') return dtype === 'string' ? fromBase64(value) : refuse(value, dtype);
  switch (dtype) {
    case 'float32':
    case 'float64':
      return type === 'Number' ? numberOf(value) : refuse(value, dtype);
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
      return Number(integer(value, dtype, -(2n ** 31n), 2n ** 31n));
    case 'uint32':
      return Number(integer(value, dtype, 0n, 2n ** 32n));
    case 'int64':
      return integer(value, dtype, -(2n ** 63n), 2n ** 63n);
    case 'uint64':
      return integer(value, dtype, 0n, 2n ** 64n);
    case 'bool':
      return type === 'True' ? 1 : type === 'False' ? 0 : refuse(value, dtype);
    case 'string':
      return type === 'String' ? stringAt(value) : refuse(value, dtype);
    default:
      throw new StatusError(
        'UNIMPLEMENTED',
        `Conversion of JSON Value: ${debugText(value)} to type: ${dtypeWord(dtype)}`,
      );
  }
}

/** The elements as a tensor's data; small integer types wrap, as a cast from int32 does. */
export function dataOf(dtype: DType, values: (number | bigint | Uint8Array)[]): TensorData {
  switch (dtype) {
    case 'string':
      return values as Uint8Array[];
    case 'int64':
      return BigInt64Array.from(values as bigint[]);
    case 'uint64':
      return BigUint64Array.from(values as bigint[]);
    case 'float64':
      return Float64Array.from(values as number[]);
    case 'int8':
      return Int8Array.from(values as number[]);
    case 'int16':
      return Int16Array.from(values as number[]);
    case 'int32':
      return Int32Array.from(values as number[]);
    case 'uint8':
    case 'bool':
      return Uint8Array.from(values as number[]);
    case 'uint32':
      return Uint32Array.from(values as number[]);
    default:
      return Float32Array.from(values as number[]);
  }
}

/** Strict base64 as absl reads it: padding (`=`, or `.`) optional, white space skipped, nothing else. */
export function decodeBase64(text: string): Buffer | undefined {
  const bare = text.replace(/[ \t\n\r\f\v]/g, '');
  if (!/^[A-Za-z0-9+/]*[=.]{0,2}$/.test(bare)) return undefined;
  const digits = bare.replace(/[=.]+$/, '');
  const padding = bare.length - digits.length;
  if (digits.length % 4 === 1 || (padding > 0 && bare.length % 4 !== 0)) return undefined;
  return Buffer.from(digits, 'base64');
}

export function fromBase64(value: Json): Buffer {
  const text = base64Of(value);
  if (!text) throw invalidArgument(`JSON Value: ${debugText(value)} not formatted correctly for base64 data`);
  const bytes = decodeBase64(stringAt(text).toString('latin1'));
  if (!bytes) throw invalidArgument('Unable to base64 decode');
  return bytes;
}

function integer(value: Json, dtype: DType, from: bigint, below: bigint): bigint {
  const number = typeOf(value) === 'Number' ? integerOf(value) : undefined;
  return number !== undefined && number >= from && number < below ? number : refuse(value, dtype);
}

function refuse(value: Json, dtype: DType): never {
  throw invalidArgument(
    `JSON Value: ${debugText(value)} Type: ${typeOf(value)} is not of expected type: ${dtypeWord(dtype)}`,
  );
}
