import type { Kernels } from '../memory.ts';
import { accumulate, overwrite, relu, seenBy } from '../window.ts';
import type { Convolution, Dense, Description, MaxPool } from './describe.ts';

/** One layer of a plan, with all its addresses fixed, for `n` images from number `first` on. The gradients of the variables add up over a step. */
export type Operation = { forward(first: number, n: number): void; backward(first: number, n: number): void };

/** What a layer is wired to. Addresses in bytes. */
export type Wires = {
  kernels: Kernels;
  /** Room for one step of `floats` floats, zero or not. */
  reserve(floats: number): number;
  /** Zeroes `floats` floats. */
  clear(address: number, floats: number): void;
  scratch: number;
  /** Images at most. */
  batch: number;
  /** Input [n][…], and where its gradient goes; undefined for the first layer, which needs none. */
  x: Block;
  dx: Block | undefined;
  /** Output and its gradient. */
  y: Block;
  dy: Block;
  /**
   * The gradient behind the max pooling that follows this convolution. A pooling passes on a few of the convolution's elements, so
   * the bias and relu need those alone: the pooling minds the relu.
   */
  pooled: { dy: Block; pixels: number } | undefined;
  /** Whether a convolution with relu is in front of this pooling. */
  afterRelu: boolean;
  /** Weights and their gradients: kernel, then the bias where there is one. */
  weights: number[];
  gradients: number[];
};

/** An address for each image: `step` bytes apart, or 0 where the images of the next chunk use the block again. */
export type Block = { start: number; step: number };

const at = ({ start, step }: Block, image: number): number => start + image * step;

export function operation(description: Description, wires: Wires): Operation {
  switch (description.kind) {
    case 'convolution':
      return convolution(description, wires);
    case 'maxPool':
      return maxPool(description, wires);
    case 'dense':
      return dense(description, wires);
  }
}

/** Elements of the output for one image. */
export function outputSize(description: Description): number {
  if (description.kind === 'dense') return description.units;
  const { outHeight, outWidth, outChannels } = description.conv;
  return outHeight * outWidth * outChannels;
}

function dense({ inputs, units, relu: isRelu }: Dense, wires: Wires): Operation {
  const { kernels, scratch } = wires;
  const [x, y, dy] = [wires.x.start, wires.y.start, wires.dy.start];
  const [kernel, bias = 0] = wires.weights as [number, number?];
  const [kernelGradient, biasGradient] = wires.gradients as [number, number?];
  // Dense layers take all images at once: their weights are what is large.
  return {
    forward(_, n) {
      const mode = isRelu ? relu : overwrite;
      kernels.matmul(x, inputs, 1, kernel, units, 1, y, units, n, units, inputs, bias, mode, scratch);
    },
    backward(_, n) {
      if (isRelu) kernels.reluGradient(y, dy, n * units);
      if (biasGradient) kernels.columnSums(dy, n, units, biasGradient, overwrite);
      kernels.matmul(x, 1, inputs, dy, units, 1, kernelGradient, units, inputs, units, n, 0, overwrite, scratch);
      if (!wires.dx) return;
      const dx = wires.dx.start;
      kernels.matmul(dy, units, 1, kernel, 1, units, dx, inputs, n, inputs, units, 0, overwrite, scratch);
    },
  };
}

function convolution({ conv, relu: isRelu }: Convolution, wires: Wires): Operation {
  const { kernels, reserve, batch, x, dx, y, dy, pooled, scratch } = wires;
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = conv;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = conv;
  const { top, left } = conv.padInfo;
  const [filter, bias = 0] = wires.weights as [number, number?];
  const [filterGradient, biasGradient] = wires.gradients as [number, number?];

  const { height, width, padded } = seenBy(conv);
  const size = inHeight * inWidth * inChannels;
  const seenSize = height * width * inChannels;
  const outPixels = outHeight * outWidth;
  const outSize = outPixels * outChannels;
  const seen = padded ? { start: reserve(batch * seenSize), step: seenSize * 4 } : x;
  const seenGradient = dx && padded ? reserve(seenSize) : 0;
  const rowLength = filterWidth * inChannels;
  const turned = dx ? reserve(filterHeight * rowLength * outChannels) : 0;
  const products = dx ? reserve(outPixels * rowLength) : 0;
  const geometry = [filterHeight, filterWidth, strideHeight, strideWidth] as const;
  const shape = [outHeight, outWidth, outChannels] as const;

  return {
    forward(first, n) {
      const mode = isRelu ? relu : overwrite;
      for (let i = 0; i < n; i++) {
        const image = seenAt(first, i);
        const from = at(x, first) + i * size * 4;
        if (padded) kernels.pad(from, inHeight, inWidth, inChannels, image, top, left, height, width);
        const out = at(y, first) + i * outSize * 4;
        kernels.convolve(image, width, inChannels, filter, ...geometry, out, ...shape, bias, mode);
      }
    },
    backward(first, n) {
      const mode = first === 0 ? overwrite : accumulate;
      const gradient = at(dy, first);
      if (pooled) {
        if (biasGradient) kernels.columnSums(at(pooled.dy, first), n * pooled.pixels, outChannels, biasGradient, mode);
      } else {
        if (isRelu) kernels.reluGradient(at(y, first), gradient, n * outSize);
        if (biasGradient) kernels.columnSums(gradient, n * outPixels, outChannels, biasGradient, mode);
      }
      for (let i = 0; i < n; i++) {
        const more = i === 0 ? mode : accumulate;
        const from = gradient + i * outSize * 4;
        kernels.filterGradient(seenAt(first, i), width, inChannels, filterGradient, ...geometry, from, ...shape, more);
      }
      if (dx) backwardToInput(first, n, dx);
    },
  };

  function seenAt(first: number, i: number): number {
    return at(seen, first) + i * (padded ? seenSize : size) * 4;
  }

  function backwardToInput(first: number, n: number, dx: Block): void {
    for (let row = 0; first === 0 && row < filterHeight; row++) {
      const offset = row * rowLength * outChannels * 4;
      kernels.transpose(filter + offset, rowLength, outChannels, turned + offset);
    }
    for (let i = 0; i < n; i++) {
      const from = at(dy, first) + i * outSize * 4;
      const to = at(dx, first) + i * size * 4;
      const gradient = padded ? seenGradient : to;
      wires.clear(gradient, seenSize);
      kernels.inputGradient(from, ...shape, turned, ...geometry, gradient, width, inChannels, products, scratch);
      if (padded) kernels.crop(to, inHeight, inWidth, inChannels, gradient, top, left, width);
    }
  }
}

function maxPool({ conv }: MaxPool, { kernels, reserve, batch, x, dx, y, dy, afterRelu }: Wires): Operation {
  const { inHeight, inWidth, inChannels, outHeight, outWidth } = conv;
  const { filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = conv;
  const outSize = outHeight * outWidth * inChannels;
  const places = { start: reserve(batch * outSize), step: outSize * 4 };
  const geometry = [
    ...[1, inHeight, inWidth, inChannels, 1, filterHeight, filterWidth, 1, strideHeight, strideWidth],
    ...[0, padInfo.top, padInfo.left, 1, outHeight, outWidth],
  ];
  return {
    forward(first, n) {
      kernels.maxPool(at(x, first), n, ...geometry, at(y, first), at(places, first));
    },
    backward(first, n) {
      if (!dx) return;
      const gradient = at(dy, first);
      if (afterRelu) kernels.reluGradient(at(y, first), gradient, n * outSize);
      const size = inHeight * inWidth * inChannels;
      kernels.maxPoolGradient(gradient, at(places, first), n, outSize, at(dx, first), size);
    },
  };
}
