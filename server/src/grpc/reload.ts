import { invalidArgument, toStatus } from '../codec/errors.ts';
import { LATEST, type ModelConfig, type VersionPolicy, validateModels } from '../config/model-config.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { ServerCore } from '../servable/server-core.ts';
import type * as messages from './messages.ts';

/**
 * ModelService.HandleReloadConfigRequest: the new list replaces the old one. Resolves when each new model has a version that
 * answers; a list that is refused changes nothing.
 */
export async function reload(
  core: ServerCore,
  { config, metric_names }: messages.ReloadConfigRequest,
  log: Log,
  metrics?: Metrics,
  share?: (models: readonly ModelConfig[]) => void,
): Promise<messages.ReloadConfigResponse> {
  const names = [...new Set(metric_names)];
  const before = await valuesOf(names, metrics);
  try {
    if (!config?.model_config_list) throw invalidArgument(OTHER_KIND);
    const models = config.model_config_list.config.map(toModel);
    for (const [i, { basePath, name, platform }] of models.entries()) {
      const entry = `\n\tindex : ${i}\n\tpath : ${basePath}\n\tname : ${name}\n\tplatform : ${platform}`;
      log('I', 'config entry', `\nConfig entry${entry}`);
    }
    validateModels(models, core.models);
    // First to the others: a new version answers once they all have it.
    share?.(models);
    await core.configure(models);
    const after = await valuesOf(names, metrics);
    const metric = names.map((name, i) => ({
      name,
      int64_value_increase: (after[i] as bigint) - (before[i] as bigint),
    }));
    return { status: { error_code: 0, error_message: '' }, metric };
  } catch (error) {
    log('E', 'reload refused', `ReloadConfig failed: ${toStatus(error).message}`);
    throw error;
  }
}

/** TF Serving takes a name that it does not count for 0; so does who counts nothing. */
function valuesOf(names: string[], metrics: Metrics | undefined): Promise<bigint[]> {
  return Promise.all(names.map(async (name) => BigInt((await metrics?.firstValue(name)) ?? 0)));
}

const OTHER_KIND =
  'ServerModelConfig type not supported by HandleReloadConfigRequest. Only ModelConfigList is currently supported';

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
  // 0 is what a client sends that did not set the number, which is an unsigned one.
  return policy?.latest ? { kind: 'latest', count: policy.latest.num_versions >>> 0 || 1 } : LATEST;
}
