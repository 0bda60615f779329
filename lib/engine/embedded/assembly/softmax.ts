/** How many rows `softmaxLoss` found right in its last call. */
export let correct: i32 = 0;

export function correctCount(): i32 {
  return correct;
}

/**
 * Softmax and sparse categorical cross-entropy of logits [rows][classes] in one: gives the sum of the losses, and in
 * `gradient` (p − onehot) · scale. From the logits, so that nothing has to be clipped.
 */
export function softmaxLoss(logits: usize, labels: usize, rows: i32, classes: i32, gradient: usize, scale: f32): f64 {
  let loss: f64 = 0;
  correct = 0;
  const bytes = (<usize>classes) << 2;
  for (let row = 0; row < rows; row++) {
    const label = load<i32>(labels);
    let best = 0;
    let largest = load<f32>(logits);
    for (let i = 1; i < classes; i++) {
      const value = load<f32>(logits + ((<usize>i) << 2));
      if (value > largest) {
        largest = value;
        best = i;
      }
    }
    if (best === label) correct++;
    let sum: f32 = 0;
    for (let i: usize = 0; i < bytes; i += 4) {
      const e = exponential(load<f32>(logits + i) - largest);
      store<f32>(gradient + i, e);
      sum += e;
    }
    const factor: f32 = scale / sum;
    for (let i: usize = 0; i < bytes; i += 4) store<f32>(gradient + i, load<f32>(gradient + i) * factor);
    const at = (<usize>label) << 2;
    store<f32>(gradient + at, load<f32>(gradient + at) - scale);
    loss += <f64>logarithm(sum) + <f64>largest - <f64>load<f32>(logits + at);
    logits += bytes;
    gradient += bytes;
    labels += 4;
  }
  return loss;
}

/** eˣ for x ≤ 0 to 2e-7, after Cephes: the compiler's own would bring a table, and we may have no data. NaN stays NaN. */
function exponential(x: f32): f32 {
  if (x < -87) return 0;
  // biome-ignore lint/suspicious/noApproximativeNumericConstant: Math.LOG2E is an f64 here
  const n = nearest<f32>(x * 1.442695041);
  const r = x - n * 0.693359375 - n * -2.1219444e-4;
  let p: f32 = 1.98756915e-4;
  p = p * r + 1.3981999507e-3;
  p = p * r + 8.3334519073e-3;
  p = p * r + 4.1665795894e-2;
  p = p * r + 1.6666665459e-1;
  p = p * r + 5.0000001201e-1;
  p = p * r * r + r + 1;
  return p * reinterpret<f32>((<i32>n + 127) << 23);
}

/** ln x for normal x > 0 to 2e-7, after Cephes; NaN stays NaN. */
export function logarithm(x: f32): f32 {
  if (!(x < Infinity)) return x;
  const bits = reinterpret<i32>(x);
  let exponent = <f32>((bits >> 23) - 126);
  let m = reinterpret<f32>((bits & 0x007fffff) | 0x3f000000);
  if (m < 0.71) {
    exponent -= 1;
    m += m;
  }
  m -= 1;
  const z = m * m;
  let p: f32 = 7.0376836292e-2;
  p = p * m - 1.151461031e-1;
  p = p * m + 1.167699874e-1;
  p = p * m - 1.2420140846e-1;
  p = p * m + 1.4249322787e-1;
  p = p * m - 1.6668057665e-1;
  p = p * m + 2.0000714765e-1;
  p = p * m - 2.4999993993e-1;
  p = p * m + 3.3333331174e-1;
  return m + (p * m * z - 0.5 * z + exponent * -2.1219444e-4) + exponent * 0.693359375;
}
