import { flushOne, leastGradient, leastMoment, leastSquare } from './flush';

// Updates of n weights, as in adam.ts: the new values go elsewhere.

/** Plain gradient descent. */
export function descend(weights: usize, gradient: usize, newWeights: usize, n: i32, rate: f32): void {
  for (let i: usize = 0, bytes = (<usize>n) << 2; i < bytes; i += 4)
    store<f32>(newWeights + i, load<f32>(weights + i) - rate * load<f32>(gradient + i));
}

/** Gradient descent with momentum: the accumulation is momentum · accumulation + gradient. */
export function momentum(
  weights: usize,
  accumulation: usize,
  gradient: usize,
  newWeights: usize,
  newAccumulation: usize,
  n: i32,
  rate: f32,
  keep: f32,
  nesterov: i32,
): void {
  for (let i: usize = 0, bytes = (<usize>n) << 2; i < bytes; i += 4) {
    const g = load<f32>(gradient + i);
    const a = flushOne(load<f32>(accumulation + i) * keep + g, leastMoment);
    store<f32>(newAccumulation + i, a);
    store<f32>(newWeights + i, load<f32>(weights + i) - rate * (nesterov ? g + a * keep : a));
  }
}

/** RMSProp, not centred: each gradient by the root of the mean of its squares. */
export function rmsProp(
  weights: usize,
  squares: usize,
  moments: usize,
  gradient: usize,
  newWeights: usize,
  newSquares: usize,
  newMoments: usize,
  n: i32,
  rate: f32,
  decay: f32,
  keep: f32,
  epsilon: f32,
): void {
  for (let i: usize = 0, bytes = (<usize>n) << 2; i < bytes; i += 4) {
    const g = flushOne(load<f32>(gradient + i), leastGradient);
    const s = flushOne(load<f32>(squares + i) * decay + g * g * (1 - decay), leastSquare);
    const m = flushOne(load<f32>(moments + i) * keep + (rate * g) / sqrt<f32>(s + epsilon), leastMoment);
    store<f32>(newSquares + i, s);
    store<f32>(newMoments + i, m);
    store<f32>(newWeights + i, load<f32>(weights + i) - m);
  }
}
