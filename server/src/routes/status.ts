import { StatusError } from '../codec/errors.ts';
import { type ProtoValue, protoJson } from '../codec/proto-json.ts';
import type { ServerCore, Wanted } from '../servable/server-core.ts';
import type { State, VersionState } from '../servable/states.ts';

export type ModelVersionStatus = { version: bigint; state: State; error: StatusError | undefined };

/** The versions of a model, highest first, or the one asked for. A label is taken but not used, as in TF Serving. */
export function modelStatus(core: ServerCore, { name, version }: Wanted): ModelVersionStatus[] {
  const { board } = core.manager;
  if (version !== undefined) {
    const state = board.get(name, version);
    if (!state) throw new StatusError('NOT_FOUND', `Could not find version ${version} of model ${name}`);
    return [entry(version, state)];
  }
  const versions = board.versions(name);
  if (versions.length === 0) throw new StatusError('NOT_FOUND', `Could not find any versions of model ${name}`);
  return versions.map(([number, state]) => entry(number, state));
}

/** GET of a model. REST refuses an empty name, where gRPC finds no such model. */
export function writeStatus(core: ServerCore, wanted: Wanted): string {
  if (wanted.name === '') throw new StatusError('INVALID_ARGUMENT', 'Missing model name in request.');
  return protoJson({ model_version_status: modelStatus(core, wanted).map(statusJson) });
}

export function statusJson({ version, state, error }: ModelVersionStatus): { [field: string]: ProtoValue } {
  const status = { error_code: error?.code ?? 'OK', error_message: error?.message ?? '' };
  return { version: String(version), state, status };
}

const entry = (version: bigint, { state, error }: VersionState): ModelVersionStatus => ({ version, state, error });
