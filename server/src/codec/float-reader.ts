import { readDecimal } from './decimal.ts';
import type { TensorBuilder } from './tensor-builder.ts';

/**
 * FastReader.tensor for floats, which are nearly all of what a model server reads: the same rules in one loop with its state in
 * local variables (half the time of the general one). Returns the offset after the tensor, or -1 where the general reader should look.
 */
export function readFloats(bytes: Buffer, start: number, builder: TensorBuilder, single: boolean): number {
  const { dims } = builder;
  const cursor = { at: 0 };
  let data = builder.data as Float32Array;
  let { rank, length } = builder;
  let at = start;
  let depth = 0;
  for (;;) {
    let c = bytes[at] as number;
    if (c <= 32) {
      if (!isSpace(c)) return -1;
      at++;
      continue;
    }
    if (c === OPEN_LIST) {
      if ((rank >= 0 && depth >= rank) || depth === MAX_DEPTH) return -1;
      COUNTS[depth++] = 0;
      if (dims.length < depth) dims.push(-1);
      at++;
      continue;
    }
    if (rank < 0) rank = depth;
    else if (depth !== rank) return -1;
    if (length === data.length) {
      builder.length = length;
      builder.grow();
      data = builder.data as Float32Array;
    }
    // 0.0 is most of an image.
    if (c === 48 && bytes[at + 1] === 46 && bytes[at + 2] === 48 && ends(bytes[at + 3] as number)) {
      at += 3;
      data[length++] = 0;
    } else {
      cursor.at = at;
      const value = readDecimal(bytes, cursor, single);
      at = cursor.at;
      if (at < 0) return -1;
      data[length++] = value;
    }
    // Closes every list that ends here; stops behind the comma before the next value.
    for (;;) {
      if (depth === 0) {
        builder.rank = rank;
        builder.length = length;
        return at;
      }
      c = bytes[at] as number;
      while (c <= 32) {
        if (!isSpace(c)) return -1;
        c = bytes[++at] as number;
      }
      at++;
      const count = (COUNTS[depth - 1] as number) + 1;
      if (c === COMMA) {
        COUNTS[depth - 1] = count;
        break;
      }
      if (c !== CLOSE_LIST) return -1;
      depth--;
      if (dims[depth] === -1) dims[depth] = count;
      else if (dims[depth] !== count) return -1;
    }
  }
}

/** Deeper lists than real tensors have go the slow way. */
export const MAX_DEPTH = 32;
/** Values so far in each open list. Reading never yields, so one array serves all requests. */
const COUNTS = new Int32Array(MAX_DEPTH);

const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const COMMA = 44;

const isSpace = (c: number): boolean => c === 32 || c === 10 || c === 13 || c === 9;
const ends = (c: number): boolean => c === CLOSE_LIST || c === COMMA;
