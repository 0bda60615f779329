import { bundle } from '../display/bundle.ts';
import { type Magic, type MagicCall, UsageError } from './magic.ts';
import { kindOf, short } from './variables.ts';

/** Magics that explain a name. */
export function sourceMagics(all: () => Map<string, Magic>): Magic[] {
  const entry = (name: string, usage: string, help: string, run: (call: MagicCall) => Promise<void>): Magic => ({
    name,
    usage,
    help,
    run: (call) => {
      if (call.text.trim() === '') throw new UsageError(usage);
      const magic = /^[%!]/.test(call.text.trim()) ? all().get(call.text.trim()) : undefined;
      if (!magic) return run(call);
      call.cell.write('stdout', `${magic.usage}\n    ${magic.help}\n`);
      return undefined;
    },
  });
  return [
    entry('%pinfo', '%pinfo NAME, or NAME?', 'Tells what a name is.', (call) => info(call, false)),
    entry('%pinfo2', '%pinfo2 NAME, or NAME??', 'Tells what a name is, with its source.', (call) => info(call, true)),
    entry('%pdef', '%pdef NAME', 'The declaration of a name, with its types.', async ({ host, cell, text }) => {
      const { declaration } = await told(host, text);
      if (declaration === undefined) throw new UsageError(`TypeScript knows no ${text.trim()}`);
      cell.write('stdout', `${declaration}\n`);
    }),
    entry('%pdoc', '%pdoc NAME', 'The documentation of a name.', async ({ host, cell, text }) => {
      const { documentation } = await told(host, text);
      cell.write('stdout', `${documentation ?? `No documentation found for ${text.trim()}`}\n`);
    }),
    entry('%page', '%page [-r] NAME', 'Shows a value in the pager; -r as String(value) has it.', page),
    entry('%psource', '%psource NAME', 'The source of a function or class.', async ({ host, cell, text }) => {
      const { value } = find(host, text);
      const code = await sourceOf(host, text, value);
      if (code === undefined) throw new UsageError(`${text.trim()} is no function or class: it has no source`);
      cell.write('stdout', `${code}\n`);
    }),
  ];
}

async function page({ host, cell, text }: MagicCall): Promise<void> {
  const [, raw, name = ''] = /^\s*(-r\s+)?(.*?)\s*$/s.exec(text)!;
  const { value } = find(host, name);
  const data = raw || typeof value === 'string' ? { 'text/plain': String(value) } : (await bundle(value)).data;
  cell.payload({ source: 'page', data, start: 0 });
}

async function info({ host, cell, text }: MagicCall, source: boolean): Promise<void> {
  const { value } = find(host, text);
  const { declaration, documentation } = await told(host, text);
  const lines = declaration ? [`Signature: ${declaration}`] : [];
  lines.push(`Kind:   ${kindOf(value)}`, `Value:  ${short(value)}`);
  if (documentation) lines.push(`Docstring: ${documentation}`);
  const code = source ? await sourceOf(host, text, value) : undefined;
  if (code !== undefined) lines.push('Source:', code);
  cell.write('stdout', `${lines.join('\n')}\n`);
}

/** A function as a cell declared it, types and all; one that was imported as JavaScript has it. */
async function sourceOf(host: MagicCall['host'], text: string, value: unknown): Promise<string | undefined> {
  if (typeof value !== 'function') return undefined;
  return (await host.source(text.trim())) ?? Function.prototype.toString.call(value);
}

function find(host: MagicCall['host'], text: string): { value: unknown } {
  const [first = '', ...members] = text.trim().split('.');
  let value = host.lookup(first);
  if (value === undefined && !host.variables.has(first) && !(first in globalThis))
    throw new UsageError(`nothing is called ${first}`);
  for (const member of members) value = (value as Record<string, unknown> | undefined | null)?.[member];
  return { value };
}

async function told(
  host: MagicCall['host'],
  text: string,
): Promise<{ declaration?: string | undefined; documentation?: string | undefined }> {
  const [declaration, ...rest] = (await host.declaration(text.trim()))?.split('\n\n') ?? [];
  return { declaration, documentation: rest.length > 0 ? rest.join('\n\n') : undefined };
}
