import { StatusError } from '../codec/errors.ts';
import { LATEST, type ModelConfig, type VersionPolicy, validateModels } from '../config/model-config.ts';
import type { Log } from '../log.ts';
import type { ServerCore } from '../servable/server-core.ts';
import type * as messages from './messages.ts';

/**
 * ModelService.HandleReloadConfigRequest: the new list replaces the old one. Resolves when each new model has a version that
 * answers; a list that is refused changes nothing.
 */
export async function reload(
  core: ServerCore,
  { config }: messages.ReloadConfigRequest,
  log: Log,
  share?: (models: readonly ModelConfig[]) => void,
): Promise<messages.ReloadConfigResponse> {
  if (config?.custom_model_config) {
    throw new StatusError('UNIMPLEMENTED', 'ModelServer does not yet support custom model config.');
  }
  if (config?.model_config_list) {
    const models = config.model_config_list.config.map(toModel);
    validateModels(models, core.models);
    // First to the others: a new version answers once they all have it.
    share?.(models);
    await core.configure(models);
  } else log('I', 'no config', 'Taking no action for empty config.');
  return { status: { error_code: 0, error_message: '' } };
}

function toModel(config: messages.ModelConfigProto): ModelConfig {
  return {
    name: config.name,
    basePath: config.base_path,
    platform: config.model_platform,
    modelType: config.model_type,
    policy: toPolicy(config.model_version_policy),
    labels: config.version_labels,
  };
}

function toPolicy(policy: messages.ModelConfigProto['model_version_policy']): VersionPolicy {
  if (policy?.all) return { kind: 'all' };
  if (policy?.specific) return { kind: 'specific', versions: policy.specific.versions };
  // 0 is what a client sends that did not set the number.
  return policy?.latest ? { kind: 'latest', count: policy.latest.num_versions || 1 } : LATEST;
}
