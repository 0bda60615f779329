// Batch normalization of x [rows][channels] over its rows. `scratch` has room for three numbers a channel.
import { addTo, columnSums } from './elementwise';

/** Rows of a block lie in the first cache, whose columns can be walked at will; sums of sums also keep more digits. */
const blockBytes: i32 = 1 << 14;

export function batchMoments(x: usize, rows: i32, channels: i32, mean: usize, variance: usize, scratch: usize): void {
  const bytes = (<usize>channels) << 2;
  const block = blockRows(channels);
  memory.fill(mean, 0, bytes);
  for (let row = 0; row < rows; row += block) {
    columnSums(x + <usize>row * bytes, min(block, rows - row), channels, scratch, 0);
    addTo(mean, scratch, bytes);
  }
  divide(mean, bytes, <f32>rows);
  memory.fill(variance, 0, bytes);
  for (let row = 0; row < rows; row += block) {
    columnSquares(x + <usize>row * bytes, min(block, rows - row), bytes, mean, scratch);
    addTo(variance, scratch, bytes);
  }
  divide(variance, bytes, <f32>rows);
}

/** y = (x − mean) · γ / √(variance + ε) + β; at address 0, γ and β are ones and zeros. */
export function batchNormalize(
  x: usize,
  rows: i32,
  channels: i32,
  mean: usize,
  variance: usize,
  gamma: usize,
  beta: usize,
  epsilon: f32,
  y: usize,
  scratch: usize,
): void {
  const bytes = (<usize>channels) << 2;
  const offset = scratch + bytes;
  for (let c: usize = 0; c < bytes; c += 4) {
    store<f32>(scratch + c, (gamma ? load<f32>(gamma + c) : 1) / sqrt<f32>(load<f32>(variance + c) + epsilon));
    store<f32>(offset + c, beta ? load<f32>(beta + c) : 0);
  }
  for (let row = 0; row < rows; row++) {
    let c: usize = 0;
    for (; c + 16 <= bytes; c += 16) {
      const centred = f32x4.sub(v128.load(x + c), v128.load(mean + c));
      v128.store(y + c, f32x4.relaxed_madd(centred, v128.load(scratch + c), v128.load(offset + c)));
    }
    for (; c < bytes; c += 4) {
      const centred = load<f32>(x + c) - load<f32>(mean + c);
      store<f32>(y + c, centred * load<f32>(scratch + c) + load<f32>(offset + c));
    }
    x += bytes;
    y += bytes;
  }
}

/** The gradients of a normalization with the moments of its own batch, which depend on x too. */
export function batchNormBack(
  x: usize,
  dy: usize,
  rows: i32,
  channels: i32,
  mean: usize,
  variance: usize,
  gamma: usize,
  epsilon: f32,
  dx: usize,
  dGamma: usize,
  dBeta: usize,
  scratch: usize,
): void {
  const bytes = (<usize>channels) << 2;
  const block = blockRows(channels);
  memory.fill(dGamma, 0, bytes);
  memory.fill(dBeta, 0, bytes);
  for (let row = 0; row < rows; row += block) {
    const at = <usize>row * bytes;
    const count = min(block, rows - row);
    columnSums(dy + at, count, channels, scratch, 0);
    addTo(dBeta, scratch, bytes);
    columnProducts(x + at, dy + at, count, bytes, mean, scratch);
    addTo(dGamma, scratch, bytes);
  }
  // dx = slope · (dy − level − (x − mean) · tilt)
  const slope = scratch;
  const level = scratch + bytes;
  const tilt = scratch + 2 * bytes;
  for (let c: usize = 0; c < bytes; c += 4) {
    const inverse: f32 = 1 / sqrt<f32>(load<f32>(variance + c) + epsilon);
    const scaled = load<f32>(dGamma + c) * inverse;
    store<f32>(dGamma + c, scaled);
    store<f32>(slope + c, load<f32>(gamma + c) * inverse);
    store<f32>(level + c, load<f32>(dBeta + c) / <f32>rows);
    store<f32>(tilt + c, (scaled * inverse) / <f32>rows);
  }
  for (let row = 0; row < rows; row++) {
    let c: usize = 0;
    for (; c + 16 <= bytes; c += 16) {
      const centred = f32x4.sub(v128.load(x + c), v128.load(mean + c));
      const raised = f32x4.sub(v128.load(dy + c), v128.load(level + c));
      const turned = f32x4.relaxed_nmadd(centred, v128.load(tilt + c), raised);
      v128.store(dx + c, f32x4.mul(turned, v128.load(slope + c)));
    }
    for (; c < bytes; c += 4) {
      const centred = load<f32>(x + c) - load<f32>(mean + c);
      const turned = load<f32>(dy + c) - load<f32>(level + c) - centred * load<f32>(tilt + c);
      store<f32>(dx + c, turned * load<f32>(slope + c));
    }
    x += bytes;
    dy += bytes;
    dx += bytes;
  }
}

function blockRows(channels: i32): i32 {
  return max(1, blockBytes / (channels << 2));
}

function divide(values: usize, bytes: usize, by: f32): void {
  for (let i: usize = 0; i < bytes; i += 4) store<f32>(values + i, load<f32>(values + i) / by);
}

/** sums[c] = Σ (x[row][c] − mean[c]) · dy[row][c]. */
function columnProducts(x: usize, dy: usize, rows: i32, bytes: usize, mean: usize, sums: usize): void {
  let c: usize = 0;
  for (; c + 16 <= bytes; c += 16) {
    const middle = v128.load(mean + c);
    let sum = f32x4.splat(0);
    let at = c;
    for (let row = 0; row < rows; row++) {
      sum = f32x4.relaxed_madd(f32x4.sub(v128.load(x + at), middle), v128.load(dy + at), sum);
      at += bytes;
    }
    v128.store(sums + c, sum);
  }
  for (; c < bytes; c += 4) {
    const middle = load<f32>(mean + c);
    let sum: f32 = 0;
    let at = c;
    for (let row = 0; row < rows; row++) {
      sum += (load<f32>(x + at) - middle) * load<f32>(dy + at);
      at += bytes;
    }
    store<f32>(sums + c, sum);
  }
}

/** sums[c] = Σ (x[row][c] − mean[c])². */
function columnSquares(x: usize, rows: i32, bytes: usize, mean: usize, sums: usize): void {
  let c: usize = 0;
  for (; c + 16 <= bytes; c += 16) {
    const middle = v128.load(mean + c);
    let sum = f32x4.splat(0);
    let at = x + c;
    for (let row = 0; row < rows; row++) {
      const centred = f32x4.sub(v128.load(at), middle);
      sum = f32x4.relaxed_madd(centred, centred, sum);
      at += bytes;
    }
    v128.store(sums + c, sum);
  }
  for (; c < bytes; c += 4) {
    const middle = load<f32>(mean + c);
    let sum: f32 = 0;
    let at = x + c;
    for (let row = 0; row < rows; row++) {
      const centred = load<f32>(at) - middle;
      sum += centred * centred;
      at += bytes;
    }
    store<f32>(sums + c, sum);
  }
}
