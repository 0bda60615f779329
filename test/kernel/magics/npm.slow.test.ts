import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { which } from '../../../kernel/magics/child-env.ts';
import { type Executed, testKernel } from '../../helpers/kernel.ts';

test('%npm install: what it installed is there at once, with its types', {
  skip: which('npm') ? false : 'needs npm',
}, async () => {
  await using kernel = await testKernel();
  const folder = join(kernel.folder, 'shapes');
  mkdirSync(folder);
  const manifest = { name: 'shapes', version: '1.0.0', type: 'module', main: 'index.js', types: 'index.d.ts' };
  writeFileSync(join(folder, 'package.json'), JSON.stringify(manifest));
  writeFileSync(join(folder, 'index.js'), 'export const area = (side) => side * side;');
  writeFileSync(join(folder, 'index.d.ts'), 'export declare function area(side: number): number;');

  const early = await kernel.run("import { area } from 'shapes';");
  assert.equal(early.reply.status, 'error');
  assert.match(evalue(early), /Cannot find module 'shapes'.*npm install shapes/);

  const installed = await kernel.run('%npm install ./shapes --offline --no-audit --no-fund', { timeout: 120_000 });
  assert.equal(installed.reply.status, 'ok', installed.stderr);

  const used = await kernel.run("import { area } from 'shapes';\narea(3)", { timeout: 60_000 });
  assert.equal(used.reply.status, 'ok', evalue(used));
  assert.equal((used.outputs[0]!.content.data as Record<string, string>)['text/plain'], '9');

  const wrong = await kernel.run("area('3')");
  assert.match(evalue(wrong), /Argument of type 'string' is not assignable to parameter of type 'number'/);
});

function evalue({ reply }: Executed): string {
  return reply.status === 'error' && 'evalue' in reply ? reply.evalue : '';
}
