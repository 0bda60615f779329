// The inner loop of every matrix product and convolution: six rows by eight columns of sums stay in registers.

/** Adds to what is in C already, instead of replacing it. */
export const accumulate: i32 = 1;
/** Negative sums become zero when they are stored. */
export const relu: i32 = 2;

/**
 * C[r][c] = bias[c] + Σ A[r][k] · B[k][c], for `rows` ≤ 6 and `columns` ≤ 8. The k run in `segments` of `length`: within a
 * segment A moves by `aStep` bytes, from one segment to the next by `aJump`; that is how a convolution reads its image in
 * place. Rows of A that do not exist point to one that does, and columns beyond the last read what follows in memory:
 * both are computed and dropped.
 */
export function tile6x8(
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  a4: usize,
  a5: usize,
  aStep: usize,
  length: i32,
  segments: i32,
  aJump: usize,
  b: usize,
  bStep: usize,
  c: usize,
  cStep: usize,
  rows: i32,
  columns: i32,
  bias: usize,
  mode: i32,
): void {
  let s0 = f32x4.splat(0),
    t0 = f32x4.splat(0);
  if (bias) {
    s0 = v128.load(bias);
    t0 = v128.load(bias, 16);
  }
  let s1 = s0,
    s2 = s0,
    s3 = s0,
    s4 = s0,
    s5 = s0;
  let t1 = t0,
    t2 = t0,
    t3 = t0,
    t4 = t0,
    t5 = t0;
  const rest = aJump - aStep * <usize>length;
  for (let segment = 0; segment < segments; segment++) {
    for (let k = 0; k < length; k++) {
      const left = v128.load(b);
      const right = v128.load(b, 16);
      let value = v128.load32_splat(a0);
      s0 = f32x4.relaxed_madd(value, left, s0);
      t0 = f32x4.relaxed_madd(value, right, t0);
      value = v128.load32_splat(a1);
      s1 = f32x4.relaxed_madd(value, left, s1);
      t1 = f32x4.relaxed_madd(value, right, t1);
      value = v128.load32_splat(a2);
      s2 = f32x4.relaxed_madd(value, left, s2);
      t2 = f32x4.relaxed_madd(value, right, t2);
      value = v128.load32_splat(a3);
      s3 = f32x4.relaxed_madd(value, left, s3);
      t3 = f32x4.relaxed_madd(value, right, t3);
      value = v128.load32_splat(a4);
      s4 = f32x4.relaxed_madd(value, left, s4);
      t4 = f32x4.relaxed_madd(value, right, t4);
      value = v128.load32_splat(a5);
      s5 = f32x4.relaxed_madd(value, left, s5);
      t5 = f32x4.relaxed_madd(value, right, t5);
      a0 += aStep;
      a1 += aStep;
      a2 += aStep;
      a3 += aStep;
      a4 += aStep;
      a5 += aStep;
      b += bStep;
    }
    a0 += rest;
    a1 += rest;
    a2 += rest;
    a3 += rest;
    a4 += rest;
    a5 += rest;
  }
  store8(c, s0, t0, columns, mode);
  if (rows > 1) store8(c + cStep, s1, t1, columns, mode);
  if (rows > 2) store8(c + 2 * cStep, s2, t2, columns, mode);
  if (rows > 3) store8(c + 3 * cStep, s3, t3, columns, mode);
  if (rows > 4) store8(c + 4 * cStep, s4, t4, columns, mode);
  if (rows > 5) store8(c + 5 * cStep, s5, t5, columns, mode);
}

/** The same for `columns` ≤ 4: half the work for the last columns of a matrix. */
export function tile6x4(
  a0: usize,
  a1: usize,
  a2: usize,
  a3: usize,
  a4: usize,
  a5: usize,
  aStep: usize,
  length: i32,
  segments: i32,
  aJump: usize,
  b: usize,
  bStep: usize,
  c: usize,
  cStep: usize,
  rows: i32,
  columns: i32,
  bias: usize,
  mode: i32,
): void {
  let s0 = f32x4.splat(0);
  if (bias) s0 = v128.load(bias);
  let s1 = s0,
    s2 = s0,
    s3 = s0,
    s4 = s0,
    s5 = s0;
  const rest = aJump - aStep * <usize>length;
  for (let segment = 0; segment < segments; segment++) {
    for (let k = 0; k < length; k++) {
      const left = v128.load(b);
      s0 = f32x4.relaxed_madd(v128.load32_splat(a0), left, s0);
      s1 = f32x4.relaxed_madd(v128.load32_splat(a1), left, s1);
      s2 = f32x4.relaxed_madd(v128.load32_splat(a2), left, s2);
      s3 = f32x4.relaxed_madd(v128.load32_splat(a3), left, s3);
      s4 = f32x4.relaxed_madd(v128.load32_splat(a4), left, s4);
      s5 = f32x4.relaxed_madd(v128.load32_splat(a5), left, s5);
      a0 += aStep;
      a1 += aStep;
      a2 += aStep;
      a3 += aStep;
      a4 += aStep;
      a5 += aStep;
      b += bStep;
    }
    a0 += rest;
    a1 += rest;
    a2 += rest;
    a3 += rest;
    a4 += rest;
    a5 += rest;
  }
  store4(c, s0, columns, mode);
  if (rows > 1) store4(c + cStep, s1, columns, mode);
  if (rows > 2) store4(c + 2 * cStep, s2, columns, mode);
  if (rows > 3) store4(c + 3 * cStep, s3, columns, mode);
  if (rows > 4) store4(c + 4 * cStep, s4, columns, mode);
  if (rows > 5) store4(c + 5 * cStep, s5, columns, mode);
}

function store8(c: usize, left: v128, right: v128, columns: i32, mode: i32): void {
  store4(c, left, columns, mode);
  if (columns > 4) store4(c + 16, right, columns - 4, mode);
}

function store4(c: usize, sum: v128, columns: i32, mode: i32): void {
  if (columns >= 4) {
    if (mode & accumulate) sum = f32x4.add(sum, v128.load(c));
    if (mode & relu) sum = f32x4.max(sum, f32x4.splat(0));
    v128.store(c, sum);
    return;
  }
  for (let i = 0; i < columns; i++) {
    let value = f32x4.extract_lane(sum, 0);
    if (mode & accumulate) value += load<f32>(c);
    // As f32x4.max: a NaN stays one.
    if (mode & relu && value < 0) value = 0;
    store<f32>(c, value);
    sum = i8x16.shuffle(sum, sum, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3);
    c += 4;
  }
}
