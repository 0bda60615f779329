import { tf } from './engine/index.ts';
import { summarize } from './summary.ts';

/**
 * The course's network for 28 × 28 digits: a convolution of 8 filters 3 × 3 with stride 2 (relu, 'Conv1'), then a
 * dense layer of 10 with softmax ('Softmax'). In: float32 [n, 28, 28, 1]; out: float32 [n, 10], the probability of
 * each digit. Its 13,610 weights begin as in Keras: Glorot uniform for the kernels, zero for the biases.
 *
 * Source: the lab "Train and serve a model with TensorFlow Serving" of the course.
 *
 * @param options.seed of the random start; the same seed gives the same weights on every engine
 * @example
 * const model = digitsModel({ seed: 7 });
 * model.summary();
 * console.log(model.countParams()); // 13610
 */
export function digitsModel({ seed = 1 }: { seed?: number } = {}): tf.Sequential {
  if (!Number.isInteger(seed)) throw new Error(`digitsModel: seed is ${seed}; expected a whole number.`);
  const model = tf.sequential({ name: 'sequential' });
  model.add(
    tf.layers.conv2d({
      name: 'Conv1',
      inputShape: [28, 28, 1],
      filters: 8,
      kernelSize: 3,
      strides: 2,
      activation: 'relu',
      kernelInitializer: tf.initializers.glorotUniform({ seed }),
    }),
  );
  model.add(tf.layers.flatten({ name: 'flatten' }));
  model.add(
    tf.layers.dense({
      name: 'Softmax',
      units: 10,
      activation: 'softmax',
      // Not the same seed: the two kernels would begin with the same numbers.
      kernelInitializer: tf.initializers.glorotUniform({ seed: seed + 1_000_003 }),
    }),
  );
  model.summary = (_lineLength, _positions, print = console.log) => print(summarize(model));
  return model;
}
