import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { replacePart } from '../bench/markdown.ts';
import { root } from './root.ts';

/** How often a seeded test repeats: `short` in `npm test`, `long` in `npm run test:long`. */
export function times(short: number, long: number): number {
  return process.env.TYPELAB_LONG ? long : short;
}

/** Keeps what a long run counted beside the benchmarks' tables, a row for each kind of run; a short run keeps nothing. */
export function record(what: string, figures: string): void {
  if (!process.env.TYPELAB_LONG) return;
  const file = join(root, 'test/bench/RESULTS.md');
  const text = readFileSync(file, 'utf8');
  const part = /<!-- long -->\n(?<part>[\s\S]*?)<!-- \/long -->/.exec(text)?.groups?.part ?? '';
  const rows = part.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith(`| ${what} |`));
  const [head = '| what | when | figures |', ...others] = rows.filter((line) => !line.startsWith('| ---'));
  const row = `| ${what} | ${new Date().toISOString().slice(0, 10)} | ${figures} |`;
  const table = [head, '| --- | --- | --- |', ...[...others, row].sort()].join('\n');
  const intro = '## Long runs\n\nWritten by `npm run test:long`: what its seeded tests counted.';
  writeFileSync(file, replacePart(text, 'long', `${intro}\n\n${table}\n`));
}
