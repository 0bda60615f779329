import type { SignatureDef } from '../../../lib/saved-model/schema.ts';
import type { HostTensor } from '../../../lib/saved-model/value.ts';
import { invalidArgument } from '../codec/errors.ts';
import { runModel, type ServableModel } from './servable.ts';
import type { Caller } from './turns.ts';

/** What classify and regress share: the signature by name, the one input of serialized tf.Examples, the run. */
export function findSignature(model: ServableModel, given: string): { name: string; def: SignatureDef } {
  const name = given || 'serving_default';
  const def = Object.hasOwn(model.signatureDefs, name) ? model.signatureDefs[name] : undefined;
  if (!def) throw invalidArgument(`No signature was found with the name: ${name}`);
  return { name, def };
}

export function checkMethod(def: SignatureDef, what: string, wanted: string, checkName: boolean): void {
  if (checkName && def.method_name !== wanted) {
    throw invalidArgument(`Expected ${what} signature method_name to be ${wanted}. Was: ${def.method_name}`);
  }
}

export function examplesTensor(examples: Uint8Array[]): HostTensor {
  if (examples.length === 0) throw invalidArgument('Input is empty.');
  return { dtype: 'string', shape: [examples.length], data: examples };
}

/** TensorFlow feeds the strings whatever the signature declares, and says what it says about a wrong type. */
export function runExamples(
  model: ServableModel,
  signature: string,
  inputs: HostTensor,
  outputs: string[],
  caller?: Caller,
): Promise<Record<string, HostTensor>> | Record<string, HostTensor> {
  return runModel(model, signature, { inputs }, outputs, caller);
}

/** `[2,3]`, as TensorShape::DebugString prints it. */
export const shapeText = (shape: readonly number[]): string => `[${shape.join(',')}]`;
