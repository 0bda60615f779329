import { create } from '../../../lib/saved-model/proto.ts';
import { invalidArgument } from '../codec/errors.ts';
import type { Wanted } from '../servable/server-core.ts';
import { ModelSpec } from './messages.ts';

/** A request's model: TF Serving insists on the message, and then on a name. */
export function specOf(spec: ModelSpec | undefined): ModelSpec {
  if (!spec) throw invalidArgument('Missing ModelSpec');
  return spec;
}

export function wantedOf({ name, version, version_label }: ModelSpec): Wanted {
  return { name, version: version?.value, label: version ? undefined : version_label };
}

/** Says in the answer which version and which signature it came from. */
export function answerSpec(id: { name: string; version: bigint }, signature: string): ModelSpec {
  return create(ModelSpec, { ...versionSpec(id), signature_name: signature || 'serving_default' });
}

/** Metadata is of all signatures. */
export function versionSpec({ name, version }: { name: string; version: bigint }): ModelSpec {
  return create(ModelSpec, { name, version: { value: version } });
}
