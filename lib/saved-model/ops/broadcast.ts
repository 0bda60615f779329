import { sizeOf } from '../dtype.ts';
import { invalid } from '../error.ts';

/** The common shape of two tensors by NumPy's rule. */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  const out: number[] = new Array(rank);
  for (let i = 1; i <= rank; i++) {
    const m = a[a.length - i] ?? 1;
    const n = b[b.length - i] ?? 1;
    if (m !== n && m !== 1 && n !== 1) throw invalid(`Incompatible shapes: [${a}] vs. [${b}]`);
    out[rank - i] = m === 1 ? n : m;
  }
  return out;
}

/** For each element of `out`, where it comes from in a tensor of `shape`; undefined when that is the same place. */
export function sourceIndex(shape: readonly number[], out: readonly number[]): Int32Array | undefined {
  if (sizeOf(shape) === sizeOf(out)) return undefined;
  const rank = out.length;
  const steps = new Array<number>(rank).fill(0);
  let step = 1;
  for (let i = 1; i <= shape.length; i++) {
    const dim = shape[shape.length - i] as number;
    if (dim !== 1) steps[rank - i] = step;
    step *= dim;
  }
  const index = new Int32Array(sizeOf(out));
  const position = new Int32Array(rank);
  for (let at = 0, from = 0; at < index.length; at++) {
    index[at] = from;
    for (let axis = rank - 1; axis >= 0; axis--) {
      from += steps[axis] as number;
      if (++position[axis]! < (out[axis] as number)) break;
      from -= (steps[axis] as number) * (out[axis] as number);
      position[axis] = 0;
    }
  }
  return index;
}
