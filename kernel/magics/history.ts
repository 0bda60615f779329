import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { text as textOf } from '../display/text.ts';
import { type Options, parseOptions, words } from './arguments.ts';
import { type Magic, type MagicCall, type MagicHost, UsageError } from './magic.ts';

type Typed = readonly [number: number, source: string];

const usage = '%history [-n] [-o] [-p] [-u] [-l [COUNT]] [-g [PATTERN]] [-f FILE] [FIRST-LAST…]';

/** What was typed, and running it again. */
export const historyMagics: Magic[] = [
  ...['%history', '%hist'].map((name) => ({
    name,
    usage: name === '%hist' ? '%hist' : usage,
    help:
      name === '%hist'
        ? 'The same as %history.'
        : 'What was typed in this session: -n with its numbers, -o with what came of it, -p as after prompts, -f into a file; -l the last ones, -g those in which a pattern is found, -u each once.',
    run: history,
  })),
  {
    name: '%recall',
    usage: '%recall [FIRST-LAST…]',
    help: 'Puts what was typed in these cells, or the last, into the next cell.',
    run: recall,
    runSync: recall,
  },
  {
    name: '%save',
    usage: '%save [-a] [-f] FILE [FIRST-LAST…]',
    help: 'Writes what was typed, or some of it, to a .ts file; -a adds to its end, -f does not ask before it overwrites.',
    run: save,
  },
  {
    name: '%rerun',
    usage: '%rerun [-l COUNT] [-g PATTERN] [FIRST-LAST…]',
    help: 'Runs again what was typed in these cells, or the last.',
    run: rerun,
  },
];

async function history(call: MagicCall): Promise<void> {
  const { host, cell } = call;
  const { options, ranges } = parse(call.text, { n: false, o: false, p: false, t: false, u: false, f: true });
  const shown = chosen(host, options, ranges, typed(host)).map(([number, source]) => {
    const lines = options.p ? source.split('\n').map((line, i) => `${i === 0 ? '>>>' : '...'} ${line}\n`) : [source];
    // What was searched for is told with its place; several lines begin below their number, as in IPython.
    const place = `${String(number).padStart(4)}:${source.includes('\n') ? '\n' : ' '}`;
    const out = options.o ? outputOf(host, number) : '';
    return `${options.n || options.g !== undefined ? place : ''}${lines.join('').replace(/\n$/, '')}\n${out}`;
  });
  if (typeof options.f === 'string') await write(call, options.f, shown.join(''));
  else for (const text of shown) cell.write('stdout', text);
}

function recall({ host, cell, text }: MagicCall): void {
  const { options, ranges } = parse(text, {});
  const cells = again(host, options, ranges);
  cell.payload({ source: 'set_next_input', text: cells.map(([, source]) => source).join('\n'), replace: false });
}

async function save(call: MagicCall): Promise<void> {
  const { host, cell, text } = call;
  const { options, rest } = parseOptions(text, { a: false, f: false, r: false });
  const [named, ...cells] = rest;
  if (named === undefined) throw new UsageError('%save [-a] [-f] FILE [FIRST-LAST…]');
  const file = /\.[cm]?[jt]sx?$/.test(named) ? named : `${named}.ts`;
  const lines = chosen(host, {}, cells.map(range), cells.length > 0 ? typed(host) : earlier(host));
  const content = lines.map(([, source]) => `${source}\n`).join('');
  if (!(await write(call, file, content, options))) return;
  cell.write('stdout', `The following commands were written to file \`${file}\`:\n${content}`);
}

async function rerun({ host, cell, text }: MagicCall): Promise<unknown> {
  const { options, ranges } = parse(text, {});
  const cells = again(host, options, ranges);
  cell.write('stdout', `=== Executing: ===\n${cells.map(([, source]) => `${source}\n`).join('')}=== Output: ===\n`);
  let value: unknown;
  for (const [, source] of cells) {
    if (cell.signal.aborted) return undefined;
    value = await host.runCode(source);
  }
  return value;
}

/** Without ranges the last cell before this one; of those that are searched for the last. */
function again(host: MagicHost, options: Options, ranges: Range[]): Typed[] {
  const found = chosen(host, options, ranges, earlier(host));
  if (found.length === 0) throw new UsageError('nothing of the kind was typed; %history -n lists what was');
  return ranges.length > 0 || options.l !== undefined ? found : found.slice(-1);
}

type Range = readonly [first: number, last: number];

function parse(text: string, takes: Record<string, boolean>): { options: Options; ranges: Range[] } {
  const given = words(text).flatMap((word, i, all) => {
    // Without a number, ten; without a pattern, anything.
    if (word === '-l' && !/^\d+$/.test(all[i + 1] ?? '')) return ['-l', '10'];
    return word === '-g' && all[i + 1] === undefined ? ['-g', '*'] : [word];
  });
  const quoted = given.map((word) => `"${word.replace(/["\\]/g, '\\$&')}"`).join(' ');
  const { options, rest } = parseOptions(quoted, { ...takes, l: true, g: true });
  if (typeof options.g === 'string') return { options: { ...options, g: [options.g, ...rest].join(' ') }, ranges: [] };
  return { options, ranges: rest.map(range) };
}

/** `2-4` has its last cell, `2:4` ends before it; `~0/` is this session. */
function range(word: string): Range {
  const [, first, sign, last] = /^(?:~0\/)?(\d+)(?:([-:])(\d*))?$/.exec(word) ?? [];
  if (first === undefined) throw new UsageError(`%history ${word}: cells by number, e.g. %history 1-3 5`);
  if (sign === undefined) return [Number(first), Number(first)];
  return [Number(first), last ? Number(last) - Number(sign === ':') : Number.POSITIVE_INFINITY];
}

function typed(host: MagicHost): Typed[] {
  return [...host.inputs.entries()].filter(([number, source]) => number > 0 && source !== undefined);
}

/** Without the cell that asks. */
function earlier(host: MagicHost): Typed[] {
  const all = typed(host);
  return /%(?:hist|recall|rerun|save)/.test(all.at(-1)?.[1] ?? '') ? all.slice(0, -1) : all;
}

function chosen(host: MagicHost, { l, g, u }: Options, ranges: Range[], all: Typed[]): Typed[] {
  let cells = l === undefined || ranges.length > 0 ? all : earlier(host);
  if (ranges.length > 0)
    cells = ranges.flatMap(([first, last]) => all.filter(([number]) => number >= first && number <= last));
  if (typeof g === 'string') {
    const pattern = found(g);
    cells = cells.filter(([, source]) => pattern.test(source));
  }
  if (u) cells = cells.filter(([number, source]) => cells.findLast((one) => one[1] === source)![0] === number);
  return l === undefined ? cells : cells.slice(Math.max(0, cells.length - Number(l)));
}

/** `*` and `?` of a pattern that may stand anywhere. */
function found(pattern: string): RegExp {
  const source = pattern.replace(/[\\^$.|+(){}[\]]/g, '\\$&');
  return new RegExp(source.replaceAll('*', '[^]*').replaceAll('?', '[^]'), 'u');
}

function outputOf(host: MagicHost, number: number): string {
  const shown = host.lookup('Out') as Record<number, unknown> | undefined;
  return shown && number in shown ? `${textOf(shown[number])}\n` : '';
}

async function write({ cell }: MagicCall, file: string, content: string, { a, f }: Options = {}): Promise<boolean> {
  const path = file.replace(/^~(?=$|[\\/])/, homedir());
  if (a) {
    appendFileSync(path, content);
    return true;
  }
  if (!f && existsSync(path)) {
    // Where nobody can be asked it is overwritten, as IPython does.
    const answer = await cell.ask(`File '${file}' exists. Overwrite? (y/[n]) `, false).catch((error: Error) => {
      if (error.name !== 'StdinNotImplementedError') throw error;
      return 'y';
    });
    if (!/^y/i.test(answer)) {
      cell.write('stdout', 'Aborting.\n');
      return false;
    }
  }
  writeFileSync(path, content);
  return true;
}
