import type { Digits } from './digits.ts';
import { tf } from './engine/index.ts';

/** One step of training: forward, backward, update. */
export type Step = {
  /** Takes the images of these numbers; gives the sum of their losses and how many were right before the update. */
  run(batch: Int32Array): Sums | Promise<Sums>;
  /** Makes the model's weights those that were trained. */
  finishEpoch(): void;
  dispose(): void;
};

export type Sums = { loss: number; correct: number };

/** Steps by tfjs, for any compiled model on any engine. */
export function tfjsStep(model: tf.LayersModel, { images, labels }: Digits): Step {
  const metrics = (model as unknown as { metricsNames: string[] }).metricsNames;
  const accuracyAt = metrics.indexOf('acc');
  return {
    async run(batch) {
      const [x, y] = tf.tidy(() => {
        const indices = tf.tensor1d(batch, 'int32');
        return [tf.gather(images, indices), tf.gather(labels, indices)];
      }) as [tf.Tensor, tf.Tensor];
      try {
        const values = [await model.trainOnBatch(x, y)].flat();
        return { loss: values[0]! * batch.length, correct: values[accuracyAt]! * batch.length };
      } finally {
        tf.dispose([x, y]);
      }
    },
    finishEpoch() {},
    dispose() {},
  };
}
