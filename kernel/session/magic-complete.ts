/** Completion of magics, their options, files and shell commands. What is no magic is the compiler's. */
import { readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import type { Completion } from './language.ts';

type Known = { name: string; usage: string };
type Match = { text: string; type: string };

const most = 200;
/** Line magics whose argument is TypeScript, and cell magics whose body is. */
const runs = /^%{1,2}(?:time|timeit|capture|prun|pinfo2?|pdef|pdoc|psource)$/;
const writesModule = /^\s*%%module[ \t]+\S+\.[cm]?[jt]sx?[ \t]*\n/;
const shells = /^%%(?:bash|sh|script)$/;

/** undefined where the cursor is not in a magic's text. */
export function completeMagic(source: string, cursor: number, magics: readonly Known[]): Completion | undefined {
  const before = source.slice(0, cursor);
  const line = before.slice(before.lastIndexOf('\n') + 1);
  const first = /^\s*(%%\w+)/.exec(source)?.[1];
  const inBody = first !== undefined && before.trimStart().includes('\n');
  if (inBody && writesModule.test(source)) return undefined;
  if (inBody && !runs.test(first)) return shells.test(first) ? command(line, cursor) : found(cursor, '', []);
  const place = /^\s*(?:[\w$]+\s*=|(?:const|let|var)\s+[\w$]+\s*=)?\s*((?:!{1,2}|%{1,2}).*)$/.exec(line)?.[1];
  if (place === undefined) return undefined;
  if (/^%{1,2}\w*$/.test(place)) {
    const matches = magics
      .filter(({ name }) => name.startsWith(place))
      .map(({ name }) => ({ text: name, type: 'magic' }));
    return found(cursor, place, matches);
  }
  const shell = /^(!{1,2}|%(?:sx|system|sh)\s)\s*(.*)$/.exec(place);
  // `!ready` may be TypeScript's negation: that is the compiler's while it is a single name of a variable.
  if (shell) return shell[1] === '!' && /^[\w$]*\.[\w$]*$/.test(shell[2]!) ? undefined : command(shell[2]!, cursor);
  const [, name, rest] = /^(%{1,2}\w+)\s(.*)$/.exec(place) ?? [];
  if (name === undefined) return undefined;
  const word = /\S*$/.exec(rest!)![0];
  if (word.startsWith('-')) {
    const usage = magics.find((magic) => magic.name === name)?.usage ?? '';
    const options = [...new Set(usage.match(/(?<![\w-])--?[a-z][\w-]*/g) ?? [])];
    return found(
      cursor,
      word,
      options.filter((option) => option.startsWith(word)).map((text) => ({ text, type: 'option' })),
    );
  }
  if (runs.test(name)) return undefined;
  if (/^%(?:pip|npm|help|lsmagic|who|whos)$/.test(name)) return found(cursor, word, []);
  if (/^%(?:env|set_env)$/.test(name)) return found(cursor, word, variables(word));
  return found(cursor, word, files(word, /^%(?:cd|pushd|rmdir)$/.test(name)));
}

/** A shell's line: a program first, then files; `$NAME` is a variable. */
function command(text: string, cursor: number): Completion {
  const word = /[^\s|;&<>()='"]*$/.exec(text)![0];
  const leads = text.slice(0, text.length - word.length);
  if (word.startsWith('$')) {
    return found(
      cursor,
      word,
      variables(word.slice(1)).map(({ text, type }) => ({ text: `$${text}`, type })),
    );
  }
  const isFirst = /(?:^|[|;&(]|\bsudo|\bthen|\bdo)\s*$/.test(leads);
  return found(cursor, word, isFirst && !/[\\/]/.test(word) ? programs(word) : files(word, /^\s*cd\s/.test(text)));
}

function found(cursor: number, word: string, matches: Match[]): Completion {
  return { start: cursor - word.length, end: cursor, matches: matches.slice(0, most) };
}

function programs(prefix: string): Match[] {
  const names = new Set<string>();
  if (prefix === '') return [];
  for (const folder of (process.env.PATH ?? '').split(delimiter))
    for (const { name } of list(folder || '.')) if (name.startsWith(prefix)) names.add(name);
  return [...names].sort().map((text) => ({ text, type: 'command' }));
}

function files(prefix: string, foldersOnly: boolean): Match[] {
  const parent = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const start = prefix.slice(parent.length);
  return list(parent.replace(/^~(?=\/)/, homedir()) || '.')
    .filter(({ name }) => name.startsWith(start) && (start.startsWith('.') || !name.startsWith('.')))
    .filter((entry) => !foldersOnly || entry.isDirectory())
    .map((entry) => ({
      text: `${parent}${entry.name.replace(/ /g, '\\ ')}${entry.isDirectory() ? '/' : ''}`,
      type: entry.isDirectory() ? 'folder' : 'file',
    }))
    .sort((a, b) => (a.text < b.text ? -1 : 1));
}

function variables(prefix: string): Match[] {
  return Object.keys(process.env)
    .filter((name) => name.startsWith(prefix))
    .sort()
    .map((text) => ({ text, type: 'variable' }));
}

function list(folder: string) {
  try {
    return readdirSync(join(folder), { withFileTypes: true });
  } catch {
    return [];
  }
}
