import { typeAttr } from '../attr.ts';
import type { Value } from '../device.ts';
import { hostValue, onHost, release, reshaped } from '../device.ts';
import type { DType } from '../value.ts';
import { rounded } from './binary.ts';
import type { OpRow } from './op.ts';
import { cast } from './unary.ts';

/**
 * The same ops for float16 and bfloat16 too, as models trained in mixed precision have them: computed in float32, the first
 * result rounded. (The others, of a normalisation, are float32 as its parameters are.)
 */
export function withHalves(rows: Record<string, OpRow>): Record<string, OpRow> {
  return Object.fromEntries(Object.entries(rows).map(([op, row]) => [op, inFloats(op, row, false)]));
}

/** The same for float64 and integers as well: pictures of bytes are resized, and counts are pooled. */
export function withOtherNumbers(rows: Record<string, OpRow>): Record<string, OpRow> {
  return Object.fromEntries(Object.entries(rows).map(([op, row]) => [op, inFloats(op, row, !OWN_NUMBERS.has(op))]));
}

/** Whatever they are given. */
const GIVES_FLOATS = new Set(['ResizeBilinear']);
/** What they are given, they compute with. */
const OWN_NUMBERS = new Set(['Softmax', 'LogSoftmax', 'BiasAdd']);

function inFloats(op: string, row: OpRow, others: boolean): OpRow {
  return {
    ...row,
    make(node, env) {
      const kernel = row.make(node, env);
      const type = typeAttr(node, 'T', 'float32');
      const other = others && type !== 'float32' && !isHalf(type) ? type : undefined;
      return (inputs) => {
        const own = inputs.find(({ dtype }) => isHalf(dtype))?.dtype ?? other;
        if (!own) return kernel(inputs);
        const floats = inputs.map((value) => (value.dtype === own ? asFloat(value) : value));
        try {
          const results = kernel(floats);
          if (GIVES_FLOATS.has(op)) return results;
          if (!Array.isArray(results)) return back(results, own as DType);
          return results.map((value, i) => (i === 0 ? back(value, own as DType) : value));
        } finally {
          for (const [i, value] of floats.entries()) if (value !== inputs[i]) release(value);
        }
      };
    },
  };
}

function isHalf(dtype: Value['dtype']): boolean {
  return dtype === 'float16' || dtype === 'bfloat16';
}

/** Halves live as float32 already. */
function asFloat(value: Value): Value {
  return isHalf(value.dtype) ? { ...reshaped(value, value.shape), dtype: 'float32' } : cast(value, 'float32');
}

function back(value: Value, dtype: DType): Value {
  if (value.dtype !== 'float32') return value;
  const out = isHalf(dtype) ? hostValue(dtype, value.shape, rounded(dtype, onHost(value))) : cast(value, dtype);
  release(value);
  return out;
}
