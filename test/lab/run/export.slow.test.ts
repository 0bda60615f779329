import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../../helpers/root.ts';

test('typelab export gives TypeScript that the compiler takes, of the course and of a notebook full of magics', () => {
  // Below the repository, where 'typelab' means this package.
  const parent = join(root, 'node_modules', '.cache', 'typelab-export');
  mkdirSync(parent, { recursive: true });
  const folder = mkdtempSync(join(parent, 'test-'));
  try {
    const sources = [
      "const folder = 'here'\n!mkdir -p {folder}\nconst files = !ls {folder}\nfiles.grep('a').n",
      '%%bash --bg --proc job --out text\nsleep 1',
      'job.pid\n%wait job\nawait job.wait()\ntext.length',
      'const folder = 1\nfolder.toFixed()',
      '%%capture shown\nconsole.log(folder)',
      'shown.stdout\n%timeit folder + 1\n%cd ..\nfolder?',
    ];
    const cells = sources.map((source) => ({
      cell_type: 'code',
      metadata: {},
      source,
      outputs: [],
      execution_count: null,
    }));
    writeFileSync(
      join(folder, 'magics.ipynb'),
      JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 4 }),
    );
    const run = (...args: string[]) =>
      execFileSync(process.execPath, [join(root, 'lab/main.ts'), 'export', ...args], { cwd: folder, encoding: 'utf8' });
    assert.equal(run('magics.ipynb'), 'wrote magics.ts\n');
    run(join(root, 'notebooks/01-serving.ipynb'), '-o', 'serving.ts');
    assert.match(readFileSync(join(folder, 'serving.ts'), 'utf8'), /^\/\/ %%bash --bg/m);

    const options = '--ignoreConfig --noEmit --strict --skipLibCheck --allowImportingTsExtensions --types node';
    const target = '--target esnext --module esnext --moduleResolution bundler';
    const compiler = spawnSync(
      process.execPath,
      [join(root, 'node_modules/typescript/bin/tsc'), ...`${options} ${target}`.split(' '), 'magics.ts', 'serving.ts'],
      { cwd: folder, encoding: 'utf8' },
    );
    assert.equal(compiler.stdout, '');
    assert.equal(compiler.status, 0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
