import assert from 'node:assert/strict';
import { renameSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { savePlaces } from '../../../lib/saved-model/replaced.ts';
import { pollModels } from '../../../server/src/servable/source.ts';
import { addVersion, baseFolder, config } from '../fake-core.ts';

test('a version that a save is replacing, or died replacing, does not go', () => {
  const base = baseFolder(1, 2);
  const { replaced } = savePlaces(base, '2');
  renameSync(join(base, '2'), replaced);
  const versions = () => pollModels([config('m', base)], () => undefined)?.get('m');
  assert.deepEqual(versions(), [{ version: 2n, path: replaced }]);
  addVersion(base, 2);
  assert.deepEqual(versions(), [{ version: 2n, path: join(base, '2') }]);
});

test('a policy of no specific version is told once, and serves none', () => {
  const texts: string[] = [];
  const model = config('m', baseFolder(1), { policy: { kind: 'specific', versions: [] } });
  const found = pollModels([model], (_severity, _place, text) => texts.push(text));
  assert.deepEqual(found?.get('m'), []);
  assert.deepEqual(texts, ['No specific versions requested for servable m.']);
});
