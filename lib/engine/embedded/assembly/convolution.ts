import { addTo } from './elementwise';
import { matmul } from './matmul';
import { tile6x4, tile6x8 } from './tile';

// 2D convolutions of one image [height, width, channels] that is already padded; filters are [rows, columns, channels, out].
// Nothing is copied into columns first (im2col): the tile walks over the image itself, a segment for each row of the filter.

/** out[y][x][o] = bias[o] + Σ image · filter; `mode` as in matmul. */
export function convolve(
  image: usize,
  width: i32,
  channels: i32,
  filter: usize,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  out: usize,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  bias: usize,
  mode: i32,
): void {
  const row = (<usize>(width * channels)) << 2;
  const length = filterWidth * channels;
  const pixels = outHeight * outWidth;
  const bStep = (<usize>outChannels) << 2;
  const stepX = (<usize>(strideX * channels)) << 2;
  const stepY = row * <usize>strideY;
  let x = 0;
  let line = image;
  for (let pixel = 0; pixel < pixels; pixel += 6) {
    const count = min(6, pixels - pixel);
    const a0 = line + <usize>x * stepX;
    let a1 = a0,
      a2 = a0,
      a3 = a0,
      a4 = a0,
      a5 = a0;
    if (++x === outWidth) {
      x = 0;
      line += stepY;
    }
    if (count > 1) {
      a1 = line + <usize>x * stepX;
      if (++x === outWidth) {
        x = 0;
        line += stepY;
      }
    }
    if (count > 2) {
      a2 = line + <usize>x * stepX;
      if (++x === outWidth) {
        x = 0;
        line += stepY;
      }
    }
    if (count > 3) {
      a3 = line + <usize>x * stepX;
      if (++x === outWidth) {
        x = 0;
        line += stepY;
      }
    }
    if (count > 4) {
      a4 = line + <usize>x * stepX;
      if (++x === outWidth) {
        x = 0;
        line += stepY;
      }
    }
    if (count > 5) {
      a5 = line + <usize>x * stepX;
      if (++x === outWidth) {
        x = 0;
        line += stepY;
      }
    }
    for (let j = 0; j < outChannels; j += 8) {
      const to = out + ((<usize>pixel * <usize>outChannels + <usize>j) << 2);
      const panel = filter + ((<usize>j) << 2);
      const offset = bias ? bias + ((<usize>j) << 2) : 0;
      if (outChannels - j > 4) {
        tile6x8(
          a0,
          a1,
          a2,
          a3,
          a4,
          a5,
          4,
          length,
          filterHeight,
          row,
          panel,
          bStep,
          to,
          bStep,
          count,
          min(8, outChannels - j),
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
          4,
          length,
          filterHeight,
          row,
          panel,
          bStep,
          to,
          bStep,
          count,
          outChannels - j,
          offset,
          mode,
        );
      }
    }
  }
}

/** gradient[fy][fx][c][o] (+)= Σ image[y·stride + fy][x·stride + fx][c] · dy[y][x][o]. */
export function filterGradient(
  image: usize,
  width: i32,
  channels: i32,
  gradient: usize,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dy: usize,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  mode: i32,
): void {
  const row = (<usize>(width * channels)) << 2;
  const length = filterWidth * channels;
  const total = filterHeight * length;
  const step = (<usize>(strideX * channels)) << 2;
  const jump = row * <usize>strideY;
  const bStep = (<usize>outChannels) << 2;
  for (let i = 0; i < total; i += 6) {
    const count = min(6, total - i);
    const a0 = image + place(i, length, row);
    const a1 = count > 1 ? image + place(i + 1, length, row) : a0;
    const a2 = count > 2 ? image + place(i + 2, length, row) : a0;
    const a3 = count > 3 ? image + place(i + 3, length, row) : a0;
    const a4 = count > 4 ? image + place(i + 4, length, row) : a0;
    const a5 = count > 5 ? image + place(i + 5, length, row) : a0;
    for (let j = 0; j < outChannels; j += 8) {
      const to = gradient + ((<usize>i * <usize>outChannels + <usize>j) << 2);
      const panel = dy + ((<usize>j) << 2);
      if (outChannels - j > 4) {
        tile6x8(
          a0,
          a1,
          a2,
          a3,
          a4,
          a5,
          step,
          outWidth,
          outHeight,
          jump,
          panel,
          bStep,
          to,
          bStep,
          count,
          min(8, outChannels - j),
          0,
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
          step,
          outWidth,
          outHeight,
          jump,
          panel,
          bStep,
          to,
          bStep,
          count,
          outChannels - j,
          0,
          mode,
        );
      }
    }
  }
}

/** Where the filter's element i = (row, column and channel) lies in the image. */
function place(i: i32, length: i32, row: usize): usize {
  return <usize>(i / length) * row + ((<usize>(i % length)) << 2);
}

/**
 * dx[y·stride + fy][x·stride + fx][c] += Σ dy[y][x][o] · filter[fy][fx][c][o], for one (padded) image that is zero before.
 * `turned` is the filter with its last two axes as [rows][out][columns · channels]; `products` has room for
 * [outHeight · outWidth][columns · channels].
 */
export function inputGradient(
  dy: usize,
  outHeight: i32,
  outWidth: i32,
  outChannels: i32,
  turned: usize,
  filterHeight: i32,
  filterWidth: i32,
  strideY: i32,
  strideX: i32,
  dx: usize,
  width: i32,
  channels: i32,
  products: usize,
  scratch: usize,
): void {
  const length = filterWidth * channels;
  const bytes = (<usize>length) << 2;
  const pixels = outHeight * outWidth;
  const step = (<usize>(strideX * channels)) << 2;
  const row = (<usize>(width * channels)) << 2;
  for (let fy = 0; fy < filterHeight; fy++) {
    matmul(dy, outChannels, 1, turned, length, 1, products, length, pixels, length, outChannels, 0, 0, scratch);
    turned += <usize>outChannels * bytes;
    let from = products;
    for (let y = 0; y < outHeight; y++) {
      let to = dx + <usize>(y * strideY + fy) * row;
      for (let x = 0; x < outWidth; x++) {
        addTo(to, from, bytes);
        from += bytes;
        to += step;
      }
    }
  }
}

/** Copies an image into the middle of a larger one of zeros. */
export function pad(
  image: usize,
  height: i32,
  width: i32,
  channels: i32,
  to: usize,
  top: i32,
  left: i32,
  toHeight: i32,
  toWidth: i32,
): void {
  const row = (<usize>(width * channels)) << 2;
  const toRow = (<usize>(toWidth * channels)) << 2;
  memory.fill(to, 0, <usize>toHeight * toRow);
  to += <usize>top * toRow + ((<usize>(left * channels)) << 2);
  for (let y = 0; y < height; y++) {
    memory.copy(to, image, row);
    image += row;
    to += toRow;
  }
}

/** The way back of `pad`: copies the middle of the larger image. */
export function crop(
  image: usize,
  height: i32,
  width: i32,
  channels: i32,
  from: usize,
  top: i32,
  left: i32,
  fromWidth: i32,
): void {
  const row = (<usize>(width * channels)) << 2;
  const fromRow = (<usize>(fromWidth * channels)) << 2;
  from += <usize>top * fromRow + ((<usize>(left * channels)) << 2);
  for (let y = 0; y < height; y++) {
    memory.copy(image, from, row);
    image += row;
    from += fromRow;
  }
}
