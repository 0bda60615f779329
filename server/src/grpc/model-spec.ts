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

/** Says in the answer which version it came from. */
export function answerSpec({ name, version }: { name: string; version: bigint }, signature_name: string): ModelSpec {
  return create(ModelSpec, { name, version: { value: version }, signature_name });
}
