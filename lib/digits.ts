import type { tf } from './engine/index.ts';

/** float32 [n, 28, 28, 1]: brightness from 0 (black) to 1 (white). */
export type Images = tf.Tensor4D;

/** int32 [n]: the digit on each image, 0 … 9. */
export type Labels = tf.Tensor1D;

export type Digits = { images: Images; labels: Labels };
