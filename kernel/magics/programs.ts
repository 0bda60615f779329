import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { words } from './arguments.ts';
import { type Magic, type MagicCall, UsageError } from './magic.ts';

/** The commands that IPython has as magics, since people leave out the `!`. */
export function programMagics(all: () => Map<string, Magic>): Magic[] {
  const program = (name: string, help: string, command = name): Magic => {
    const filled = (call: MagicCall): MagicCall => ({ ...call, text: `${command} ${call.text}` });
    return {
      name: `%${name}`,
      usage: `%${name} [OPTION…] [FILE…]`,
      help,
      run: (call) => all().get('!')!.run(filled(call)),
      runSync: (call) => all().get('!')!.runSync!(filled(call)),
    };
  };
  return [
    program('ls', 'Lists files, as !ls does.'),
    program('ll', 'Lists files with sizes and times, as !ls -l does.', 'ls -l'),
    ...['cat', 'cp', 'mkdir', 'mv', 'rm', 'rmdir'].map((name) => program(name, `The same as !${name}.`)),
    ...['less', 'more'].map((name) => ({
      name: `%${name}`,
      usage: `%${name} FILE`,
      help: 'Shows a file in the pager.',
      run: pageFile,
      runSync: pageFile,
    })),
  ];
}

function pageFile({ cell, text }: MagicCall): void {
  const [file = '', ...more] = words(text);
  const path = file.replace(/^~(?=$|[\\/])/, homedir());
  if (file === '' || more.length > 0) throw new UsageError('%less FILE');
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) throw new UsageError(`no such file: ${file}`);
  cell.payload({ source: 'page', data: { 'text/plain': readFileSync(path, 'utf8') }, start: 0 });
}
