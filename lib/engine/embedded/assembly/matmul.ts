import { accumulate, relu, tile6x4, tile6x8 } from './tile';

/** So much of B (256 × 512 floats) stays in the second-level cache while all rows of A pass. */
const blockK: i32 = 256;
const blockN: i32 = 512;

/** Bytes that `matmul` needs for a packed block of B. */
export function matmulScratch(): i32 {
  return blockK * (blockN + 8) * 4;
}

/**
 * C[m][n] = A · B + bias, any of them transposed: an element of A is at a + aRow · i + aColumn · k, counted in floats, and
 * so for B. C is row-major with `cRow` floats in a row. `mode`: accumulate, relu.
 */
export function matmul(
  a: usize,
  aRow: i32,
  aColumn: i32,
  b: usize,
  bRow: i32,
  bColumn: i32,
  c: usize,
  cRow: i32,
  m: i32,
  n: i32,
  k: i32,
  bias: usize,
  mode: i32,
  scratch: usize,
): void {
  if (k === 0) {
    fill(c, cRow, m, n, bias, mode);
    return;
  }
  for (let n0 = 0; n0 < n; n0 += blockN) {
    const columns = min(blockN, n - n0);
    for (let k0 = 0; k0 < k; k0 += blockK) {
      const depth = min(blockK, k - k0);
      let blockMode = mode & ~relu;
      if (k0 > 0) blockMode |= accumulate;
      if (k0 + depth === k) blockMode |= mode & relu;
      const from = b + ((<usize>(k0 * bRow) + <usize>(n0 * bColumn)) << 2);
      // Few rows do not pay for packing, unless B's columns lie apart.
      const packed = bColumn !== 1 || m > 24;
      if (packed) pack(from, bRow, bColumn, depth, columns, scratch);
      rows(
        a + ((<usize>(k0 * aColumn)) << 2),
        aRow,
        aColumn,
        packed ? scratch : from,
        packed ? 8 : bRow,
        packed ? depth * 8 : 8,
        c + ((<usize>n0) << 2),
        cRow,
        m,
        columns,
        depth,
        k0 === 0 && bias ? bias + ((<usize>n0) << 2) : 0,
        blockMode,
      );
    }
  }
}

/** All rows of A with one block of B; `bPanel` floats lead to its next eight columns. */
function rows(
  a: usize,
  aRow: i32,
  aColumn: i32,
  b: usize,
  bRow: i32,
  bPanel: i32,
  c: usize,
  cRow: i32,
  m: i32,
  n: i32,
  k: i32,
  bias: usize,
  mode: i32,
): void {
  const step = (<usize>aRow) << 2;
  for (let i = 0; i < m; i += 6) {
    const count = min(6, m - i);
    const a0 = a + <usize>i * step;
    const a1 = count > 1 ? a0 + step : a0;
    const a2 = count > 2 ? a1 + step : a0;
    const a3 = count > 3 ? a2 + step : a0;
    const a4 = count > 4 ? a3 + step : a0;
    const a5 = count > 5 ? a4 + step : a0;
    for (let j = 0; j < n; j += 8) {
      const panel = b + ((<usize>((j >> 3) * bPanel)) << 2);
      const to = c + ((<usize>i * <usize>cRow + <usize>j) << 2);
      const offset = bias ? bias + ((<usize>j) << 2) : 0;
      if (n - j > 4) {
        tile6x8(
          a0,
          a1,
          a2,
          a3,
          a4,
          a5,
          (<usize>aColumn) << 2,
          k,
          1,
          0,
          panel,
          (<usize>bRow) << 2,
          to,
          (<usize>cRow) << 2,
          count,
          min(8, n - j),
          offset,
          mode,
        );
      } else {
        tile6x4(
          a0,
          a1,
          a2,
          a3,
          a4,
          a5,
          (<usize>aColumn) << 2,
          k,
          1,
          0,
          panel,
          (<usize>bRow) << 2,
          to,
          (<usize>cRow) << 2,
          count,
          n - j,
          offset,
          mode,
        );
      }
    }
  }
}

/** Copies a block of B so that eight columns lie together, row after row. */
function pack(b: usize, bRow: i32, bColumn: i32, k: i32, n: i32, to: usize): void {
  for (let j = 0; j < n; j += 8) {
    const columns = min(8, n - j);
    let from = b + ((<usize>(j * bColumn)) << 2);
    if (bColumn === 1 && columns === 8) {
      for (let i = 0; i < k; i++) {
        v128.store(to, v128.load(from));
        v128.store(to, v128.load(from, 16), 16);
        from += (<usize>bRow) << 2;
        to += 32;
      }
      continue;
    }
    for (let column = 0; column < columns; column++) {
      let source = from + ((<usize>(column * bColumn)) << 2);
      let target = to + ((<usize>column) << 2);
      for (let i = 0; i < k; i++) {
        store<f32>(target, load<f32>(source));
        source += (<usize>bRow) << 2;
        target += 32;
      }
    }
    to += (<usize>k) << 5;
  }
}

function fill(c: usize, cRow: i32, m: i32, n: i32, bias: usize, mode: i32): void {
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) {
      const at = c + ((<usize>(i * cRow + j)) << 2);
      let value = bias ? load<f32>(bias + ((<usize>j) << 2)) : 0;
      if (mode & accumulate) value += load<f32>(at);
      if (mode & relu && value < 0) value = 0;
      store<f32>(at, value);
    }
  }
}
