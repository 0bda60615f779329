import type { Kernels } from '../memory.ts';
import { accumulate, overwrite, relu, seenBy } from '../window.ts';
import type { Convolution, Dense, Description, MaxPool } from './describe.ts';

/** One layer of a plan, with all its addresses fixed. `n` is the number of images in this step. */
export type Operation = { forward(n: number): void; backward(n: number): void };

/** What a layer is wired to. Addresses in bytes. */
export type Wires = {
  kernels: Kernels;
  /** Room for one step of `floats` floats, zero or not. */
  reserve(floats: number): number;
  /** Zeroes `floats` floats. */
  clear(address: number, floats: number): void;
  scratch: number;
  /** Images in a full step. */
  batch: number;
  /** Input [n][…] and where its gradient goes; 0 for the first layer, which needs none. */
  x: number;
  dx: number;
  /** Output and its gradient. */
  y: number;
  dy: number;
  /** Weights and their gradients: kernel, then the bias where there is one. */
  weights: number[];
  gradients: number[];
};

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
  const { kernels, x, dx, y, dy, scratch } = wires;
  const [kernel, bias = 0] = wires.weights as [number, number?];
  const [kernelGradient, biasGradient] = wires.gradients as [number, number?];
  return {
    forward(n) {
      kernels.matmul(
        x,
        inputs,
        1,
        kernel,
        units,
        1,
        y,
        units,
        n,
        units,
        inputs,
        bias,
        isRelu ? relu : overwrite,
        scratch,
      );
    },
    backward(n) {
      if (isRelu) kernels.reluGradient(y, dy, n * units);
      if (biasGradient) kernels.columnSums(dy, n, units, biasGradient);
      kernels.matmul(x, 1, inputs, dy, units, 1, kernelGradient, units, inputs, units, n, 0, overwrite, scratch);
      if (dx) kernels.matmul(dy, units, 1, kernel, 1, units, dx, inputs, n, inputs, units, 0, overwrite, scratch);
    },
  };
}

function convolution({ conv, relu: isRelu }: Convolution, wires: Wires): Operation {
  const { kernels, reserve, batch, x, dx, y, dy, scratch } = wires;
  const { inHeight, inWidth, inChannels, outHeight, outWidth, outChannels } = conv;
  const { filterHeight, filterWidth, strideHeight, strideWidth } = conv;
  const { top, left } = conv.padInfo;
  const [filter, bias = 0] = wires.weights as [number, number?];
  const [filterGradient, biasGradient] = wires.gradients as [number, number?];

  const { height, width, padded } = seenBy(conv);
  const size = inHeight * inWidth * inChannels;
  const seenSize = height * width * inChannels;
  const outSize = outHeight * outWidth * outChannels;
  const seen = padded ? reserve(batch * seenSize) : x;
  const seenGradient = dx && padded ? reserve(seenSize) : 0;
  const rowLength = filterWidth * inChannels;
  const turned = dx ? reserve(filterHeight * rowLength * outChannels) : 0;
  const products = dx ? reserve(outHeight * outWidth * rowLength) : 0;
  const geometry = [filterHeight, filterWidth, strideHeight, strideWidth] as const;

  return {
    forward(n) {
      for (let i = 0; i < n; i++) {
        const image = seen + i * seenSize * 4;
        if (padded) kernels.pad(x + i * size * 4, inHeight, inWidth, inChannels, image, top, left, height, width);
        const out = y + i * outSize * 4;
        const mode = isRelu ? relu : overwrite;
        kernels.convolve(
          image,
          width,
          inChannels,
          filter,
          ...geometry,
          out,
          outHeight,
          outWidth,
          outChannels,
          bias,
          mode,
        );
      }
    },
    backward(n) {
      if (isRelu) kernels.reluGradient(y, dy, n * outSize);
      if (biasGradient) kernels.columnSums(dy, n * outHeight * outWidth, outChannels, biasGradient);
      for (let i = 0; i < n; i++) {
        const image = seen + i * seenSize * 4;
        const from = dy + i * outSize * 4;
        const mode = i === 0 ? overwrite : accumulate;
        kernels.filterGradient(
          image,
          width,
          inChannels,
          filterGradient,
          ...geometry,
          from,
          outHeight,
          outWidth,
          outChannels,
          mode,
        );
      }
      if (dx) backwardToInput(n);
    },
  };

  function backwardToInput(n: number): void {
    for (let row = 0; row < filterHeight; row++) {
      const offset = row * rowLength * outChannels * 4;
      kernels.transpose(filter + offset, rowLength, outChannels, turned + offset);
    }
    for (let i = 0; i < n; i++) {
      const from = dy + i * outSize * 4;
      const to = dx + i * size * 4;
      const gradient = padded ? seenGradient : to;
      wires.clear(gradient, seenSize);
      const shape = [outHeight, outWidth, outChannels] as const;
      kernels.inputGradient(from, ...shape, turned, ...geometry, gradient, width, inChannels, products, scratch);
      if (padded) kernels.crop(to, inHeight, inWidth, inChannels, gradient, top, left, width);
    }
  }
}

function maxPool({ conv }: MaxPool, { kernels, reserve, batch, x, dx, y, dy }: Wires): Operation {
  const { inHeight, inWidth, inChannels, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } =
    conv;
  const outSize = outHeight * outWidth * inChannels;
  const places = reserve(batch * outSize);
  const window = [filterHeight, filterWidth, strideHeight, strideWidth] as const;
  return {
    forward(n) {
      kernels.maxPool(x, n, inHeight, inWidth, inChannels, ...window, outHeight, outWidth, y, places);
    },
    backward(n) {
      if (dx) kernels.maxPoolGradient(dy, places, n, outSize, dx, inHeight * inWidth * inChannels);
    },
  };
}
