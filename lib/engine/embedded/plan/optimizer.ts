import * as tf from '@tensorflow/tfjs';
import type { Momentum, RmsProp, Slot } from '../fused-descent.ts';
import type { Kernels } from '../memory.ts';

/** Updates a plan's weights as tfjs's optimizer would, from and into its state: each goes on where the other stopped. */
export type Updater = {
  /** How many floats of state a weight has; Adam has two moments. */
  slots: number;
  /** The state of the i-th variable, where it has been trained before. */
  read(slot: number, i: number): tf.Tensor | undefined;
  /** One update of all weights; addresses in bytes. */
  update(kernels: Kernels, at: { weights: number; gradients: number; slots: number[] }, count: number): void;
  write(slot: number, i: number, variable: tf.Variable, value: tf.Tensor): void;
  finish(steps: number): void;
};

type Counted = { iterations_?: number };

/** Undefined for an optimizer that the plan does not know. */
export function updaterOf(optimizer: tf.Optimizer): Updater | undefined {
  switch (optimizer.getClassName()) {
    case 'Adam':
      return adam(optimizer as unknown as AdamFields);
    case 'SGD':
      return descent(optimizer as unknown as { learningRate: number } & Counted);
    case 'Momentum':
      return momentum(optimizer as unknown as Momentum & Counted);
    case 'RMSProp':
      return rmsProp(optimizer as unknown as RmsProp & Counted);
    default:
      return undefined;
  }
}

type AdamFields = Counted & {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  accBeta1: tf.Variable;
  accBeta2: tf.Variable;
  accumulatedFirstMoment: Slot[];
  accumulatedSecondMoment: Slot[];
};

function adam(fields: AdamFields): Updater {
  let beta1Power = fields.accBeta1.dataSync()[0]!;
  let beta2Power = fields.accBeta2.dataSync()[0]!;
  const { accumulatedFirstMoment, accumulatedSecondMoment } = fields;
  return {
    ...slotted([accumulatedFirstMoment, 'm'], [accumulatedSecondMoment, 'v']),
    update(kernels, { weights, gradients, slots }, count) {
      const [first, second] = slots as [number, number];
      const { learningRate, beta1, beta2, epsilon } = fields;
      const numbers = [learningRate, beta1, beta2, epsilon, 1 - beta1Power, 1 - beta2Power];
      kernels.adam(weights, first, second, gradients, weights, first, second, count, ...numbers);
      // tfjs keeps the powers in float32.
      beta1Power = Math.fround(beta1Power * Math.fround(beta1));
      beta2Power = Math.fround(beta2Power * Math.fround(beta2));
    },
    finish(steps) {
      fields.accBeta1.assign(tf.scalar(beta1Power));
      fields.accBeta2.assign(tf.scalar(beta2Power));
      count(fields, steps);
    },
  };
}

function descent(fields: { learningRate: number } & Counted): Updater {
  return {
    ...slotted(),
    update: (kernels, { weights, gradients }, count) =>
      void kernels.descend(weights, gradients, weights, count, fields.learningRate),
    finish: (steps) => count(fields, steps),
  };
}

function momentum(fields: Momentum & Counted): Updater {
  return {
    ...slotted([fields.accumulations, 'momentum']),
    update(kernels, { weights, gradients, slots }, count) {
      const [accumulation] = slots as [number];
      const numbers = [count, fields.learningRate, fields.momentum, fields.useNesterov ? 1 : 0];
      kernels.momentum(weights, accumulation, gradients, weights, accumulation, ...numbers);
    },
    finish: (steps) => count(fields, steps),
  };
}

/** Not the centred one, which has a third slot. */
function rmsProp(fields: RmsProp & Counted): Updater | undefined {
  if (fields.centered) return undefined;
  return {
    ...slotted([fields.accumulatedMeanSquares, 'rms'], [fields.accumulatedMoments, 'momentum']),
    update(kernels, { weights, gradients, slots }, count) {
      const [squares, moments] = slots as [number, number];
      const { learningRate, decay, momentum, epsilon } = fields;
      const numbers = [count, learningRate, decay, momentum, epsilon];
      kernels.rmsProp(weights, squares, moments, gradients, weights, squares, moments, ...numbers);
    },
    finish: (steps) => count(fields, steps),
  };
}

/** tfjs's lists of state, each with the end of its variables' names. */
function slotted(...lists: [Slot[], string][]): Pick<Updater, 'slots' | 'read' | 'write'> {
  return {
    slots: lists.length,
    read: (slot, i) => lists[slot]![0][i]?.variable,
    write(slot, i, { name }, value) {
      const [list, suffix] = lists[slot]!;
      if (list[i]) list[i].variable.assign(value);
      else list[i] = { originalName: `${name}/${suffix}`, variable: value.variable(false) };
    },
  };
}

function count(optimizer: Counted, steps: number): void {
  optimizer.iterations_ = (optimizer.iterations_ ?? 0) + steps;
}
