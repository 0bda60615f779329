import { StatusError } from '../codec/errors.ts';
import type { Log } from '../log.ts';
import { one, readConfigFile } from './config-files.ts';
import { LATEST, type ModelConfig, type VersionPolicy } from './model-config.ts';
import type { FieldType, MessageType, TextMessage } from './text-proto.ts';

/** The models of a ModelServerConfig file; undefined for an empty one, which changes nothing. */
export function readModelConfigFile(path: string, log: Log): ModelConfig[] | undefined {
  const config = readConfigFile(path, ModelServerConfig, log);
  if (config.has('custom_model_config')) {
    throw new StatusError('UNIMPLEMENTED', 'ModelServer does not yet support custom model config.');
  }
  const list = config.get('model_config_list')?.[0] as TextMessage | undefined;
  if (!list) return undefined;
  const models = ((list.get('config') ?? []) as TextMessage[]).map(toModel);
  if (models.some(({ modelType }) => modelType !== 0)) {
    log(
      'W',
      'model type',
      'Deprecated ModelServerConfig::model_type field used. Prefer ModelServerConfig::model_platform.',
    );
  }
  return models;
}

function toModel(config: TextMessage): ModelConfig {
  const labels = ((config.get('version_labels') ?? []) as TextMessage[]).map(
    (entry) => [one(entry, 'key', ''), one(entry, 'value', 0n)] as const,
  );
  return {
    name: one(config, 'name', ''),
    basePath: one(config, 'base_path', ''),
    platform: one(config, 'model_platform', ''),
    modelType: one(config, 'model_type', 0),
    policy: toPolicy(config.get('model_version_policy')?.[0] as TextMessage | undefined),
    labels: new Map(labels),
  };
}

function toPolicy(policy: TextMessage | undefined): VersionPolicy {
  if (policy?.has('all')) return { kind: 'all' };
  const specific = policy?.get('specific')?.[0] as TextMessage | undefined;
  if (specific) return { kind: 'specific', versions: (specific.get('versions') ?? []) as bigint[] };
  const latest = policy?.get('latest')?.[0] as TextMessage | undefined;
  return latest ? { kind: 'latest', count: Number(one(latest, 'num_versions', 1n)) } : LATEST;
}

const message = (type: () => MessageType): FieldType => ({ kind: 'message', message: type });
const many = (field: FieldType): FieldType => ({ ...field, many: true });
const string: FieldType = { kind: 'string' };
const int: FieldType = { kind: 'int' };

const PACKAGE = 'tensorflow.serving';
const POLICY = `${PACKAGE}.FileSystemStoragePathSourceConfig.ServableVersionPolicy`;
const Latest: MessageType = { name: `${POLICY}.Latest`, fields: { num_versions: int } };
const All: MessageType = { name: `${POLICY}.All`, fields: {} };
const Specific: MessageType = { name: `${POLICY}.Specific`, fields: { versions: many(int) } };
const Policy: MessageType = {
  name: POLICY,
  fields: { latest: message(() => Latest), all: message(() => All), specific: message(() => Specific) },
};
const Label: MessageType = { name: `${PACKAGE}.ModelConfig.VersionLabelsEntry`, fields: { key: string, value: int } };
/** Requests are not logged here, so its parts are read and dropped. */
const Sampling: MessageType = {
  name: `${PACKAGE}.SamplingConfig`,
  fields: { sampling_rate: { kind: 'double' }, attributes: int },
};
const Collector: MessageType = {
  name: `${PACKAGE}.LogCollectorConfig`,
  fields: { type: string, filename_prefix: string },
};
const Logging: MessageType = {
  name: `${PACKAGE}.LoggingConfig`,
  fields: { log_collector_config: message(() => Collector), sampling_config: message(() => Sampling) },
};
const Model: MessageType = {
  name: `${PACKAGE}.ModelConfig`,
  fields: {
    name: string,
    base_path: string,
    model_type: { kind: 'enum', values: { MODEL_TYPE_UNSPECIFIED: 0, TENSORFLOW: 1, OTHER: 2 } },
    model_platform: string,
    model_version_policy: message(() => Policy),
    version_labels: many(message(() => Label)),
    logging_config: message(() => Logging),
  },
};
const List: MessageType = { name: `${PACKAGE}.ModelConfigList`, fields: { config: many(message(() => Model)) } };
const Custom: MessageType = { name: 'google.protobuf.Any', fields: { type_url: string, value: string } };
export const ModelServerConfig: MessageType = {
  name: `${PACKAGE}.ModelServerConfig`,
  fields: { model_config_list: message(() => List), custom_model_config: message(() => Custom) },
};
