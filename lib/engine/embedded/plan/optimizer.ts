import * as tf from '@tensorflow/tfjs';

/** The state of tfjs's Adam, so that a plan goes on where tfjs stopped and the other way round. */
export type AdamState = {
  /** The moments of the i-th variable, where it has been trained before. */
  moments(i: number): [tf.Tensor | undefined, tf.Tensor | undefined];
  /** The numbers of the next update. */
  next(): { rate: number; beta1: number; beta2: number; epsilon: number; correction1: number; correction2: number };
  write(i: number, variable: tf.Variable, first: tf.Tensor, second: tf.Tensor): void;
  finish(steps: number): void;
};

type Moment = { originalName: string; variable: tf.Variable };

/** The fields of tfjs's Adam. */
type Fields = {
  learningRate: number;
  beta1: number;
  beta2: number;
  epsilon: number;
  accBeta1: tf.Variable;
  accBeta2: tf.Variable;
  accumulatedFirstMoment: Moment[];
  accumulatedSecondMoment: Moment[];
  iterations_?: number;
};

export function readAdam(optimizer: tf.AdamOptimizer): AdamState {
  const fields = optimizer as unknown as Fields;
  let beta1Power = fields.accBeta1.dataSync()[0]!;
  let beta2Power = fields.accBeta2.dataSync()[0]!;
  return {
    moments: (i) => [fields.accumulatedFirstMoment[i]?.variable, fields.accumulatedSecondMoment[i]?.variable],
    next() {
      const { learningRate: rate, beta1, beta2, epsilon } = fields;
      const numbers = { rate, beta1, beta2, epsilon, correction1: 1 - beta1Power, correction2: 1 - beta2Power };
      // tfjs keeps the powers in float32.
      beta1Power = Math.fround(beta1Power * Math.fround(beta1));
      beta2Power = Math.fround(beta2Power * Math.fround(beta2));
      return numbers;
    },
    write(i, variable, first, second) {
      assign(fields.accumulatedFirstMoment, i, `${variable.name}/m`, first);
      assign(fields.accumulatedSecondMoment, i, `${variable.name}/v`, second);
    },
    finish(steps) {
      fields.accBeta1.assign(tf.scalar(beta1Power));
      fields.accBeta2.assign(tf.scalar(beta2Power));
      fields.iterations_ = (fields.iterations_ ?? 0) + steps;
    },
  };
}

function assign(moments: Moment[], i: number, originalName: string, value: tf.Tensor): void {
  if (moments[i]) moments[i].variable.assign(value);
  else moments[i] = { originalName, variable: value.variable(false) };
}
