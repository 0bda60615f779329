import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { savedModel } from './saved-model.ts';
import { freePort, runServer, startServer } from './server.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-texts-'));
const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

/** Each file with a misspelt field: which flags read it, and the message that protobuf names. */
const FILES: [string, string, string[]][] = [
  ['model_config_file', 'ModelServerConfig', []],
  ['batching_parameters_file', 'BatchingParameters', ['--enable_batching']],
  ['monitoring_config_file', 'MonitoringConfig', []],
  ['ssl_config_file', 'SSLConfig', []],
  ['platform_config_file', 'PlatformConfigMap', []],
  ['thread_pool_factory_config_file', 'ThreadPoolFactoryConfig', []],
];

/** The flags of TF Serving's main.cc with their defaults, but those that the test sets itself. */
const DEFAULTS =
  'grpc_socket_path= rest_api_num_threads=8 rest_api_timeout_in_ms=30000 rest_api_enable_cors_support=false enable_batching=false ' +
  'batching_parameters_file= enable_per_model_batching_parameters=false allow_version_labels_for_unavailable_models=false ' +
  'model_config_file= model_config_file_poll_wait_seconds=0 model_name=default num_load_threads=0 num_unload_threads=0 ' +
  'max_num_load_retries=5 load_retry_interval_micros=60000000 file_system_poll_wait_seconds=1 flush_filesystem_caches=true ' +
  'tensorflow_session_parallelism=0 tensorflow_intra_op_parallelism=0 tensorflow_inter_op_parallelism=0 ' +
  'tensorflow_session_config_file= use_alts_credentials=false ssl_config_file= per_process_gpu_memory_fraction=0.000000 ' +
  'saved_model_tags=serve grpc_channel_arguments= grpc_max_threads=8 enable_model_warmup=true num_request_iterations_for_warmup=0 ' +
  'version=false monitoring_config_file= remove_unused_fields_from_bundle_metagraph=true prefer_tflite_model=false ' +
  'num_tflite_pools=2 num_tflite_interpreters_per_pool=1 enable_signature_method_name_check=false ' +
  'xla_cpu_compilation_enabled=false xla_gpu_compilation_enabled=false enable_profiler=true mixed_precision= ' +
  'skip_initialize_tpu=false enable_grpc_healthcheck_service=false enable_serialization_as_tensor_content=false';

describe('text proto files', () => {
  for (const [flag, message, more] of FILES) {
    test(`--${flag}: a misspelt field is refused in protobuf’s words`, async () => {
      const path = file(`${flag}.txt`, '# a comment\nwrong { }');
      const base = flag === 'model_config_file' ? [] : [`--model_base_path=${savedModel(1)}`];
      const ports = [`--port=${await freePort()}`, `--rest_api_port=${await freePort()}`];
      const { code, out, log } = await runServer(...ports, ...base, ...more, `--${flag}=${path}`);
      assert.equal(code, 255);
      assert.equal(out, `Failed to start server. Error: INVALID_ARGUMENT: Invalid protobuf file: '${path}'\n`);
      const name = `tensorflow.serving.${message}`;
      assert.ok(
        log.includes(`Error parsing text-format ${name}: 2:1: Message type "${name}" has no field named "wrong".`),
        log,
      );
    });

    test(`--${flag}: a file that is not there is NOT_FOUND`, async () => {
      const path = join(folder, 'none');
      const base = flag === 'model_config_file' ? [] : [`--model_base_path=${savedModel(1)}`];
      const ports = [`--port=${await freePort()}`, `--rest_api_port=${await freePort()}`];
      const { code, out } = await runServer(...ports, ...base, ...more, `--${flag}=${path}`);
      assert.equal(code, 255);
      assert.equal(out, `Failed to start server. Error: NOT_FOUND: ${path}; No such file or directory\n`);
    });
  }

  test('the session’s configuration is read and refused too', async () => {
    const base = `--model_base_path=${savedModel(1)}`;
    const bad = file('session.txt', 'graph_options { rewrite_options { remapping: SOMETIMES } }');
    const { code, log } = await runServer(base, `--tensorflow_session_config_file=${bad}`);
    assert.equal(code, 255);
    assert.match(
      log,
      /text-format tensorflow\.ConfigProto: 1:46: Unknown enumeration value of "SOMETIMES" for field "remapping"\./,
    );
  });

  test('batch sizes that do not fit are refused', async () => {
    const refused = async (text: string): Promise<string> => {
      const path = file('batching.txt', text);
      const base = `--model_base_path=${savedModel(1)}`;
      return (await runServer(base, '--enable_batching', `--batching_parameters_file=${path}`)).out;
    };
    const start = 'Failed to start server. Error: INVALID_ARGUMENT: ';
    assert.equal(
      await refused('allowed_batch_sizes: 4 allowed_batch_sizes: 2'),
      `${start}allowed_batch_sizes entries must be monotonically increasing\n`,
    );
    assert.equal(
      await refused('max_batch_size { value: 32 } allowed_batch_sizes: [4, 16]'),
      `${start}Last entry in allowed_batch_sizes must match max_batch_size; last entry was 16; expected 32\n`,
    );
  });

  test('every flag of TF Serving is accepted; those without a meaning here are named once', async (t) => {
    const platform = file(
      'platform.txt',
      `platform_configs { key: "tensorflow" value { source_adapter_config {
        [type.googleapis.com/tensorflow.serving.SavedModelBundleSourceAdapterConfig] {
          legacy_config { saved_model_tags: "serve" enable_model_warmup: true session_config { inter_op_parallelism_threads: 2 } } } } } }`,
    );
    const rest = await freePort();
    const pools = file('pools.txt', '# no factory');
    const server = await startServer(
      [
        ...DEFAULTS.split(/\s+/).map((flag) => `--${flag}`),
        `--port=${await freePort()}`,
        `--rest_api_port=${rest}`,
        `--model_base_path=${savedModel(1)}`,
        `--platform_config_file=${platform}`,
        `--thread_pool_factory_config_file=${pools}`,
      ],
      { rest },
    );
    t.after(() => server.stop());
    assert.equal((await fetch(`${server.url}/v1/models/default`)).status, 200, server.log());
    assert.equal(server.out(), '');
    assert.equal(server.log().match(/Accepted without effect/g)?.length, 1);
    assert.match(server.log(), /Accepted without effect .*--rest_api_num_threads.*--skip_initialize_tpu/);
  });
});
