import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parseOptions, words } from './arguments.ts';
import { type Magic, type MagicCall, UsageError } from './magic.ts';

export const fileMagics: Magic[] = [
  {
    name: '%%writefile',
    usage: '%%writefile [-a] FILE',
    help: 'Writes the cell to a file; -a adds to its end.',
    run: writeFile,
  },
  { name: '%%file', usage: '%%file [-a] FILE', help: 'The same as %%writefile.', run: writeFile },
  {
    name: '%%module',
    usage: '%%module FILE',
    help: "Writes the cell to a file of the notebook's folder, to be imported by later cells; tslab's `@module` does the same.",
    run: writeModule,
  },
];

function writeFile({ cell, text, body = '' }: MagicCall): void {
  const { options, rest } = parseOptions(text, { a: false, append: false });
  const [file, ...more] = rest;
  if (file === undefined || more.length > 0) throw new UsageError('%%writefile [-a] FILE');
  const path = file.replace(/^~(?=$|[\\/])/, homedir());
  const content = body.endsWith('\n') || body === '' ? body : `${body}\n`;
  const append = options.a === true || options.append === true;
  const verb = !existsSync(path) ? 'Writing' : append ? 'Appending to' : 'Overwriting';
  cell.write('stdout', `${verb} ${path}\n`);
  if (append) appendFileSync(path, content);
  else writeFileSync(path, content);
}

/** tslab keeps such modules in memory: so a file that is no such module is not overwritten. */
function writeModule({ host, text, body = '' }: MagicCall): void {
  const [file, ...more] = words(text);
  if (file === undefined || more.length > 0) throw new UsageError('%%module FILE');
  // The comment that marks it would break any other.
  if (!/\.[cm]?[jt]sx?$/.test(file))
    throw new UsageError(`a module is TypeScript or JavaScript; to write ${file}: %%writefile ${file}`);
  const path = join(host.folder, file);
  const before = existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  const content = body.endsWith('\n') ? body : `${body}\n`;
  if (before === content) return;
  if (before !== undefined && !/@module\b/.test(before))
    throw new UsageError(`${file} is there already and has no @module: to overwrite it use %%writefile ${file}`);
  writeFileSync(path, /@module\b/.test(content) ? content : `/** @module */\n${content}`);
}
