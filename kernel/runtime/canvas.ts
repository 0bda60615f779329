import { rgb } from 'd3-color';
import { type Pixels, png } from '../display/png.ts';

type Canvas = { width: number; height: number };

/**
 * jsdom has no canvas, and a native one would have to be compiled. Observable Plot needs this much of it, for colour
 * ramps in legends and for raster marks: rectangles of one colour, pixels, and the result as a PNG.
 */
export function addCanvas(prototype: object): void {
  const contexts = new WeakMap<Canvas, ReturnType<typeof createContext>>();
  const of = (canvas: Canvas) => {
    let context = contexts.get(canvas);
    if (!context || context.pixels.width !== canvas.width || context.pixels.height !== canvas.height) {
      context = createContext(canvas);
      contexts.set(canvas, context);
    }
    return context;
  };
  Object.assign(prototype, {
    getContext(this: Canvas, kind: string) {
      return kind === '2d' ? of(this) : null;
    },
    toDataURL(this: Canvas) {
      return `data:image/png;base64,${png(of(this).pixels).toString('base64')}`;
    },
  });
}

function createContext({ width, height }: Canvas) {
  const pixels = createPixels(width, height);
  return {
    pixels,
    fillStyle: '#000',
    fillRect(x: number, y: number, w: number, h: number): void {
      const { r, g, b, opacity } = rgb(this.fillStyle);
      for (let row = Math.max(0, y); row < Math.min(height, y + h); row += 1)
        for (let column = Math.max(0, x); column < Math.min(width, x + w); column += 1)
          pixels.data.set([r, g, b, opacity * 255], (row * width + column) * 4);
    },
    createImageData: createPixels,
    putImageData(image: Pixels, x: number, y: number): void {
      for (let row = 0; row < Math.min(image.height, height - y); row += 1) {
        const wide = Math.min(image.width, width - x) * 4;
        const from = row * image.width * 4;
        pixels.data.set(image.data.subarray(from, from + wide), ((row + y) * width + x) * 4);
      }
    },
  };
}

function createPixels(width: number, height: number): Pixels {
  return { width, height, data: new Uint8ClampedArray(width * height * 4) };
}
