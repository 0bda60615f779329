import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { address, kernelsOn } from './memory.ts';

/** The fields of tfjs's optimizers that their updates use. */
export type Momentum = { learningRate: number; momentum: number; useNesterov: boolean; accumulations: Slot[] };
export type RmsProp = {
  learningRate: number;
  decay: number;
  momentum: number;
  epsilon: number;
  centered: boolean;
  accumulatedMeanSquares: Slot[];
  accumulatedMoments: Slot[];
};
export type Slot = { originalName: string; variable: tf.Variable };
type Gradients = tf.NamedTensorMap | { name: string; tensor: tf.Tensor }[];
type Updated = { incrementIterations(): void };

/**
 * One pass over the weights for gradient descent with momentum and for RMSProp, as for Adam (fused-adam.ts): same state, same
 * formula. Centred RMSProp stays tfjs's.
 */
export function fuseDescent(): void {
  replace<Momentum>(tf.MomentumOptimizer, undefined, (optimizer, backend, i, weights, gradient) => {
    const accumulation = slot(optimizer.accumulations, i, `${weights.name}/momentum`, weights);
    if (!gradient) return;
    const { learningRate, momentum, useNesterov } = optimizer;
    const numbers = [weights.size, learningRate, momentum, useNesterov ? 1 : 0];
    update(backend, 'momentum', [weights, accumulation], gradient, numbers);
  });
  replace<RmsProp>(
    tf.RMSPropOptimizer,
    ({ centered }) => centered,
    (optimizer, backend, i, weights, gradient) => {
      const squares = slot(optimizer.accumulatedMeanSquares, i, `${weights.name}/rms`, weights);
      const moments = slot(optimizer.accumulatedMoments, i, `${weights.name}/momentum`, weights);
      if (!gradient) return;
      const { learningRate, decay, momentum, epsilon } = optimizer;
      const numbers = [weights.size, learningRate, decay, momentum, epsilon];
      update(backend, 'rmsProp', [weights, squares, moments], gradient, numbers);
    },
  );
}

function replace<T>(
  optimizer: { prototype: object },
  isLeft: ((optimizer: T) => boolean) | undefined,
  step: (optimizer: T, backend: BackendWasm, i: number, weights: tf.Variable, gradient: tf.Tensor | null) => void,
): void {
  const prototype = optimizer.prototype as { applyGradients(this: T & Updated, gradients: Gradients): void };
  const original = prototype.applyGradients;
  prototype.applyGradients = function (gradients) {
    if (tf.getBackend() !== 'wasm' || isLeft?.(this)) return original.call(this, gradients);
    const pairs: [string, tf.Tensor | null][] = Array.isArray(gradients)
      ? gradients.map(({ name, tensor }) => [name, tensor])
      : Object.entries(gradients);
    tf.tidy(() => {
      const backend = tf.backend() as unknown as BackendWasm;
      for (const [i, [name, gradient]] of pairs.entries())
        step(this, backend, i, tf.engine().registeredVariables[name]!, gradient);
    });
    this.incrementIterations();
  };
}

function slot(slots: Slot[], i: number, originalName: string, weights: tf.Variable): tf.Variable {
  slots[i] ??= { originalName, variable: tf.tidy(() => tf.zerosLike(weights).variable(false)) };
  return slots[i].variable;
}

/** New values for all of these, from their old ones and the gradient. */
function update(
  backend: BackendWasm,
  kernel: 'momentum' | 'rmsProp',
  variables: tf.Variable[],
  gradient: tf.Tensor,
  numbers: number[],
): void {
  const results = variables.map(({ shape }) => backend.makeOutput(shape, 'float32'));
  const places = [...variables, gradient, ...results].map((tensor) => address(backend, tensor));
  kernelsOn(backend)[kernel](...places, ...numbers);
  for (const [i, { dataId, shape, dtype }] of results.entries())
    variables[i]!.assign(tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype }));
}
