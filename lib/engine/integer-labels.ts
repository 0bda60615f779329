import { createRequire } from 'node:module';
import type * as tf from '@tensorflow/tfjs';

/**
 * Lets `sparseCategoricalCrossentropy` take int32 labels, as Keras does. tfjs-layers floors the labels first, and
 * tfjs-core's floor refuses integers, so `model.fit(images, labels)` would fail. The floor of an integer is itself.
 */
export function allowIntegerLabels(): void {
  const fromTfjs = createRequire(createRequire(import.meta.url).resolve('@tensorflow/tfjs'));
  const core = fromTfjs('@tensorflow/tfjs-core') as { floor: typeof tf.floor; clone: typeof tf.clone };
  const { floor } = core;
  core.floor = ((x: tf.Tensor) => (x.dtype === 'int32' ? core.clone(x) : floor(x))) as typeof tf.floor;
}
