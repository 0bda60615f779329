// A processor takes a hundred times as long for numbers below 1.2e-38. WebAssembly cannot turn them off, as TensorFlow does,
// and the moments of a weight whose gradient is zero shrink until they stay at the smallest of them for ever.

/** Zero where |x| is below `least`; NaN stays NaN. */
export function flush(x: v128, least: f32): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(least)));
}

/** The same for one number. */
export function flushOne(x: f32, least: f32): f32 {
  return abs<f32>(x) < least ? 0 : x;
}

/** Below these nothing changes a weight. Of a gradient, whose square is needed, and of what is kept of it and of its square. */
export const leastGradient: f32 = 1e-17;
export const leastMoment: f32 = 1e-30;
export const leastSquare: f32 = 1e-36;
