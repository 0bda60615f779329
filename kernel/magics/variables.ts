import { inspect } from 'node:util';
import { parseOptions, words } from './arguments.ts';
import { type Magic, type MagicCall, UsageError } from './magic.ts';

/** Magics about what the cells have declared and typed. */
export function variableMagics(): Magic[] {
  const entry = (name: string, usage: string, help: string, run: (call: MagicCall) => unknown): Magic => ({
    name,
    usage,
    help,
    run,
    runSync: run,
  });
  return [
    entry('%who', '%who [KIND…]', 'Lists what the cells have declared, or only those of a kind.', (call) => {
      const names = chosen(call);
      call.cell.write('stdout', names.length === 0 ? 'No variables were declared yet.\n' : `${names.join('  ')}\n`);
    }),
    entry('%who_ls', '%who_ls [KIND…]', 'The names of what the cells have declared, as a list.', chosen),
    entry('%whos', '%whos [KIND…]', 'Lists what the cells have declared, with kind and value.', (call) => {
      const rows = chosen(call).map((name) => {
        const value = call.host.lookup(name);
        return [name, kindOf(value), short(value)];
      });
      const widths = [0, 1].map((column) => Math.max(8, ...rows.map((row) => row[column]!.length)));
      for (const [name, kind, value] of [['Variable', 'Kind', 'Value'], ...rows] as string[][])
        call.cell.write('stdout', `${name!.padEnd(widths[0]!)}  ${kind!.padEnd(widths[1]!)}  ${value}\n`);
    }),
    entry('%history', '%history [-n] [-l COUNT] [-g TEXT] [FIRST-LAST…]', 'What was typed in this session.', history),
    entry('%hist', '%hist', 'The same as %history.', history),
  ];
}

function chosen({ host, text }: MagicCall): string[] {
  const kinds = words(text);
  return [...host.variables.keys()]
    .filter((name) => kinds.length === 0 || kinds.includes(kindOf(host.lookup(name))))
    .sort();
}

function history({ host, cell, text }: MagicCall): void {
  const { options, rest } = parseOptions(text, { n: false, l: true, g: true });
  const ranges = rest.map((word) => {
    const [, first, last] = /^(\d+)(?:[-:](\d*))?$/.exec(word) ?? [];
    if (first === undefined) throw new UsageError(`%history ${word}: cells by number, e.g. %history 1-3 5`);
    return [Number(first), last === undefined ? Number(first) : last === '' ? Infinity : Number(last)] as const;
  });
  let cells = [...host.inputs.entries()].filter(([number, source]) => number > 0 && source !== undefined);
  if (ranges.length > 0) cells = cells.filter(([n]) => ranges.some(([first, last]) => n >= first && n <= last));
  if (typeof options.g === 'string') cells = cells.filter(([, source]) => source.includes(options.g as string));
  if (options.l !== undefined) cells = cells.slice(-Number(options.l));
  for (const [number, source] of cells)
    cell.write('stdout', options.n ? `${String(number).padStart(4)}: ${source}\n` : `${source}\n`);
}

export function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'function')
    return /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function';
  return typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value;
}

export function short(value: unknown): string {
  const text = inspect(value, { depth: 1, breakLength: Infinity, maxArrayLength: 10, maxStringLength: 200 });
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
