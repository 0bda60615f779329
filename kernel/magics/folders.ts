import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { words } from './arguments.ts';
import { type Magic, type MagicCall, type MagicHost, UsageError } from './magic.ts';

/** Where the kernel is, and was. */
export const folderMagics: Magic[] = [
  entry(
    '%cd [-q] [FOLDER | - | -N]',
    'Goes to a folder: for file names and commands of this and later cells; - is the one before, -N the Nth of %dhist; -q does not print it.',
    cd,
  ),
  entry('%pwd', 'The current folder.', () => process.cwd()),
  entry('%dhist', 'The folders of this session, in their order.', ({ host, cell }) => {
    const list = visited(host).map((folder, i) => `${i}: ${folder}\n`);
    cell.write('stdout', `Directory history\n${list.join('')}`);
  }),
  entry('%pushd [FOLDER]', 'Goes to a folder and keeps this one for %popd.', (call) => {
    const before = abbreviated(process.cwd());
    if (call.text.trim() !== '') cd(call);
    call.host.settings.pushed.unshift(before);
    return [...call.host.settings.pushed];
  }),
  entry('%popd', 'Goes back to the folder that %pushd kept last.', (call) => {
    const top = call.host.settings.pushed.shift();
    if (top === undefined) throw new UsageError('%popd on empty stack; %pushd FOLDER keeps one');
    cd({ ...call, text: `"${top}"` });
    call.cell.write('stdout', `popd -> ${top}\n`);
  }),
  entry('%dirs', 'The folders that %pushd has kept.', ({ host }) => [...host.settings.pushed]),
];

function entry(usage: string, help: string, run: (call: MagicCall) => unknown): Magic {
  return { name: usage.split(' ')[0]!, usage, help, run, runSync: run };
}

function cd({ host, cell, text }: MagicCall): void {
  const given = words(text);
  const quiet = given[0] === '-q';
  const [asked = '~', ...more] = quiet ? given.slice(1) : given;
  if (more.length > 0) throw new UsageError(`%cd takes one folder; quote a name with spaces: %cd "${text.trim()}"`);
  const folder = resolve(existsSync('.') ? process.cwd() : host.folder, wanted(host, asked));
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new UsageError(`no such folder: ${folder}`);
  visited(host);
  const before = currentFolder();
  process.chdir(folder);
  host.settings.previousFolder = before;
  host.settings.visited.push(process.cwd());
  if (!quiet) cell.write('stdout', `${process.cwd()}\n`);
}

function wanted(host: MagicHost, asked: string): string {
  const number = /^-(\d+)$/.exec(asked)?.[1];
  const folder = number !== undefined ? visited(host)[Number(number)] : host.settings.previousFolder;
  if (number === undefined && asked !== '-') return asked.replace(/^~(?=$|[\\/])/, homedir());
  if (folder !== undefined) return folder;
  throw new UsageError(number ? `%cd ${asked}: %dhist has no such number` : '%cd -: there is no earlier folder yet');
}

/** It begins where the first of these magics was called. */
function visited({ settings: { visited } }: MagicHost): string[] {
  const here = currentFolder();
  if (visited.length === 0 && here !== undefined) visited.push(here);
  return visited;
}

/** The folder may have been deleted since; then there is none to come back to. */
function currentFolder(): string | undefined {
  try {
    return process.cwd();
  } catch {
    return undefined;
  }
}

function abbreviated(folder: string): string {
  const home = homedir();
  return folder === home || folder.startsWith(`${home}/`) ? `~${folder.slice(home.length)}` : folder;
}
