import { tf } from '../engine/index.ts';
import { ModelError } from './error.ts';
import { fromPlain } from './from-plain.ts';
import { isNamed } from './named.ts';
import { openSavedModel } from './open.ts';
import type { HostTensor, Signature } from './value.ts';

export type SavedModel = {
  signatures: Record<string, Signature>;
  /**
   * Runs a signature (`serving_default` when none is named).
   * @param inputs by key; or the input itself where the signature has one. Tensors, typed arrays or nested arrays
   * @returns tensors by output key; the caller disposes of them
   */
  predict(inputs: unknown, options?: { signature?: string }): Promise<Record<string, tf.Tensor>>;
  /** Frees the weights. */
  close(): void;
};

/**
 * Loads a SavedModel of any origin (saveModel, Keras' `model.export`, `tf.saved_model.save`, TF1) for predictions; or a
 * TensorFlow Lite model, as small devices run them: a `.tflite` file, or a folder with only a `model.tflite`.
 *
 * @param exportPath the folder with `saved_model.pb`, e.g. `models/digits/1`
 * @param options.tags of the graph to load; `['serve']` when absent
 * @throws when a file is missing or corrupt, or an op of the model is not supported: all such ops are named
 * @example
 * const model = await loadSavedModel(exportPath);
 * const { output_0 } = await model.predict(test.images.slice([0], [3])); // float32 [3, 10]
 */
export async function loadSavedModel(exportPath: string, options: { tags?: string[] } = {}): Promise<SavedModel> {
  const model = openSavedModel(exportPath, options);
  return {
    signatures: model.signatures,
    async predict(inputs, { signature = defaultSignature(model.signatures) } = {}) {
      const wanted = Object.hasOwn(model.signatures, signature) ? model.signatures[signature] : undefined;
      if (!wanted) {
        const names = Object.keys(model.signatures).join(', ');
        throw new ModelError('INVALID_ARGUMENT', `${model.path} has no signature "${signature}"; it has: ${names}`);
      }
      const outputs = model.run(signature, hostInputs(inputs, wanted));
      return Object.fromEntries(Object.entries(outputs).map(([key, value]) => [key, toTensor(key, value)]));
    },
    close: () => model.close(),
  };
}

function defaultSignature(signatures: Record<string, Signature>): string {
  return signatures.serving_default ? 'serving_default' : (Object.keys(signatures)[0] ?? 'serving_default');
}

function hostInputs(inputs: unknown, signature: Signature): Record<string, HostTensor> {
  const infos = Object.entries(signature.inputs);
  const [only] = infos;
  if (infos.length === 1 && only && !isNamed(inputs)) return { [only[0]]: fromPlain(inputs, only[1].dtype, only[0]) };
  if (!isNamed(inputs)) {
    throw new ModelError(
      'INVALID_ARGUMENT',
      `the signature has the inputs ${infos.map(([key]) => key).join(', ')}: pass an object with these keys`,
    );
  }
  const given = Object.entries(inputs).map(([key, value]): [string, HostTensor] => {
    const info = Object.hasOwn(signature.inputs, key) ? signature.inputs[key] : undefined;
    return [key, fromPlain(value, info?.dtype ?? 'float32', key)];
  });
  return Object.fromEntries(given);
}

/** tfjs knows float32, int32, bool and string. What does not fit is an error, not a wrong number. */
function toTensor(key: string, { dtype, shape, data }: HostTensor): tf.Tensor {
  if (dtype === 'string') return tf.tensor(data as Uint8Array[], shape, 'string');
  if (dtype === 'bool') return tf.tensor(data as Uint8Array, shape, 'bool');
  if (data instanceof Float32Array && !dtype.startsWith('complex')) return tf.tensor(data, shape, 'float32');
  if (data instanceof Float64Array && dtype === 'float64') return tf.tensor(Float32Array.from(data), shape, 'float32');
  if (dtype.startsWith('complex'))
    throw new ModelError(
      'UNIMPLEMENTED',
      `output "${key}" is ${dtype}, which tfjs tensors cannot hold; use openSavedModel(path).run`,
    );
  const numbers = Array.from(data as ArrayLike<number | bigint>, Number);
  const bad = numbers.find((x) => x !== (x | 0));
  if (bad !== undefined) {
    throw new ModelError(
      'INVALID_ARGUMENT',
      `output "${key}" is ${dtype} and holds ${bad}, which tfjs's int32 cannot; use openSavedModel(path).run`,
    );
  }
  return tf.tensor(Int32Array.from(numbers), shape, 'int32');
}
