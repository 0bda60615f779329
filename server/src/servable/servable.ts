import type { ExampleFeatures } from '../../../lib/saved-model/example-features.ts';
import type { SignatureDef } from '../../../lib/saved-model/schema.ts';
import type { HostTensor, Signature } from '../../../lib/saved-model/value.ts';

/** Rejects with what the run, or the queue, says. */
export type RunBatched = (
  signature: string,
  inputs: Record<string, HostTensor>,
  outputs?: string[],
  /** In Date.now()'s milliseconds: who has stopped waiting is not run. */
  deadline?: number,
) => Promise<Record<string, HostTensor>>;

/** A loaded model: it runs signatures and knows nothing of versions, HTTP or its own life. */
export type ServableModel = {
  /** The signatures that can be run. */
  signatures: Readonly<Record<string, Signature>>;
  /** Everything that the file says about signatures, in protobuf's terms. */
  signatureDefs: Readonly<Record<string, SignatureDef>>;
  /** The tf.Example features that a signature reads, where the model can tell. */
  features?(signature: string): ExampleFeatures | undefined;
  run(signature: string, inputs: Record<string, HostTensor>, outputs?: string[]): Record<string, HostTensor>;
  /** The same together with the requests that wait beside it; only where batching is on. */
  runBatched?: RunBatched | undefined;
  close(): void;
};

/** Runs a signature, in a batch where batching is on. */
export function runModel(
  model: ServableModel,
  ...call: Parameters<RunBatched>
): Record<string, HostTensor> | Promise<Record<string, HostTensor>> {
  const [signature, inputs, outputs] = call;
  return model.runBatched ? model.runBatched(...call) : model.run(signature, inputs, outputs);
}

/** Loads the model of one version folder. */
export type OpenModel = (
  path: string,
  options: { tags: string[]; name: string },
) => ServableModel | Promise<ServableModel>;

export type VersionId = { name: string; version: bigint };

/** Where several processes serve the same models: each waits for the others before a version begins or stops to answer. */
export type Together = {
  ready(kind: 'load' | 'unload', id: VersionId): Promise<void>;
  /** It is no longer wanted: who waits goes on. */
  cancel(kind: 'load' | 'unload', id: VersionId): void;
};

/** `{name: digits version: 1}`, as TF Serving prints a ServableId. */
export const idText = ({ name, version }: VersionId): string => `{name: ${name} version: ${version}}`;
