import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pipSettings } from '../../../lab/src/engine/pip-index.ts';

const noPip = async () => undefined;

test('PIP_INDEX_URL wins over the files, and loses its last slash', async (t) => {
  const env = {
    PIP_CONFIG_FILE: config(t, '[global]\nindex-url = http://mirror.test/simple'),
    PIP_INDEX_URL: 'http://a/',
  };
  assert.equal((await pipSettings(env, noPip)).index, 'http://a');
});

test('of a file, what is for pip install wins; keys may have underscores', async (t) => {
  const text =
    '[global]\ncert=/etc/own.pem\nindex_url: http://all.test/simple\n[install]\nindex-url =http://mine.test/simple/ \n';
  assert.deepEqual(await pipSettings({ PIP_CONFIG_FILE: config(t, text) }, noPip), {
    index: 'http://mine.test/simple',
    certificates: '/etc/own.pem',
  });
});

test('without any setting pip is asked for its own; without pip the error says what to set', async () => {
  const env = { PIP_CONFIG_FILE: '/dev/null' };
  assert.deepEqual(await pipSettings(env, async () => 'http://built-in.test/simple'), {
    index: 'http://built-in.test/simple',
  });
  await assert.rejects(pipSettings(env, noPip), /is not known: .* Set PIP_INDEX_URL .* or TYPELAB_TF_WHEEL/);
});

function config(t: { after(fn: () => void): void }, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-pip-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'pip.conf');
  writeFileSync(file, text);
  return file;
}
