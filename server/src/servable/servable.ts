import type { ExampleFeatures } from '../../../lib/saved-model/example-features.ts';
import type { SignatureDef } from '../../../lib/saved-model/schema.ts';
import type { HostTensor, Signature } from '../../../lib/saved-model/value.ts';
import type { Caller, Steps } from './turns.ts';

type Tensors = Record<string, HostTensor>;

/** Runs a signature when it is its turn: at once, or a promise. Who has stopped waiting is not run. */
export type Submit = (
  signature: string,
  inputs: Tensors,
  outputs?: string[],
  caller?: Caller,
) => Tensors | Promise<Tensors>;

/** A loaded model: it runs signatures and knows nothing of versions, HTTP or its own life. */
export type ServableModel = {
  /** The signatures that can be run. */
  signatures: Readonly<Record<string, Signature>>;
  /** Everything that the file says about signatures, in protobuf's terms. */
  signatureDefs: Readonly<Record<string, SignatureDef>>;
  /** The tf.Example features that a signature reads, where the model can tell. */
  features?(signature: string): ExampleFeatures | undefined;
  run(signature: string, inputs: Tensors, outputs?: string[]): Tensors;
  /** The same in steps, where the model can: whoever drives it may pause between them. */
  begin?(signature: string, inputs: Tensors, outputs?: string[]): Steps<Tensors>;
  /** The same in its turn beside other requests, and in a batch with them where batching is on. */
  submit?: Submit | undefined;
  close(): void;
};

/** Runs a signature for a request. */
export function runModel(model: ServableModel, ...call: Parameters<Submit>): Tensors | Promise<Tensors> {
  const [signature, inputs, outputs] = call;
  return model.submit ? model.submit(...call) : model.run(signature, inputs, outputs);
}

/** A run in steps; a model that has none is one step. */
export function* stepsOf(model: ServableModel, signature: string, inputs: Tensors, outputs?: string[]): Steps<Tensors> {
  return model.begin ? yield* model.begin(signature, inputs, outputs) : model.run(signature, inputs, outputs);
}

/** Loads the model of one version folder. */
export type OpenModel = (
  path: string,
  options: { tags: string[]; preferLite?: boolean | undefined; name: string },
) => ServableModel | Promise<ServableModel>;

export type VersionId = { name: string; version: bigint };

/** Where several processes serve the same models: each waits for the others before a version begins or stops to answer. */
export type Together = {
  ready(kind: 'load' | 'unload', id: VersionId): Promise<void>;
  /** It is no longer wanted: who waits goes on. */
  cancel(kind: 'load' | 'unload', id: VersionId): void;
  /** Resolves when all can take the same labels; `text` says which. */
  labelled(text: string): Promise<void>;
};

/** `{name: digits version: 1}`, as TF Serving prints a ServableId. */
export const idText = ({ name, version }: VersionId): string => `{name: ${name} version: ${version}}`;
