import { dtypeOf, isDType } from '../../../lib/saved-model/dtype.ts';
import type { DType } from '../../../lib/saved-model/value.ts';

/** DT_FLOAT and so on by TensorFlow's enum number; reference types (100 + n) have `_REF`. */
export function enumName(number: number): string {
  if (number === 0) return 'DT_INVALID';
  if (!isDType(number)) return OTHERS[number] ?? String(number);
  return `${dtypeEnumName(dtypeOf(number))}${number > 100 ? '_REF' : ''}`;
}

export const dtypeEnumName = (name: DType): string => `DT_${(WORDS[name] ?? name).toUpperCase()}`;

/** Where TensorFlow's enum has another word than Python's name. */
const WORDS: Record<string, string> = { float16: 'half', float32: 'float', float64: 'double' };
const OTHERS: Record<number, string> = { 20: 'DT_RESOURCE', 21: 'DT_VARIANT' };
