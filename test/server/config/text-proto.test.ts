import assert from 'node:assert/strict';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { readModelConfigFile } from '../../../server/src/config/model-config-file.ts';
import { createLog } from '../../../server/src/log.ts';

describe('the model config file', () => {
  test('reads every form that protobuf’s text format has for it', () => {
    const { models } = read(`
      # two models
      model_config_list: {
        config {
          name: 'first' base_path: "/models/" 'first'; model_platform: "tensorflow",
          model_version_policy { specific { versions: 42 versions: [43, 0x2c] } }
          version_labels { key: 'stable' value: 42 }
          version_labels: { key: 'canary', value: 43 }
        }
        config: < name: "se\\143ond\\n" base_path: "/b" model_type: TENSORFLOW model_version_policy: { latest { num_versions: 3 } } >
        config { name: "third" base_path: "/c" model_platform: "tensorflow" model_version_policy { all {} } }
      }`);
    const common = { platform: 'tensorflow', modelType: 0, labels: new Map() };
    assert.deepEqual(models, [
      {
        ...common,
        name: 'first',
        basePath: '/models/first',
        policy: { kind: 'specific', versions: [42n, 43n, 44n] },
        labels: new Map([
          ['stable', 42n],
          ['canary', 43n],
        ]),
      },
      { ...common, name: 'second\n', basePath: '/b', platform: '', modelType: 1, policy: { kind: 'latest', count: 3 } },
      { ...common, name: 'third', basePath: '/c', policy: { kind: 'all' } },
    ]);
  });

  test('an empty file is no configuration', () => {
    assert.equal(read('# nothing\n').models, undefined);
  });

  test('names line and column of a mistake in the log, and the file in the status', () => {
    const mistake = (text: string, words: string) => {
      const { error, log, path } = read(text);
      assert.deepEqual(
        { code: error?.code, message: error?.message },
        { code: 'INVALID_ARGUMENT', message: `Invalid protobuf file: '${path}'` },
      );
      assert.ok(log.includes(`] Error parsing text-format tensorflow.serving.ModelServerConfig: ${words}\n`), log);
    };
    mistake(
      'model_config_list {\n  confg {}\n}',
      '2:3: Message type "tensorflow.serving.ModelConfigList" has no field named "confg".',
    );
    mistake('model_config_list { config { name "x" } }', '1:35: Expected ":", found ""x"".');
    mistake('model_config_list { config { name: 5 } }', '1:36: Expected string, got: 5');
    mistake('model_config_list {', '1:20: Expected "}".');
    mistake(
      'model_config_list { config { name: "a" name: "b" } }',
      '1:40: Non-repeated field "name" is specified multiple times.',
    );
    mistake('__proto__: 1', '1:1: Message type "tensorflow.serving.ModelServerConfig" has no field named "__proto__".');
  });

  test('a missing file is named', () => {
    assert.throws(() => readModelConfigFile('/no/such/file', () => {}), {
      code: 'NOT_FOUND',
      message: '/no/such/file; No such file or directory',
    });
  });
});

function read(text: string) {
  const path = join(mkdtempSync(join(tmpdir(), 'typelab-config-')), 'models.config');
  writeFileSync(path, text);
  let log = '';
  try {
    return {
      models: readModelConfigFile(
        path,
        createLog((line) => (log += line)),
      ),
      log,
      path,
    };
  } catch (error) {
    return { error: error as { code: string; message: string }, log, path };
  }
}
