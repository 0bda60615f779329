/** One log line: TF Serving's severity letter, the source file that says this there, and the text. */
export type Log = (severity: 'I' | 'W' | 'E', source: keyof typeof LINES, text: string) => void;

/**
 * Where TF Serving logs each thing (file and line of its July 2026 source): people grep these lines, so ours look the same.
 * What only we say comes from `typelab`.
 */
const LINES = {
  typelab: 'typelab/server',
  'text format': 'external/com_google_protobuf/src/google/protobuf/text_format.cc:337',
  'single model': 'tensorflow_serving/model_servers/server.cc:80',
  'insecure credentials': 'tensorflow_serving/model_servers/server.cc:124',
  'ssl credentials': 'tensorflow_serving/model_servers/server.cc:130',
  'config file': 'tensorflow_serving/model_servers/server.cc:170',
  'reload failed': 'tensorflow_serving/model_servers/server.cc:177',
  'grpc at': 'tensorflow_serving/model_servers/server.cc:430',
  'grpc socket': 'tensorflow_serving/model_servers/server.cc:432',
  'rest at': 'tensorflow_serving/model_servers/server.cc:451',
  'rest failed': 'tensorflow_serving/model_servers/server.cc:453',
  'same port': 'tensorflow_serving/model_servers/server.cc:456',
  'config entry': 'tensorflow_serving/model_servers/model_service_impl.cc:57',
  'reload refused': 'tensorflow_serving/model_servers/model_service_impl.cc:73',
  'no config': 'tensorflow_serving/model_servers/server_core.cc:500',
  'model type': 'tensorflow_serving/model_servers/server_core.cc:80',
  adding: 'tensorflow_serving/model_servers/server_core.cc:516',
  'finished adding': 'tensorflow_serving/model_servers/server_core.cc:537',
  'finished reloading': 'tensorflow_serving/model_servers/server_core.cc:545',
  're-adding': 'tensorflow_serving/model_servers/server_core.cc:645',
  duplicate: 'tensorflow_serving/sources/storage_path/file_system_storage_path_source.cc:129',
  'none requested': 'tensorflow_serving/sources/storage_path/file_system_storage_path_source.cc:181',
  'not found': 'tensorflow_serving/sources/storage_path/file_system_storage_path_source.cc:238',
  'no versions': 'tensorflow_serving/sources/storage_path/file_system_storage_path_source.cc:314',
  'access error': 'tensorflow_serving/sources/storage_path/file_system_storage_path_source.cc:416',
  'unload all': 'tensorflow_serving/core/basic_manager.cc:291',
  reserved: 'tensorflow_serving/core/basic_manager.cc:786',
  approving: 'tensorflow_serving/core/loader_harness.cc:70',
  loading: 'tensorflow_serving/core/loader_harness.cc:78',
  loaded: 'tensorflow_serving/core/loader_harness.cc:108',
  unloading: 'tensorflow_serving/core/loader_harness.cc:132',
  unloaded: 'tensorflow_serving/core/loader_harness.cc:140',
  quiescing: 'tensorflow_serving/core/loader_harness.cc:168',
  quiesced: 'tensorflow_serving/core/loader_harness.cc:175',
  'load error': 'tensorflow_serving/core/loader_harness.cc:185',
  'cannot load': 'tensorflow_serving/core/aspired_versions_manager.cc:420',
  retry: 'tensorflow_serving/util/retrier.cc:36',
  failed: 'tensorflow_serving/util/retrier.cc:40',
  cancelled: 'tensorflow_serving/util/retrier.cc:47',
  exhausted: 'tensorflow_serving/util/retrier.cc:50',
  reading: 'external/org_tensorflow/tensorflow/cc/saved_model/reader.cc:83',
  took: 'external/org_tensorflow/tensorflow/cc/saved_model/loader.cc:471',
  'no warmup': 'tensorflow_serving/servables/tensorflow/saved_model_warmup_util.cc:86',
  'warmup starts': 'tensorflow_serving/servables/tensorflow/saved_model_warmup_util.cc:97',
  'warmup done': 'tensorflow_serving/servables/tensorflow/saved_model_warmup_util.cc:240',
} as const;

/** Writes lines such as `2026-11-23 23:04:05.123456: I tensorflow_serving/core/loader_harness.cc:78] Loading …`, in local time. */
export function createLog(
  write: (line: string) => void,
  now: () => number = () => performance.timeOrigin + performance.now(),
): Log {
  return (severity, source, text) => write(`${timestamp(now())}: ${severity} ${LINES[source]}] ${text}\n`);
}

function timestamp(ms: number): string {
  const d = new Date(ms);
  const two = (n: number): string => String(n).padStart(2, '0');
  const micros = String(Math.floor((ms % 1000) * 1000)).padStart(6, '0');
  return (
    `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())} ` +
    `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}.${micros}`
  );
}
