import { inspect } from 'node:util';
import { words } from './arguments.ts';
import type { Magic, MagicCall } from './magic.ts';

/** Magics about what the cells have declared. */
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
  ];
}

function chosen({ host, text }: MagicCall): string[] {
  const kinds = words(text);
  return [...host.variables.keys()]
    .filter((name) => kinds.length === 0 || kinds.includes(kindOf(host.lookup(name))))
    .sort();
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
