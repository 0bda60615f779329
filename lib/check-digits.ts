import type { Digits } from './digits.ts';
import { tf } from './engine/index.ts';

/** Throws where images and labels do not fit each other or the model, before tfjs fails deep inside. `name` is for the message. */
export function checkDigits(model: tf.LayersModel, data: Digits, name: string): void {
  const { images, labels } = data;
  if (!(images instanceof tf.Tensor) || !(labels instanceof tf.Tensor)) {
    throw new Error(
      `${name} is no { images, labels } with two tensors; loadMnist() gives such pairs: train(model, mnist.train).`,
    );
  }
  if (images.isDisposed || labels.isDisposed) {
    throw new Error(`${name} was disposed of; call loadMnist() again to read it anew.`);
  }
  const wanted = (model.inputs[0]!.shape as (number | null)[]).slice(1);
  const got = images.shape.slice(1);
  if (got.length !== wanted.length || wanted.some((size, i) => size !== null && size !== got[i])) {
    const hint = got.length === wanted.length - 1 ? ' A single channel needs a last 1: images.expandDims(-1).' : '';
    throw new Error(
      `${name}: images have shape [${images.shape}], but the model takes [n, ${wanted.join(', ')}].${hint}`,
    );
  }
  if (labels.rank !== 1) {
    throw new Error(
      `${name}: labels have shape [${labels.shape}]; expected [${images.shape[0]}], one whole number for each image.`,
    );
  }
  if (labels.shape[0] !== images.shape[0]) {
    throw new Error(`${name}: ${images.shape[0]} images but ${labels.shape[0]} labels; each image needs one label.`);
  }
  if (images.shape[0] === 0) throw new Error(`${name} is empty: [${images.shape}].`);
  const classes = (model.outputs[0]!.shape as (number | null)[]).at(-1)!;
  const values = labels.dataSync();
  const wrong = values.findIndex((label) => !Number.isInteger(label) || label < 0 || label >= classes);
  if (wrong >= 0) {
    throw new Error(
      `${name}: label ${wrong} is ${values[wrong]}; the model has ${classes} classes, so labels are 0 … ${classes - 1}.`,
    );
  }
}
