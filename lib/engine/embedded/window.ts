import type * as tf from '@tensorflow/tfjs';

/** The image as a convolution's filter sees it: with its padding, and never less than the last window reaches. */
export type Seen = { height: number; width: number /** Larger than the image itself. */; padded: boolean };

export function seenBy(conv: tf.backend_util.Conv2DInfo): Seen {
  const { inHeight, inWidth, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth, padInfo } =
    conv;
  const height = Math.max(inHeight + padInfo.top, (outHeight - 1) * strideHeight + filterHeight);
  const width = Math.max(inWidth + padInfo.left, (outWidth - 1) * strideWidth + filterWidth);
  return { height, width, padded: padInfo.top > 0 || padInfo.left > 0 || height > inHeight || width > inWidth };
}

/** Modes of the matrix kernels, as in assembly/tile.ts. */
export const [overwrite, accumulate, relu] = [0, 1, 2];
