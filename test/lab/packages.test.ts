import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { findPackages } from '../../lab/src/packages.ts';

const root = mkdtempSync(join(tmpdir(), 'typelab-packages-'));
after(() => rmSync(root, { recursive: true }));
writeFileSync(join(root, 'package.json'), '{ "dependencies": { "zeromq": "6", "@its/data": "1" } }');

function install(name: string, code: string): void {
  const folder = join(root, 'node_modules', name);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{ "main": "index.js" }');
  writeFileSync(join(folder, 'index.js'), code);
}

describe('the packages that doctor looks for', () => {
  test('what is missing is named', async () => {
    install('zeromq', '');
    assert.deepEqual(await findPackages(root), { wrong: 'not installed: @its/data' });
  });

  test('a library that does not load on this system is told with its error', async () => {
    install('@its/data', '');
    install('zeromq', "throw new Error('wrong ELF class')");
    assert.deepEqual(await findPackages(root), { wrong: 'zeromq does not load: Error: wrong ELF class' });
  });

  test('a whole installation is counted', async () => {
    install('zeromq', 'exports.Dealer = class {};');
    assert.deepEqual(await findPackages(root), { found: "2 of npm, and zeromq's library loads" });
  });
});
