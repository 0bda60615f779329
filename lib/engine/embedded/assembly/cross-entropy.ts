import { logarithm } from './softmax';

/** Keras's ε: probabilities are kept this far from 0 and 1. */
const epsilon: f32 = 1e-7;
const most: f32 = 1 - 1e-7;

/** What the targets are: a probability for each class, or the number of the right class. */
const labels: i32 = 1;

/**
 * Categorical cross-entropy of probabilities [rows][classes] as Keras computes it: losses [rows] and their slopes
 * [rows][classes]. Probabilities are scaled to the sum 1 and clipped; those with labels are clipped before, too.
 */
export function crossEntropy(
  probabilities: usize,
  targets: usize,
  kind: i32,
  rows: i32,
  classes: i32,
  losses: usize,
  slopes: usize,
): void {
  const bytes = (<usize>classes) << 2;
  for (let row = 0; row < rows; row++) {
    if (kind === labels) {
      store<f32>(losses, ofLabel(probabilities, load<i32>(targets), classes, slopes));
      targets += 4;
    } else {
      store<f32>(losses, ofTargets(probabilities, targets, bytes, slopes));
      targets += bytes;
    }
    probabilities += bytes;
    slopes += bytes;
    losses += 4;
  }
}

function ofLabel(probabilities: usize, label: i32, classes: i32, slopes: usize): f32 {
  const bytes = (<usize>classes) << 2;
  let sum: f32 = 0;
  for (let i: usize = 0; i < bytes; i += 4) sum += clip(load<f32>(probabilities + i));
  // A number that is no class is right for none.
  if (label < 0 || label >= classes) {
    memory.fill(slopes, 0, bytes);
    return 0;
  }
  const at = (<usize>label) << 2;
  const share = clip(load<f32>(probabilities + at)) / sum;
  const slope: f32 = isInside(share) ? -1 / share : 0;
  for (let i: usize = 0; i < bytes; i += 4) {
    const one: f32 = i === at ? 1 : 0;
    store<f32>(slopes + i, isInside(load<f32>(probabilities + i)) ? (slope * (one - share)) / sum : 0);
  }
  return -logarithm(clip(share));
}

function ofTargets(probabilities: usize, targets: usize, bytes: usize, slopes: usize): f32 {
  let sum: f32 = 0;
  for (let i: usize = 0; i < bytes; i += 4) sum += load<f32>(probabilities + i);
  let loss: f32 = 0;
  let mean: f32 = 0;
  for (let i: usize = 0; i < bytes; i += 4) {
    const share = load<f32>(probabilities + i) / sum;
    const target = load<f32>(targets + i);
    const slope: f32 = isInside(share) ? -target / share : 0;
    loss -= target * logarithm(clip(share));
    mean += slope * share;
    store<f32>(slopes + i, slope);
  }
  for (let i: usize = 0; i < bytes; i += 4) store<f32>(slopes + i, (load<f32>(slopes + i) - mean) / sum);
  return loss;
}

/** NaN stays NaN. */
function clip(x: f32): f32 {
  return min<f32>(max<f32>(x, epsilon), most);
}

/** Where clipping leaves the slope. */
function isInside(x: f32): bool {
  return x >= epsilon && x <= most;
}

/** The gradient through a softmax whose result is y [rows][classes]: (dy − Σ dy · y) · y. */
export function softmaxGradient(y: usize, dy: usize, rows: i32, classes: i32, dx: usize): void {
  const bytes = (<usize>classes) << 2;
  for (let row = 0; row < rows; row++) {
    let sum: f32 = 0;
    for (let i: usize = 0; i < bytes; i += 4) sum += load<f32>(y + i) * load<f32>(dy + i);
    for (let i: usize = 0; i < bytes; i += 4) store<f32>(dx + i, (load<f32>(dy + i) - sum) * load<f32>(y + i));
    y += bytes;
    dy += bytes;
    dx += bytes;
  }
}

/** to[row][i] = x[row][i] · by[row]. */
export function scaleRows(x: usize, by: usize, rows: i32, columns: i32, to: usize): void {
  for (let row = 0; row < rows; row++) {
    const factor = load<f32>(by);
    for (let i = 0; i < columns; i++) {
      store<f32>(to, load<f32>(x) * factor);
      x += 4;
      to += 4;
    }
    by += 4;
  }
}
