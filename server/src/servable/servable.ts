import type { SignatureDef } from '../../../lib/saved-model/schema.ts';
import type { HostTensor, Signature } from '../../../lib/saved-model/value.ts';

/** A loaded model: it runs signatures and knows nothing of versions, HTTP or its own life. */
export type ServableModel = {
  /** The signatures that can be run. */
  signatures: Readonly<Record<string, Signature>>;
  /** Everything that the file says about signatures, in protobuf's terms. */
  signatureDefs: Readonly<Record<string, SignatureDef>>;
  run(signature: string, inputs: Record<string, HostTensor>, outputs?: string[]): Record<string, HostTensor>;
  close(): void;
};

/** Loads the model of one version folder. */
export type OpenModel = (path: string, options: { tags: string[] }) => ServableModel | Promise<ServableModel>;

export type VersionId = { name: string; version: bigint };

/** `{name: digits version: 1}`, as TF Serving prints a ServableId. */
export const idText = ({ name, version }: VersionId): string => `{name: ${name} version: ${version}}`;
