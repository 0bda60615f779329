import { inspect } from 'node:util';
import { type Magic, type MagicCall, type MagicHost, UsageError } from './magic.ts';

/** Magics about what the cells have declared and typed. */
export function variableMagics(all: () => Map<string, Magic>): Magic[] {
  const info = ({ host, cell, text }: MagicCall, source: boolean): void => {
    const name = text.trim();
    const magic = /^[%!]/.test(name) ? all().get(name) : undefined;
    cell.write('stdout', magic ? `${magic.usage}\n    ${magic.help}\n` : describe(host, name, source));
  };
  const entry = (name: string, usage: string, help: string, run: (call: MagicCall) => void): Magic => ({
    name,
    usage,
    help,
    run,
    runSync: run,
  });
  return [
    entry('%who', '%who', 'Lists what the cells have declared.', ({ host, cell }) => {
      const names = [...host.variables.keys()].sort();
      cell.write('stdout', names.length === 0 ? 'No variables were declared yet.\n' : `${names.join('  ')}\n`);
    }),
    entry('%whos', '%whos', 'Lists what the cells have declared, with kind and value.', ({ host, cell }) => {
      const rows = [...host.variables.keys()].sort().map((name) => {
        const value = host.lookup(name);
        return [name, kindOf(value), short(value)];
      });
      const widths = [0, 1].map((column) => Math.max(8, ...rows.map((row) => row[column]!.length)));
      for (const [name, kind, value] of [['Variable', 'Kind', 'Value'], ...rows] as string[][])
        cell.write('stdout', `${name!.padEnd(widths[0]!)}  ${kind!.padEnd(widths[1]!)}  ${value}\n`);
    }),
    entry(
      '%history',
      '%history [-n]',
      'Lists what was typed in this session; -n with numbers.',
      ({ host, cell, text }) => {
        host.inputs.forEach((source, number) => {
          if (number > 0)
            cell.write('stdout', /-n/.test(text) ? `${String(number).padStart(4)}: ${source}\n` : `${source}\n`);
        });
      },
    ),
    entry('%pinfo', 'NAME?', 'Tells what a name is.', (call) => info(call, false)),
    entry('%pinfo2', 'NAME??', 'Tells what a name is, with its source.', (call) => info(call, true)),
  ];
}

function describe(host: MagicHost, name: string, source: boolean): string {
  const [first = '', ...members] = name.split('.');
  let value = host.lookup(first);
  if (value === undefined && !host.variables.has(first) && !(first in globalThis))
    throw new UsageError(`nothing is called ${first}`);
  for (const member of members) value = (value as Record<string, unknown> | undefined | null)?.[member];
  const lines = [`Kind:   ${kindOf(value)}`, `Value:  ${short(value)}`];
  if (source && typeof value === 'function') lines.push('Source:', Function.prototype.toString.call(value));
  return `${lines.join('\n')}\n`;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'function')
    return /^class\b/.test(Function.prototype.toString.call(value)) ? 'class' : 'function';
  return typeof value === 'object' ? (value.constructor?.name ?? 'object') : typeof value;
}

function short(value: unknown): string {
  const text = inspect(value, { depth: 1, breakLength: Infinity, maxArrayLength: 10, maxStringLength: 200 });
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
