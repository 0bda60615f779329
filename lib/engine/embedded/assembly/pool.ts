// Max pooling of [images][height][width][channels] without padding.

/** out = the largest of each window, and in `places` where in its image it was (an element's number). */
export function maxPool(
  x: usize,
  images: i32,
  height: i32,
  width: i32,
  channels: i32,
  poolHeight: i32,
  poolWidth: i32,
  strideY: i32,
  strideX: i32,
  outHeight: i32,
  outWidth: i32,
  out: usize,
  places: usize,
): void {
  const pixel = (<usize>channels) << 2;
  for (let n = 0; n < images; n++) {
    for (let y = 0; y < outHeight; y++) {
      for (let column = 0; column < outWidth; column++) {
        const first = (y * strideY * width + column * strideX) * channels;
        let c = 0;
        for (; c + 4 <= channels; c += 4) {
          let best = v128.load(x + ((<usize>(first + c)) << 2));
          let place = i32x4.splat(first);
          for (let fy = 0; fy < poolHeight; fy++) {
            for (let fx = 0; fx < poolWidth; fx++) {
              const at = first + (fy * width + fx) * channels;
              const value = v128.load(x + ((<usize>(at + c)) << 2));
              const more = f32x4.gt(value, best);
              best = v128.bitselect(value, best, more);
              place = v128.bitselect(i32x4.splat(at), place, more);
            }
          }
          v128.store(out + ((<usize>c) << 2), best);
          v128.store(places + ((<usize>c) << 2), i32x4.add(place, i32x4.add(i32x4.splat(c), i32x4(0, 1, 2, 3))));
        }
        for (; c < channels; c++) {
          let place = first + c;
          let best = load<f32>(x + ((<usize>place) << 2));
          for (let fy = 0; fy < poolHeight; fy++) {
            for (let fx = 0; fx < poolWidth; fx++) {
              const at = first + (fy * width + fx) * channels + c;
              const value = load<f32>(x + ((<usize>at) << 2));
              if (value > best) {
                best = value;
                place = at;
              }
            }
          }
          store<f32>(out + ((<usize>c) << 2), best);
          store<i32>(places + ((<usize>c) << 2), place);
        }
        out += pixel;
        places += pixel;
      }
    }
    x += (<usize>(height * width * channels)) << 2;
  }
}

/** dx = dy at the places of the largest, 0 elsewhere; places that were the largest of several windows add up. */
export function maxPoolGradient(dy: usize, places: usize, images: i32, outSize: i32, dx: usize, size: i32): void {
  memory.fill(dx, 0, (<usize>images * <usize>size) << 2);
  for (let n = 0; n < images; n++) {
    for (let i = 0; i < outSize; i++) {
      const at = dx + ((<usize>load<i32>(places)) << 2);
      store<f32>(at, load<f32>(at) + load<f32>(dy));
      places += 4;
      dy += 4;
    }
    dx += (<usize>size) << 2;
  }
}
