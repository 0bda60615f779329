import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { execa } from 'execa';
import { installKernelspec } from '../../kernel/kernelspec.ts';
import { root } from '../helpers/root.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-doctor-'));
after(() => rmSync(folder, { recursive: true }));
await installKernelspec({ prefix: folder });

// No program of this machine is on the path, and the compiler is one that every machine with the tests has.
const bare = {
  HOME: folder,
  PATH: folder,
  CXX: process.execPath,
  JUPYTER_DATA_DIR: join(folder, 'data'),
  TYPELAB_ENGINES: join(folder, 'engines'),
};
const cases: [golden: string, title: string, env: NodeJS.ProcessEnv, exitCode: number][] = [
  ['doctor.txt', 'with the kernel installed all is well', { JUPYTER_PATH: join(folder, 'share/jupyter') }, 0],
  ['doctor-wish.txt', 'a wanted engine that is missing is exit code 1 and a line', { TYPELAB_ENGINE: 'tfjs-node' }, 1],
  ['doctor-abacus.txt', 'an engine that does not exist cannot be added', { TYPELAB_ENGINE: 'abacus', CXX: 'none' }, 1],
];
for (const [golden, title, env, exitCode] of cases) {
  test(`typelab doctor: ${title}`, async () => {
    const run = await execa(process.execPath, [join(root, 'lab/main.ts'), 'doctor'], {
      env: { ...bare, ...env },
      extendEnv: false,
      reject: false,
    });
    assert.equal(run.stderr, '');
    matches(join(root, 'test/lab/golden', golden), anonymous(run.stdout));
    assert.equal(run.exitCode, exitCode);
  });
}

/** Versions and folders of this machine have names instead. */
function anonymous(text: string): string {
  return `${text
    .replaceAll(process.execPath, '<node>')
    .replaceAll(folder, '<home>')
    .replaceAll(root, '<root>')
    .replace(/(Node +)[\d.]+ \(.*?\)/, '$1<version> (<system>)')
    .replace(/(npm packages +)\d+/, '$1<number>')
    .replace(/(TypeScript +)[\d.]+/, '$1<version>')
    .replace(/\(tfjs-wasm [\d.]+\)/, '(tfjs-wasm <version>)')
    .replace(/\n +\/usr\/.*$/gm, '')
    // Left to the machine: whether the tests' Python is there.
    .replace(/^. Python .*\n( +→ .*\n)?/m, '<Python>\n')
    .replace(/^. NVIDIA GPU .*\n/gm, '<GPU>\n')}\n`;
}

function matches(file: string, actual: string): void {
  const expected = existsSync(file) ? readFileSync(file, 'utf8') : '';
  if (actual !== expected) writeFileSync(file.replace(/\.txt$/, '-changed.txt'), actual);
  assert.equal(actual, expected, `see ${file.replace(/\.txt$/, '-changed.txt')}`);
}
