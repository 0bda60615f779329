// Pooling of [images][depth][height][width][channels], with padding; images have depth 1. Padding is no part of a window.

/** out = the largest of each window, and in `places` where in its image it was (an element's number); -1 where a window is empty. */
export function maxPool(
  x: usize,
  images: i32,
  depth: i32,
  height: i32,
  width: i32,
  channels: i32,
  poolDepth: i32,
  poolHeight: i32,
  poolWidth: i32,
  strideZ: i32,
  strideY: i32,
  strideX: i32,
  front: i32,
  top: i32,
  left: i32,
  outDepth: i32,
  outHeight: i32,
  outWidth: i32,
  out: usize,
  places: usize,
): void {
  const pixel = (<usize>channels) << 2;
  for (let n = 0; n < images; n++) {
    for (let oz = 0; oz < outDepth; oz++) {
      const z0 = max(0, oz * strideZ - front);
      const zEnd = min(oz * strideZ - front + poolDepth, depth);
      for (let oy = 0; oy < outHeight; oy++) {
        const y0 = max(0, oy * strideY - top);
        const yEnd = min(oy * strideY - top + poolHeight, height);
        for (let ox = 0; ox < outWidth; ox++) {
          const x0 = max(0, ox * strideX - left);
          const xEnd = min(ox * strideX - left + poolWidth, width);
          if (z0 >= zEnd || y0 >= yEnd || x0 >= xEnd) memory.fill(places, 0xff, pixel);
          else largest(x, height, width, channels, z0, zEnd, y0, yEnd, x0, xEnd, out, places);
          out += pixel;
          places += pixel;
        }
      }
    }
    x += <usize>(depth * height * width) * pixel;
  }
}

/** Of one window that has elements: of equal ones the first. */
function largest(
  x: usize,
  height: i32,
  width: i32,
  channels: i32,
  z0: i32,
  zEnd: i32,
  y0: i32,
  yEnd: i32,
  x0: i32,
  xEnd: i32,
  out: usize,
  places: usize,
): void {
  const first = ((z0 * height + y0) * width + x0) * channels;
  let c = 0;
  for (; c + 4 <= channels; c += 4) {
    let best = v128.load(x + ((<usize>(first + c)) << 2));
    let place = i32x4.splat(first);
    for (let iz = z0; iz < zEnd; iz++) {
      for (let iy = y0; iy < yEnd; iy++) {
        let at = ((iz * height + iy) * width + x0) * channels;
        for (let ix = x0; ix < xEnd; ix++) {
          const value = v128.load(x + ((<usize>(at + c)) << 2));
          const more = f32x4.gt(value, best);
          best = v128.bitselect(value, best, more);
          place = v128.bitselect(i32x4.splat(at), place, more);
          at += channels;
        }
      }
    }
    v128.store(out + ((<usize>c) << 2), best);
    v128.store(places + ((<usize>c) << 2), i32x4.add(place, i32x4.add(i32x4.splat(c), i32x4(0, 1, 2, 3))));
  }
  for (; c < channels; c++) {
    let place = first + c;
    let best = load<f32>(x + ((<usize>place) << 2));
    for (let iz = z0; iz < zEnd; iz++) {
      for (let iy = y0; iy < yEnd; iy++) {
        let at = ((iz * height + iy) * width + x0) * channels + c;
        for (let ix = x0; ix < xEnd; ix++) {
          const value = load<f32>(x + ((<usize>at) << 2));
          if (value > best) {
            best = value;
            place = at;
          }
          at += channels;
        }
      }
    }
    store<f32>(out + ((<usize>c) << 2), best);
    store<i32>(places + ((<usize>c) << 2), place);
  }
}

/** dx = dy at the places of the largest, 0 elsewhere; places that were the largest of several windows add up. */
export function maxPoolGradient(dy: usize, places: usize, images: i32, outSize: i32, dx: usize, size: i32): void {
  memory.fill(dx, 0, (<usize>images * <usize>size) << 2);
  for (let n = 0; n < images; n++) {
    for (let i = 0; i < outSize; i++) {
      const place = load<i32>(places);
      if (place >= 0) {
        const at = dx + ((<usize>place) << 2);
        store<f32>(at, load<f32>(at) + load<f32>(dy));
      }
      places += 4;
      dy += 4;
    }
    dx += (<usize>size) << 2;
  }
}

/** dy spread evenly over the elements of each window. */
export function averagePoolGradient(
  dy: usize,
  dx: usize,
  images: i32,
  depth: i32,
  height: i32,
  width: i32,
  channels: i32,
  poolDepth: i32,
  poolHeight: i32,
  poolWidth: i32,
  strideZ: i32,
  strideY: i32,
  strideX: i32,
  front: i32,
  top: i32,
  left: i32,
  outDepth: i32,
  outHeight: i32,
  outWidth: i32,
): void {
  const size = (<usize>(depth * height * width * channels)) << 2;
  const pixel = (<usize>channels) << 2;
  memory.fill(dx, 0, <usize>images * size);
  for (let n = 0; n < images; n++) {
    for (let oz = 0; oz < outDepth; oz++) {
      const z0 = max(0, oz * strideZ - front);
      const zEnd = min(oz * strideZ - front + poolDepth, depth);
      for (let oy = 0; oy < outHeight; oy++) {
        const y0 = max(0, oy * strideY - top);
        const yEnd = min(oy * strideY - top + poolHeight, height);
        for (let ox = 0; ox < outWidth; ox++) {
          const x0 = max(0, ox * strideX - left);
          const xEnd = min(ox * strideX - left + poolWidth, width);
          const share: f32 = <f32>1 / <f32>max(1, (zEnd - z0) * (yEnd - y0) * (xEnd - x0));
          for (let iz = z0; iz < zEnd; iz++) {
            for (let iy = y0; iy < yEnd; iy++) {
              let to = dx + <usize>((iz * height + iy) * width + x0) * pixel;
              for (let ix = x0; ix < xEnd; ix++) {
                addScaled(to, dy, share, channels);
                to += pixel;
              }
            }
          }
          dy += pixel;
        }
      }
    }
    dx += size;
  }
}

function addScaled(to: usize, from: usize, by: f32, count: i32): void {
  const scale = f32x4.splat(by);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    v128.store(to, f32x4.add(v128.load(to), f32x4.mul(v128.load(from), scale)));
    to += 16;
    from += 16;
  }
  for (; i < count; i++) {
    store<f32>(to, load<f32>(to) + load<f32>(from) * by);
    to += 4;
    from += 4;
  }
}
