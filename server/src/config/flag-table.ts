import { availableParallelism } from 'node:os';

export type FlagType = 'int32' | 'int64' | 'bool' | 'string' | 'float';
/** name, type, default, usage, and whether this server only takes it for compatibility. */
export type FlagRow = { name: string; type: FlagType; value: number | boolean | string; usage: string; idle?: true };

const cpus = availableParallelism();
const row = (name: string, type: FlagType, value: FlagRow['value'], usage: string): FlagRow => ({
  name,
  type,
  value,
  usage,
});
/** A flag that steers TensorFlow's runtime or gRPC's threads: it is accepted, and said once in the log when it is set. */
const idle = (name: string, type: FlagType, value: FlagRow['value'], usage: string): FlagRow => ({
  ...row(name, type, value, usage),
  idle: true,
});

/** Every flag of tensorflow_model_server, in its order. */
export const FLAGS: readonly FlagRow[] = [
  row('port', 'int32', 8500, 'TCP port to listen on for gRPC/HTTP API. Disabled if port set to zero.'),
  row(
    'grpc_socket_path',
    'string',
    '',
    'If non-empty, listen to a UNIX socket for gRPC API on the given path, relative or absolute.',
  ),
  row(
    'rest_api_port',
    'int32',
    0,
    'Port to listen on for HTTP/REST API. If set to zero HTTP/REST API will not be exported. Must differ from --port.',
  ),
  idle('rest_api_num_threads', 'int32', 4 * cpus, 'Number of threads for HTTP/REST API processing.'),
  row('rest_api_timeout_in_ms', 'int32', 30000, 'Timeout for HTTP/REST API calls.'),
  row('rest_api_enable_cors_support', 'bool', false, 'Enable CORS headers in response'),
  row('enable_batching', 'bool', false, 'enable batching'),
  row(
    'allow_version_labels_for_unavailable_models',
    'bool',
    false,
    'If true, allows assigning unused version labels to models that are not available yet.',
  ),
  row(
    'batching_parameters_file',
    'string',
    '',
    'If non-empty, read an ascii BatchingParameters protobuf from the file and use its values instead of the defaults.',
  ),
  row(
    'enable_per_model_batching_parameters',
    'bool',
    false,
    'Read batching_params.pbtxt in the SavedModel directory of each model. Only with --enable_batching.',
  ),
  row(
    'model_config_file',
    'string',
    '',
    'If non-empty, read an ascii ModelServerConfig protobuf from the file, and serve the models in it (--model_name, --model_base_path are then ignored).',
  ),
  row(
    'model_config_file_poll_wait_seconds',
    'int32',
    0,
    'Interval in seconds between each poll of the filesystem for model_config_file. If zero, it is read exactly once.',
  ),
  row('model_name', 'string', 'default', 'name of model (ignored if --model_config_file flag is set)'),
  row(
    'model_base_path',
    'string',
    '',
    'path to export (ignored if --model_config_file flag is set, otherwise required)',
  ),
  idle('num_load_threads', 'int32', 0, 'The number of threads in the thread-pool used to load servables. Default: 0'),
  idle(
    'num_unload_threads',
    'int32',
    0,
    'The number of threads in the thread-pool used to unload servables. Default: 0',
  ),
  row(
    'max_num_load_retries',
    'int32',
    5,
    'maximum number of times it retries loading a model after the first failure, before giving up. If 0, a load is attempted only once. Default: 5',
  ),
  row(
    'load_retry_interval_micros',
    'int64',
    60_000_000,
    "The interval, in microseconds, between each servable load retry. If set negative, it doesn't wait. Default: 1 minute",
  ),
  row(
    'file_system_poll_wait_seconds',
    'int32',
    1,
    'Interval in seconds between each poll of the filesystem for new model version. If zero, poll exactly once; negative values (tests) disable polling.',
  ),
  idle(
    'flush_filesystem_caches',
    'bool',
    true,
    'If true, filesystem caches are flushed after the initial load of all servables and after each reload.',
  ),
  idle(
    'tensorflow_session_parallelism',
    'int64',
    0,
    'Number of threads to use for running a Tensorflow session. Auto-configured by default.',
  ),
  row(
    'tensorflow_session_config_file',
    'string',
    '',
    'If non-empty, read an ascii TensorFlow Session ConfigProto protobuf from the file.',
  ),
  idle(
    'tensorflow_intra_op_parallelism',
    'int64',
    0,
    'Number of threads to use to parallelize the execution of an individual op. Auto-configured by default.',
  ),
  idle(
    'tensorflow_inter_op_parallelism',
    'int64',
    0,
    'Controls the number of operators that can be executed simultaneously. Auto-configured by default.',
  ),
  row('use_alts_credentials', 'bool', false, 'Use Google ALTS credentials'),
  row(
    'ssl_config_file',
    'string',
    '',
    'If non-empty, read an ascii SSLConfig protobuf from the file and set up a secure gRPC channel',
  ),
  row('platform_config_file', 'string', '', 'If non-empty, read an ascii PlatformConfigMap protobuf from the file.'),
  idle(
    'per_process_gpu_memory_fraction',
    'float',
    0,
    'Fraction that each process occupies of the GPU memory space, between 0.0 and 1.0.',
  ),
  row(
    'saved_model_tags',
    'string',
    'serve',
    'Comma-separated set of tags corresponding to the meta graph def to load from SavedModel.',
  ),
  row(
    'grpc_channel_arguments',
    'string',
    '',
    'A comma separated list of arguments to be passed to the grpc server. (e.g. grpc.max_connection_age_ms=2000)',
  ),
  idle('grpc_max_threads', 'int32', 4 * cpus, 'Max grpc server threads to handle grpc messages.'),
  row('enable_model_warmup', 'bool', true, 'Enables model warmup at load time, to reduce first request latency.'),
  row(
    'num_request_iterations_for_warmup',
    'int32',
    0,
    'Number of times a request is iterated during warmup replay. Used only if > 0.',
  ),
  row('version', 'bool', false, 'Display version'),
  row(
    'monitoring_config_file',
    'string',
    '',
    'If non-empty, read an ascii MonitoringConfig protobuf from the supplied file name',
  ),
  idle(
    'remove_unused_fields_from_bundle_metagraph',
    'bool',
    true,
    'Removes unused fields from MetaGraphDef proto message to save memory.',
  ),
  row(
    'prefer_tflite_model',
    'bool',
    false,
    'EXPERIMENTAL. Prefer a TensorFlow Lite model from `model.tflite` in the SavedModel directory.',
  ),
  idle(
    'num_tflite_pools',
    'int32',
    cpus,
    'EXPERIMENTAL. Number of TFLite interpreters in an interpreter pool of TfLiteSession.',
  ),
  idle(
    'num_tflite_interpreters_per_pool',
    'int32',
    1,
    'EXPERIMENTAL. Number of TFLite interpreters in an interpreter pool of TfLiteSession.',
  ),
  row(
    'enable_signature_method_name_check',
    'bool',
    false,
    'Enable method_name check for SignatureDef. Disable this if serving native TF2 regression/classification models.',
  ),
  idle('xla_cpu_compilation_enabled', 'bool', false, 'EXPERIMENTAL. Enable XLA:CPU JIT (default is disabled).'),
  idle(
    'xla_gpu_compilation_enabled',
    'bool',
    false,
    'EXPERIMENTAL. Enable both XLA:CPU JIT and XLA:GPU JIT (default is disabled).',
  ),
  idle('enable_profiler', 'bool', true, 'Enable profiler service.'),
  idle(
    'thread_pool_factory_config_file',
    'string',
    '',
    'If non-empty, read an ascii ThreadPoolConfig protobuf from the supplied file name.',
  ),
  idle('mixed_precision', 'string', '', 'specify mixed_precision mode'),
  idle('skip_initialize_tpu', 'bool', false, 'Whether to skip auto initializing TPU.'),
  row('enable_grpc_healthcheck_service', 'bool', false, 'Enable the standard gRPC healthcheck service.'),
  row(
    'enable_serialization_as_tensor_content',
    'bool',
    false,
    'Enable serialization of predict response as tensor content.',
  ),
  // Ours, after TF Serving's.
  row(
    'enable_grpc_reflection',
    'bool',
    true,
    'Answer gRPC server reflection (v1 and v1alpha), for grpcurl and its like.',
  ),
  row(
    'max_queued_requests',
    'int32',
    // TF Serving knows no bound: a burst of clients that it would answer is answered here too.
    10_000,
    'Requests of a model that may wait for their turn; one more is UNAVAILABLE (503) with Retry-After. 0: any number. With --enable_batching, max_enqueued_batches counts.',
  ),
  row(
    'load_on_demand',
    'bool',
    false,
    'A model is loaded by its first request, which waits for it. With --max_loaded_models_mb the least recently used ones make room.',
  ),
  row(
    'max_loaded_models_mb',
    'int32',
    0,
    'Megabytes that the loaded versions may take together, by the size of their files. What does not fit is not loaded. With --num_workers each process has its own copy, and its share of the megabytes. 0: no limit.',
  ),
  row(
    'model_limits_file',
    'string',
    '',
    'If non-empty, read limits of single models from the file: model { name: "x" max_queued_requests: 8 max_mb: 200 }.',
  ),
  row(
    'num_workers',
    'int32',
    0,
    'If positive, that many processes share the ports; one that dies is started anew, and versions change in all together. 0: one process.',
  ),
];
