import { accumulate } from './tile';

/** sums[j] = Σ x[i][j]: the gradient of a bias; `mode` as in tile.ts. */
export function columnSums(x: usize, rows: i32, columns: i32, sums: usize, mode: i32): void {
  const bytes = (<usize>columns) << 2;
  let j: usize = 0;
  for (; j + 16 <= bytes; j += 16) {
    let sum = mode & accumulate ? v128.load(sums + j) : f32x4.splat(0);
    let at = x + j;
    for (let i = 0; i < rows; i++) {
      sum = f32x4.add(sum, v128.load(at));
      at += bytes;
    }
    v128.store(sums + j, sum);
  }
  for (; j < bytes; j += 4) {
    let sum: f32 = mode & accumulate ? load<f32>(sums + j) : 0;
    let at = x + j;
    for (let i = 0; i < rows; i++) {
      sum += load<f32>(at);
      at += bytes;
    }
    store<f32>(sums + j, sum);
  }
}

/** gradient[i] = 0 where relu gave 0. */
export function reluGradient(out: usize, gradient: usize, n: i32): void {
  const bytes = (<usize>n) << 2;
  const zero = f32x4.splat(0);
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) {
    v128.store(gradient + i, v128.and(v128.load(gradient + i), f32x4.gt(v128.load(out + i), zero)));
  }
  for (; i < bytes; i += 4) if (!(load<f32>(out + i) > 0)) store<f32>(gradient + i, 0);
}

/** to[i] = gradient[i], 0 where relu gave 0. */
export function maskedByRelu(out: usize, gradient: usize, n: i32, to: usize): void {
  memory.copy(to, gradient, (<usize>n) << 2);
  reluGradient(out, to, n);
}

/** to[j][i] = from[i][j]. */
export function transpose(from: usize, rows: i32, columns: i32, to: usize): void {
  for (let i = 0; i < rows; i++) {
    let target = to + ((<usize>i) << 2);
    for (let j = 0; j < columns; j++) {
      store<f32>(target, load<f32>(from));
      from += 4;
      target += (<usize>rows) << 2;
    }
  }
}

/** to[i] += from[i]. */
export function addTo(to: usize, from: usize, bytes: usize): void {
  let i: usize = 0;
  for (; i + 16 <= bytes; i += 16) v128.store(to + i, f32x4.add(v128.load(to + i), v128.load(from + i)));
  for (; i < bytes; i += 4) store<f32>(to + i, load<f32>(to + i) + load<f32>(from + i));
}
