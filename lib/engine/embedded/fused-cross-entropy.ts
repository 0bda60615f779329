import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { address, kernelsOn } from './memory.ts';

export type Loss = (target: tf.Tensor, output: tf.Tensor) => tf.Tensor;

/** The fields of tfjs's models that a step of `fit` uses. */
type Model = {
  loss: string | string[] | Record<string, string> | unknown;
  lossFunctions: Loss[];
  outputNames: string[];
  makeTrainFunction(this: Model): (data: tf.Tensor[]) => tf.Scalar[];
};

/** What the kernel is told that the targets are. */
const [probabilities, labels] = [0, 1];

/**
 * Half of the operations of a step of `model.fit` were the two categorical cross-entropies and their gradients, all on tensors
 * of a few hundred numbers. Here each is one kernel that gives the losses and their slopes, by tfjs's formula with its clipping.
 * The model keeps its own loss functions, which tfjs compares with; they are exchanged while a step runs.
 */
export function fuseCrossEntropy(): void {
  const prototype = tf.LayersModel.prototype as unknown as Model;
  const original = prototype.makeTrainFunction;
  prototype.makeTrainFunction = function () {
    const train = original.call(this);
    return (data) => {
      const own = this.lossFunctions;
      this.lossFunctions = own.map((loss, i) => fusedLoss(lossName(this, i), loss));
      try {
        return train(data);
      } finally {
        this.lossFunctions = own;
      }
    };
  };
}

/** As the user gave it: one for all outputs, or one for each, in their order or by their names. */
function lossName({ loss, outputNames }: Model, i: number): unknown {
  if (typeof loss !== 'object' || loss === null) return loss;
  return Array.isArray(loss) ? loss[i] : (loss as Record<string, unknown>)[outputNames[i]!];
}

/** The same loss, where it is one of the two and the tensors allow it by our kernel. */
export function fusedLoss(name: unknown, own: Loss): Loss {
  if (name !== 'sparseCategoricalCrossentropy' && name !== 'categoricalCrossentropy') return own;
  const kind = name === 'categoricalCrossentropy' ? probabilities : labels;
  return (target, output) => {
    const rows = output.size / output.shape.at(-1)!;
    const fits = target.size === (kind === labels ? rows : output.size);
    if (tf.getBackend() !== 'wasm' || output.dtype !== 'float32' || output.rank !== 2 || !fits)
      return own(target, output);
    return tf.tidy(() => crossEntropy(kind, kind === labels ? whole(target) : target.toFloat(), output));
  };
}

/** tfjs rounds labels down. */
function whole(target: tf.Tensor): tf.Tensor {
  return target.dtype === 'int32' ? target : target.floor().toInt();
}

function crossEntropy(kind: number, target: tf.Tensor, output: tf.Tensor): tf.Tensor {
  const [rows, classes] = output.shape as [number, number];
  const backend = tf.backend() as unknown as BackendWasm;
  const results = [backend.makeOutput([rows], 'float32'), backend.makeOutput([rows, classes], 'float32')];
  const places = results.map((tensor) => address(backend, tensor)) as [number, number];
  const [from, wanted] = [address(backend, output), address(backend, target)];
  kernelsOn(backend).crossEntropy(from, wanted, kind, rows, classes, ...places);
  const [losses, slopes] = results.map(toTensor) as [tf.Tensor, tf.Tensor];
  // Made before the step that has the gradient: what that one saves of its own making is a leak to tfjs's check in tests (IS_TEST).
  const loss = tf.customGrad((_, save) => {
    (save as tf.GradSaveFunc)([slopes]);
    const gradFunc = (dy: tf.Tensor, [saved]: tf.Tensor[]) => saved!.mul(dy.reshape([rows, 1]));
    return { value: losses.clone(), gradFunc };
  });
  return loss(output);
}

function toTensor({ dataId, shape, dtype }: tf.TensorInfo): tf.Tensor {
  return tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
}
