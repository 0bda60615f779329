import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { StatusError } from '../codec/errors.ts';
import type { Log } from '../log.ts';
import { type BatchingParameters, readBatchingConfig, toBatchingParameters } from './batching-config.ts';
import { readConfigFile } from './config-files.ts';
import type { FlagValues } from './flags.ts';
import { readPlatformConfig } from './platform-config.ts';
import { ConfigProto } from './session-config.ts';
import { checkThreadPoolConfig } from './thread-pool-config.ts';

/** Refuses the combinations of flags that TF Serving refuses, with its texts, in its order. */
export function checkOptions(flags: FlagValues): void {
  if (flags.port === 0 && flags.grpc_socket_path === '') {
    throw invalid('At least one of server_options.grpc_port or server_options.grpc_socket_path must be set.');
  }
  if (flags.use_alts_credentials && flags.ssl_config_file !== '') {
    throw invalid('Either use_alts_credentials must be false or ssl_config_file must be empty.');
  }
  if (flags.use_alts_credentials) {
    throw new StatusError(
      'UNIMPLEMENTED',
      'ALTS works on Google Cloud only; secure the gRPC port with --ssl_config_file=PATH.',
    );
  }
  if (flags.model_base_path === '' && flags.model_config_file === '') {
    throw invalid('Both server_options.model_base_path and server_options.model_config_file are empty!');
  }
}

/** How models are loaded and run. */
export type SessionOptions = {
  tags: string[];
  /** A version's `model.tflite`, where it has one, instead of its SavedModel. */
  preferLite: boolean;
  warmUp: boolean;
  warmUpIterations: number;
  /** undefined: each request runs by itself. */
  batching: BatchingParameters | undefined;
  /** Only models that bring batching_params.pbtxt are batched, each with its own parameters. */
  batchingPerModel: boolean;
};

/** What the model of a version folder is batched with. */
export function batchingOf(
  path: string,
  { batching, batchingPerModel }: Pick<SessionOptions, 'batching' | 'batchingPerModel'>,
  log: Log,
): BatchingParameters | undefined {
  if (!batching || !batchingPerModel) return batching;
  const own = join(path, 'batching_params.pbtxt');
  return existsSync(own) ? readBatchingConfig(own, log) : undefined;
}

/** Read after the model configuration, as there: the flags' and files' settings for models, or a refusal in TF Serving's words. */
export function readSessionOptions(flags: FlagValues, log: Log): SessionOptions {
  const platformFile = String(flags.platform_config_file);
  if (platformFile !== '') return readPlatformConfig(platformFile, log);
  const batchingFile = String(flags.batching_parameters_file);
  if (!flags.enable_batching && batchingFile !== '') {
    throw invalid(
      'server_options.batching_parameters_file is set without setting server_options.enable_batching to true.',
    );
  }
  const batching = batchingFile === '' ? toBatchingParameters(undefined) : readBatchingConfig(batchingFile, log);
  const sessionFile = String(flags.tensorflow_session_config_file);
  if (sessionFile !== '') readConfigFile(sessionFile, ConfigProto, log);
  checkThreads(flags);
  const poolFile = String(flags.thread_pool_factory_config_file);
  if (poolFile !== '') checkThreadPoolConfig(poolFile, log);
  return {
    tags: String(flags.saved_model_tags).split(','),
    preferLite: Boolean(flags.prefer_tflite_model),
    warmUp: Boolean(flags.enable_model_warmup),
    warmUpIterations: Math.max(1, Number(flags.num_request_iterations_for_warmup)),
    batching: flags.enable_batching ? batching : undefined,
    batchingPerModel: Boolean(flags.enable_per_model_batching_parameters),
  };
}

function checkThreads(flags: FlagValues): void {
  const threads = [
    'tensorflow_intra_op_parallelism',
    'tensorflow_inter_op_parallelism',
    'tensorflow_session_parallelism',
  ];
  if (threads.every((name) => (flags[name] as number) > 0)) {
    throw invalid(
      'Either configure server_options.tensorflow_session_parallelism or (server_options.tensorflow_intra_op_parallelism, server_options.tensorflow_inter_op_parallelism) separately. You cannot configure all.',
    );
  }
}

const invalid = (text: string): StatusError => new StatusError('INVALID_ARGUMENT', text);
