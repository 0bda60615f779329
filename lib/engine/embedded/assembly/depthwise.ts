// Gradients of depthwise convolutions: x [images][height][width][channels], filter [rows][columns][channels][times],
// dy [images][outHeight][outWidth][channels · times].

/** Which gradient is computed. */
const ofInput: i32 = 0;
const ofFilter: i32 = 1;

/** dx[in][c] += Σ dy[out][c · times + q] · filter[fy][fx][c][q]. */
export function depthwiseInputGradient(
  dy: usize,
  filter: usize,
  dx: usize,
  images: i32,
  height: i32,
  width: i32,
  channels: i32,
  times: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  top: i32,
  left: i32,
  outHeight: i32,
  outWidth: i32,
): void {
  memory.fill(dx, 0, (<usize>(images * height * width * channels)) << 2);
  gradient(
    ofInput,
    dx,
    filter,
    dy,
    images,
    height,
    width,
    channels,
    times,
    filterHeight,
    filterWidth,
    strideY,
    strideX,
    dilationY,
    dilationX,
    top,
    left,
    outHeight,
    outWidth,
  );
}

/** gradient[fy][fx][c][q] += Σ x[in][c] · dy[out][c · times + q]. */
export function depthwiseFilterGradient(
  x: usize,
  dy: usize,
  to: usize,
  images: i32,
  height: i32,
  width: i32,
  channels: i32,
  times: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  top: i32,
  left: i32,
  outHeight: i32,
  outWidth: i32,
): void {
  memory.fill(to, 0, (<usize>(filterHeight * filterWidth * channels * times)) << 2);
  gradient(
    ofFilter,
    x,
    to,
    dy,
    images,
    height,
    width,
    channels,
    times,
    filterHeight,
    filterWidth,
    strideY,
    strideX,
    dilationY,
    dilationX,
    top,
    left,
    outHeight,
    outWidth,
  );
}

/** Visits each pair of a pixel of the output and an element of the filter that lies on the image. */
function gradient(
  kind: i32,
  image: usize,
  filter: usize,
  dy: usize,
  images: i32,
  height: i32,
  width: i32,
  channels: i32,
  times: i32,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dilationY: i32,
  dilationX: i32,
  top: i32,
  left: i32,
  outHeight: i32,
  outWidth: i32,
): void {
  const pixel = (<usize>channels) << 2;
  const many = pixel * <usize>times;
  for (let n = 0; n < images; n++) {
    for (let oy = 0; oy < outHeight; oy++) {
      for (let ox = 0; ox < outWidth; ox++) {
        for (let fy = 0; fy < filterHeight; fy++) {
          const y = oy * strideY - top + fy * dilationY;
          if (y < 0 || y >= height) continue;
          for (let fx = 0; fx < filterWidth; fx++) {
            const x = ox * strideX - left + fx * dilationX;
            if (x < 0 || x >= width) continue;
            const weights = filter + <usize>(fy * filterWidth + fx) * many;
            const at = image + <usize>(y * width + x) * pixel;
            if (kind === ofInput) {
              if (times === 1) multiplyAdd(at, dy, weights, channels);
              else sumProducts(at, dy, weights, channels, times);
            } else if (times === 1) multiplyAdd(weights, at, dy, channels);
            else spread(weights, at, dy, channels, times);
          }
        }
        dy += many;
      }
    }
    image += <usize>(height * width) * pixel;
  }
}

/** to[i] += a[i] · b[i]. */
function multiplyAdd(to: usize, a: usize, b: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(to, f32x4.relaxed_madd(v128.load(a), v128.load(b), v128.load(to)));
    to += 16;
    a += 16;
    b += 16;
  }
  for (; i < count; i++) {
    store<f32>(to, load<f32>(to) + load<f32>(a) * load<f32>(b));
    to += 4;
    a += 4;
    b += 4;
  }
}

/** to[c] += Σ a[c][q] · b[c][q]. */
function sumProducts(to: usize, a: usize, b: usize, channels: i32, times: i32): void {
  for (let c = 0; c < channels; c++) {
    let sum = load<f32>(to);
    for (let q = 0; q < times; q++) {
      sum += load<f32>(a) * load<f32>(b);
      a += 4;
      b += 4;
    }
    store<f32>(to, sum);
    to += 4;
  }
}

/** to[c][q] += x[c] · dy[c][q]. */
function spread(to: usize, x: usize, dy: usize, channels: i32, times: i32): void {
  for (let c = 0; c < channels; c++) {
    const value = load<f32>(x);
    for (let q = 0; q < times; q++) {
      store<f32>(to, load<f32>(to) + value * load<f32>(dy));
      to += 4;
      dy += 4;
    }
    x += 4;
  }
}
