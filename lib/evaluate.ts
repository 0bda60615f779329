import { checkDigits } from './check-digits.ts';
import type { Digits } from './digits.ts';
import { tf } from './engine/index.ts';

/** So many images at once: their activations stay small, and each call does much work. */
const batchSize = 1000;

/**
 * How good the model is on data it was not trained on: the mean sparse categorical cross-entropy (nats per image) and
 * the part that it gets right (0 … 1). The model need not be compiled.
 *
 * @param data images float32 [n, height, width, channels] as the model wants them, labels int32 [n]
 * @throws when images and labels do not fit each other or the model
 * @example
 * const { test } = await loadMnist();
 * const { accuracy } = await evaluate(digitsModel(), test);
 * console.log(accuracy < 0.5); // true, for it has learned nothing yet
 */
export async function evaluate(model: tf.LayersModel, data: Digits): Promise<{ loss: number; accuracy: number }> {
  checkDigits(model, data, 'the evaluation data');
  const count = data.images.shape[0];
  const labels = await data.labels.data();
  let [loss, correct] = [0, 0];
  for (let from = 0; from < count; from += batchSize) {
    const size = Math.min(batchSize, count - from);
    const rows = tf.tidy(() => {
      const images = tf.slice(data.images, from, size);
      return model.predictOnBatch(images) as tf.Tensor;
    });
    const probabilities = await rows.data();
    const classes = rows.shape.at(-1)!;
    rows.dispose();
    for (let i = 0; i < size; i++) {
      const row = probabilities.subarray(i * classes, (i + 1) * classes);
      const label = labels[from + i]!;
      // Never log(0): the smallest float32 stands for what underflowed.
      loss -= Math.log(Math.max(row[label]!, 2 ** -126));
      if (argMax(row) === label) correct++;
    }
  }
  return { loss: loss / count, accuracy: correct / count };
}

function argMax(row: ArrayLike<number>): number {
  let best = 0;
  for (let i = 1; i < row.length; i++) if (row[i]! > row[best]!) best = i;
  return best;
}
