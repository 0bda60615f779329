import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { FLAGS } from '../../../server/src/config/flag-table.ts';
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
];

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
    const own = new Set(['port', 'rest_api_port', 'model_base_path', 'model_name', 'version', 'use_alts_credentials']);
    const others = FLAGS.filter(({ name }) => !own.has(name)).map(({ name, value }) => `--${name}=${value}`);
    const server = await startServer(
      [
        ...others,
        `--port=${await freePort()}`,
        `--rest_api_port=${rest}`,
        `--model_base_path=${savedModel(1)}`,
        `--platform_config_file=${platform}`,
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
