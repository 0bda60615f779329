// Gradients of pooling over [images][depth][height][width][channels], with padding; two dimensions have depth 1.

/** dx = dy at the first of the largest in each window, 0 elsewhere; elements of several windows add up. */
export function maxPoolBack(
  x: usize,
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
  memory.fill(dx, 0, <usize>images * size);
  for (let n = 0; n < images; n++) {
    for (let oz = 0; oz < outDepth; oz++) {
      const z0 = oz * strideZ - front;
      const zEnd = min(z0 + poolDepth, depth);
      for (let oy = 0; oy < outHeight; oy++) {
        const y0 = oy * strideY - top;
        const yEnd = min(y0 + poolHeight, height);
        for (let ox = 0; ox < outWidth; ox++) {
          const x0 = ox * strideX - left;
          const xEnd = min(x0 + poolWidth, width);
          for (let c = 0; c < channels; c++) {
            let best: f32 = -Infinity;
            let place = -1;
            for (let iz = max(0, z0); iz < zEnd; iz++) {
              for (let iy = max(0, y0); iy < yEnd; iy++) {
                let at = ((iz * height + iy) * width + max(0, x0)) * channels + c;
                for (let ix = max(0, x0); ix < xEnd; ix++) {
                  const value = load<f32>(x + ((<usize>at) << 2));
                  if (value > best || place < 0) {
                    best = value;
                    place = at;
                  }
                  at += channels;
                }
              }
            }
            if (place >= 0) {
              const to = dx + ((<usize>place) << 2);
              store<f32>(to, load<f32>(to) + load<f32>(dy));
            }
            dy += 4;
          }
        }
      }
    }
    x += size;
    dx += size;
  }
}

/** dy spread evenly over the elements of each window; padding is none of them, as in TensorFlow. */
export function averagePoolBack(
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
