/**
 * `npm run bench [kernel|engine|server]`: measures beside the peers, in one run, and writes the tables into RESULTS.md.
 * Ends with 1 where a limit is not met. `--dry` prints only.
 */
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { basename, join } from 'node:path';
import { markdown, replacePart, verdict } from './markdown.ts';
import { isMet, type Suite } from './suite.ts';

const file = join(import.meta.dirname, 'RESULTS.md');
const parts = new Set(['run.ts', 'suite.ts', 'markdown.ts']);
const all = globSync('*.ts', { cwd: import.meta.dirname })
  .filter((name) => !parts.has(name))
  .map((name) => basename(name, '.ts'))
  .sort();
const args = process.argv.slice(2);
const asked = args.filter((arg) => !arg.startsWith('--'));
const unknown = asked.filter((name) => !all.includes(name));
if (unknown.length > 0) {
  console.error(`no benchmark ${unknown.join(', ')}; there are: ${all.join(', ')}`);
  process.exit(2);
}

let allMet = true;
for (const name of asked.length > 0 ? asked : all) {
  const { default: suite } = (await import(`./${name}.ts`)) as { default: Suite };
  const start = performance.now();
  const results = await suite.run((line) => console.error(`${name}: ${line}`));
  const seconds = Math.round((performance.now() - start) / 1000);
  const when = `${new Date().toISOString().slice(0, 10)}, ${cpus().length} × ${cpus()[0]?.model.trim()}, ${process.platform}, ${seconds} s`;
  const text = markdown(suite.title, when, results);
  if (!args.includes('--dry')) {
    const before = existsSync(file) ? readFileSync(file, 'utf8') : '# Benchmarks\n\nWritten by `npm run bench`.\n';
    writeFileSync(file, replacePart(before, name, text));
  }
  console.log(`${text}\n${results.limits.map(verdict).join('\n')}`);
  if (results.limits.some((limit) => isMet(limit) === false)) allMet = false;
}
process.exit(allMet ? 0 : 1);
