import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { execa } from 'execa';
import { chromium } from '../../helpers/chromium.ts';
import { root } from '../../helpers/root.ts';
import { sameAsEmbedded } from '../../helpers/same-as-embedded.ts';

/** A GPU in software, which Debian's package of Chromium brings along. */
const icd = ['/usr/lib/chromium', chromium ? dirname(chromium) : '']
  .map((folder) => join(folder, 'vk_swiftshader_icd.json'))
  .find((file) => existsSync(file));
const without = icd ? false : 'needs SwiftShader, which is in Debian’s Chromium: apt-get install chromium';

const folder = mkdtempSync(join(tmpdir(), 'typelab-webgpu-'));
after(() => rmSync(folder, { recursive: true }));
const engines = { TYPELAB_ENGINES: join(folder, 'engines'), TYPELAB_ENGINE: '' };
const swiftShader = { VK_ICD_FILENAMES: icd ?? '', LD_LIBRARY_PATH: dirname(icd ?? '') };

test('webgpu is added, and trains, saves and reads as the embedded engine does', { skip: without }, async () => {
  const env = { ...engines, ...swiftShader };
  const { stdout } = await execa(process.execPath, [join(root, 'lab/main.ts'), 'engine', 'add', 'webgpu'], { env });
  assert.match(stdout, /Added webgpu: one op ran on SwiftShader .*\. Use it with TYPELAB_ENGINE=webgpu$/);

  const { engine, stderr } = await sameAsEmbedded({ ...env, TYPELAB_ENGINE: 'webgpu' }, folder);
  assert.match(engine, /^webgpu: .*it computes on SwiftShader/);
  assert.equal(stderr, '', 'nothing is said that would look like an error');
});
