import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { address, kernelsOn } from './memory.ts';

/** The fields of tfjs's Adam that its update uses. */
type Adam = {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  accBeta1: tf.Variable;
  accBeta2: tf.Variable;
  accumulatedFirstMoment: Moment[];
  accumulatedSecondMoment: Moment[];
  incrementIterations(): void;
};
type Moment = { originalName: string; variable: tf.Variable };
type Gradients = tf.NamedTensorMap | { name: string; tensor: tf.Tensor }[];

/**
 * Adam's update of one weight is sixteen tfjs operations on small tensors; here it is one pass. Same state, same formula, so
 * a model can be saved, restored and trained on as before; on other backends tfjs's own update runs.
 */
export function fuseAdam(): void {
  const prototype = tf.AdamOptimizer.prototype as unknown as { applyGradients(this: Adam, gradients: Gradients): void };
  const original = prototype.applyGradients;
  prototype.applyGradients = function (gradients) {
    if (tf.getBackend() !== 'wasm') return original.call(this, gradients);
    const pairs: [string, tf.Tensor | null][] = Array.isArray(gradients)
      ? gradients.map(({ name, tensor }) => [name, tensor])
      : Object.entries(gradients);
    tf.tidy(() => {
      const backend = tf.backend() as unknown as BackendWasm;
      const correction1 = 1 - this.accBeta1.dataSync()[0]!;
      const correction2 = 1 - this.accBeta2.dataSync()[0]!;
      for (const [i, [name, gradient]] of pairs.entries()) {
        const weights = tf.engine().registeredVariables[name]!;
        const first = momentOf(this.accumulatedFirstMoment, i, `${name}/m`, weights);
        const second = momentOf(this.accumulatedSecondMoment, i, `${name}/v`, weights);
        if (!gradient) continue;
        const [newWeights, newFirst, newSecond] = [0, 1, 2].map(() =>
          backend.makeOutput(weights.shape, 'float32'),
        ) as Three;
        kernelsOn(backend).adam(
          ...[weights, first, second, gradient, newWeights, newFirst, newSecond].map((tensor) =>
            address(backend, tensor),
          ),
          ...[weights.size, this.learningRate, this.beta1, this.beta2, this.epsilon, correction1, correction2],
        );
        first.assign(toTensor(newFirst));
        second.assign(toTensor(newSecond));
        weights.assign(toTensor(newWeights));
      }
      this.accBeta1.assign(tf.mul(this.accBeta1, this.beta1));
      this.accBeta2.assign(tf.mul(this.accBeta2, this.beta2));
    });
    this.incrementIterations();
  };
}

type Three = [tf.TensorInfo, tf.TensorInfo, tf.TensorInfo];

function momentOf(moments: Moment[], i: number, originalName: string, weights: tf.Variable): tf.Variable {
  moments[i] ??= { originalName, variable: tf.tidy(() => tf.zerosLike(weights).variable(false)) };
  return moments[i].variable;
}

function toTensor({ dataId, shape, dtype }: tf.TensorInfo): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
}
