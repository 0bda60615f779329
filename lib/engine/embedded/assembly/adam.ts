import { flush, flushOne, leastGradient, leastMoment, leastSquare } from './flush';

/**
 * One Adam update of n weights. The new values go elsewhere: tfjs WASM caches what it derived from a tensor, so a tensor that
 * is in use must not change. `correction1` is 1 − β1ᵗ, `correction2` is 1 − β2ᵗ.
 */
export function adam(
  weights: usize,
  first: usize,
  second: usize,
  gradient: usize,
  newWeights: usize,
  newFirst: usize,
  newSecond: usize,
  n: i32,
  rate: f32,
  beta1: f32,
  beta2: f32,
  epsilon: f32,
  correction1: f32,
  correction2: f32,
): void {
  const b1 = f32x4.splat(beta1),
    c1 = f32x4.splat(1 - beta1);
  const b2 = f32x4.splat(beta2),
    c2 = f32x4.splat(1 - beta2);
  const scale1 = f32x4.splat(rate / correction1),
    scale2 = f32x4.splat(1 / correction2);
  const e = f32x4.splat(epsilon);
  let i: usize = 0;
  const bytes = (<usize>n) << 2;
  for (; i + 16 <= bytes; i += 16) {
    const g = flush(v128.load(gradient + i), leastGradient);
    const m = flush(f32x4.add(f32x4.mul(v128.load(first + i), b1), f32x4.mul(g, c1)), leastMoment);
    const v = flush(f32x4.add(f32x4.mul(v128.load(second + i), b2), f32x4.mul(f32x4.mul(g, g), c2)), leastSquare);
    v128.store(newFirst + i, m);
    v128.store(newSecond + i, v);
    const step = f32x4.div(f32x4.mul(m, scale1), f32x4.add(f32x4.sqrt(f32x4.mul(v, scale2)), e));
    v128.store(newWeights + i, f32x4.sub(v128.load(weights + i), step));
  }
  for (; i < bytes; i += 4) {
    const g = flushOne(load<f32>(gradient + i), leastGradient);
    const m = flushOne(load<f32>(first + i) * beta1 + g * (1 - beta1), leastMoment);
    const v = flushOne(load<f32>(second + i) * beta2 + g * g * (1 - beta2), leastSquare);
    store<f32>(newFirst + i, m);
    store<f32>(newSecond + i, v);
    store<f32>(
      newWeights + i,
      load<f32>(weights + i) - (m * (rate / correction1)) / (sqrt<f32>(v * (1 / correction2)) + epsilon),
    );
  }
}
