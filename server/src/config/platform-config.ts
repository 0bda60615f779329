import { StatusError } from '../codec/errors.ts';
import type { Log } from '../log.ts';
import {
  type BatchingParameters,
  BatchingParametersProto,
  Int32Value,
  toBatchingParameters,
} from './batching-config.ts';
import { one, readConfigFile } from './config-files.ts';
import { ConfigProto } from './session-config.ts';
import type { FieldType, MessageType, TextMessage } from './text-proto.ts';

/** What a PlatformConfigMap says about models of the platform "tensorflow"; it replaces the flags of the same meaning. */
export type PlatformConfig = {
  tags: string[];
  preferLite: boolean;
  warmUp: boolean;
  warmUpIterations: number;
  batching: BatchingParameters | undefined;
  batchingPerModel: boolean;
};

export function readPlatformConfig(path: string, log: Log): PlatformConfig {
  const entries = (readConfigFile(path, PlatformConfigMap, log).get('platform_configs') ?? []) as TextMessage[];
  const entry = entries.find((item) => one<string>(item, 'key', '') === 'tensorflow');
  if (!entry) {
    throw new StatusError('FAILED_PRECONDITION', `PlatformConfigMap has no entry for platform tensorflow: '${path}'`);
  }
  const config = ['value', 'source_adapter_config', `[${ADAPTER}]`, 'legacy_config'].reduce<TextMessage | undefined>(
    (message, field) => message?.get(field)?.[0] as TextMessage | undefined,
    entry,
  );
  const tags = (config?.get('saved_model_tags') ?? []) as string[];
  const options = config?.get('model_warmup_options')?.[0] as TextMessage | undefined;
  const iterations = options?.get('num_request_iterations')?.[0] as TextMessage | undefined;
  const batching = config?.get('batching_parameters')?.[0] as TextMessage | undefined;
  return {
    tags: tags.length > 0 ? tags : ['serve'],
    preferLite: one(config, 'prefer_tflite_model', false),
    warmUp: one(config, 'enable_model_warmup', false),
    warmUpIterations: Number(one<bigint>(iterations, 'value', 1n)),
    batching: batching && toBatchingParameters(batching),
    batchingPerModel: one(config, 'enable_per_model_batching_params', false),
  };
}

const message = (type: () => MessageType): FieldType => ({ kind: 'message', message: type });
const bool: FieldType = { kind: 'bool' };
const int: FieldType = { kind: 'int' };
const string: FieldType = { kind: 'string' };

const PACKAGE = 'tensorflow.serving';
const ADAPTER = `${PACKAGE}.SavedModelBundleSourceAdapterConfig`;
const WarmupOptions: MessageType = {
  name: `${PACKAGE}.ModelWarmupOptions`,
  fields: {
    num_request_iterations: Int32Value,
    num_model_warmup_threads: Int32Value,
    model_name: string,
    model_version: int,
    enable_all_batch_sizes_warmup: bool,
  },
};
const SessionBundleConfig: MessageType = {
  name: `${PACKAGE}.SessionBundleConfig`,
  fields: {
    session_target: string,
    session_config: message(() => ConfigProto),
    batching_parameters: message(() => BatchingParametersProto),
    session_run_load_threadpool_index: Int32Value,
    experimental_transient_ram_bytes_during_load: int,
    saved_model_tags: { ...string, many: true },
    enable_model_warmup: bool,
    model_warmup_options: message(() => WarmupOptions),
    enable_session_metadata: bool,
    remove_unused_fields_from_bundle_metagraph: bool,
    prefer_tflite_model: bool,
    resource_estimation_uses_validation_result: bool,
    num_tflite_interpreters: int,
    num_tflite_interpreters_per_pool: int,
    num_tflite_pools: int,
    wrap_session_with_no_threading_params: bool,
    enable_per_model_batching_params: bool,
    enable_saved_model_config: bool,
    mixed_precision: string,
  },
};
const Adapter: MessageType = { name: ADAPTER, fields: { legacy_config: message(() => SessionBundleConfig) } };
const Any: MessageType = {
  name: 'google.protobuf.Any',
  fields: { type_url: string, value: string },
  holds: { [ADAPTER]: Adapter },
};
const Platform: MessageType = {
  name: `${PACKAGE}.PlatformConfig`,
  fields: { source_adapter_config: message(() => Any) },
};
const Entry: MessageType = {
  name: `${PACKAGE}.PlatformConfigMap.PlatformConfigsEntry`,
  fields: { key: string, value: message(() => Platform) },
};
const PlatformConfigMap: MessageType = {
  name: `${PACKAGE}.PlatformConfigMap`,
  fields: { platform_configs: { ...message(() => Entry), many: true } },
};
