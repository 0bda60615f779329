/**
 * out[i] = x[indices[i]] for slices of `bytes` bytes; x has `rows` of them. Gives -1, or the place of the first index that is
 * out of range.
 */
export function gather(x: usize, rows: i32, bytes: i32, indices: usize, count: i32, out: usize): i32 {
  for (let i = 0; i < count; i++) {
    const index = load<i32>(indices + ((<usize>i) << 2));
    if (<u32>index >= <u32>rows) return i;
    memory.copy(out, x + <usize>index * <usize>bytes, bytes);
    out += bytes;
  }
  return -1;
}
