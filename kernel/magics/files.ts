import { appendFileSync, existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseOptions, words } from './arguments.ts';
import { type Magic, type MagicCall, UsageError } from './magic.ts';

export const fileMagics: Magic[] = [
  {
    name: '%cd',
    usage: '%cd [-q] [FOLDER | -]',
    help: 'Goes to a folder: for file names and commands of this and later cells; -q does not print it.',
    run: cd,
    runSync: cd,
  },
  { name: '%pwd', usage: '%pwd', help: 'The current folder.', run: () => process.cwd(), runSync: () => process.cwd() },
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

function cd({ host, cell, text }: MagicCall): void {
  const given = words(text);
  const quiet = given[0] === '-q';
  const [asked = '~', ...more] = quiet ? given.slice(1) : given;
  if (more.length > 0) throw new UsageError(`%cd takes one folder; quote a name with spaces: %cd "${text.trim()}"`);
  const wanted = asked === '-' ? host.settings.previousFolder : asked.replace(/^~(?=$|[\\/])/, homedir());
  if (wanted === undefined) throw new UsageError('%cd -: there is no earlier folder yet');
  const folder = resolve(existsSync('.') ? process.cwd() : host.folder, wanted);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(`no such folder: ${folder}`);
  const before = currentFolder();
  process.chdir(folder);
  host.settings.previousFolder = before;
  if (!quiet) cell.write('stdout', `${process.cwd()}\n`);
}

/** The folder may have been deleted since; then there is none to come back to. */
function currentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

function writeFile({ cell, text, body = '' }: MagicCall): void {
  const { options, rest } = parseOptions(text, { a: false, append: false });
  const [file, ...more] = rest;
  if (file === undefined || more.length > 0) throw new UsageError('%%writefile [-a] FILE');
  const path = file.replace(/^~(?=$|[\\/])/, homedir());
  const content = body.endsWith('\n') || body === '' ? body : `${body}\n`;
  const append = options.a === true || options.append === true;
  const verb = append ? 'Appending to' : existsSync(path) ? 'Overwriting' : 'Writing';
  cell.write('stdout', `${verb} ${file}\n`);
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
