import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { findModel, withLabel, withVersions } from '../../../lab/src/serving/model-block.ts';

const CONFIG = `# all our models { }
model_config_list {
  config {
    name: "digits"  # the first
    base_path: '/models/digits'
    model_platform: 'tensorflow'
    model_version_policy: { specific < versions: 3, versions: 4 > }
    version_labels { key: 'stable' value: 3 }
    version_labels { key: 'canary' value: 4 }
  }
  config: { name: 'a "quoted" }' base_path: "/models/other" model_platform: "tensorflow" }
}
`;

describe('a model’s entry in a config file', () => {
  test('is found by its name, whatever stands around it', () => {
    const { basePath, labels } = findModel(CONFIG, 'digits');
    assert.equal(basePath, '/models/digits');
    assert.deepEqual(
      [...labels],
      [
        ['stable', '3'],
        ['canary', '4'],
      ],
    );
    assert.equal(findModel(CONFIG, 'a "quoted" }').basePath, '/models/other');
    assert.throws(() => findModel(CONFIG, 'none'), /no model "none" .*; there are: digits, a "quoted" }/);
  });

  test('gets a label moved or added, and nothing else changes', () => {
    assert.equal(
      withLabel(CONFIG, 'digits', 'stable', '4'),
      CONFIG.replace("{ key: 'stable' value: 3 }", '{ key: "stable" value: 4 }'),
    );
    const added = withLabel(CONFIG, 'digits', 'old', '2');
    assert.equal(added, CONFIG.replace('value: 4 }\n', 'value: 4 }\n    version_labels { key: "old" value: 2 }\n'));
    assert.equal(findModel(withLabel(CONFIG, 'a "quoted" }', 'x', '1'), 'a "quoted" }').labels.get('x'), '1');
  });

  test('gets its versions pinned, in place of a policy or where there was none', () => {
    assert.equal(
      withVersions(CONFIG, 'digits', ['3']),
      CONFIG.replace(/model_version_policy: .*/, 'model_version_policy { specific { versions: 3 } }'),
    );
    assert.match(
      withVersions(CONFIG, 'a "quoted" }', ['1', '2']),
      /"tensorflow" model_version_policy \{ specific \{ versions: 1 versions: 2 \} \} \}\n\}/,
    );
  });
});
