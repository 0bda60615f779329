import type { Typecheck } from '../typecheck.ts';
import { words } from './arguments.ts';
import { type Magic, type MagicCall, type MagicHost, UsageError } from './magic.ts';

/** Magics that change how the session works. */
export function settingMagics(all: () => Map<string, Magic>, add: (magic: Magic) => void): Magic[] {
  const alias = (call: MagicCall): void => {
    const [, name, command] = /^\s*(\S+)(?:\s+(.*\S))?\s*$/s.exec(call.text) ?? [];
    if (name === undefined) {
      const aliases = [...all().values()].filter((one) => one.aliasOf !== undefined);
      const list = aliases.map((one) => `${one.name.slice(1)}  ${one.aliasOf}\n`);
      call.cell.write('stdout', list.join('') || 'no aliases; %alias NAME COMMAND makes one\n');
      return;
    }
    if (command === undefined) throw new UsageError(`%alias ${name} needs a command, e.g. %alias ${name} ls -l`);
    if (!/^[A-Za-z_]\w*$/.test(name)) throw new UsageError(`%alias ${name}: a name of letters, digits and _`);
    if (all().get(`%${name}`) && all().get(`%${name}`)!.aliasOf === undefined)
      throw new UsageError(`%${name} is a magic already; choose another name`);
    const filled = (text: string): string => substitute(name, command, text);
    add({
      name: `%${name}`,
      usage: `%${name} …`,
      help: `Runs ${command}`,
      aliasOf: command,
      run: (one) =>
        all()
          .get('!')!
          .run({ ...one, text: filled(one.text) }),
      runSync: (one) => all().get('!')!.runSync!({ ...one, text: filled(one.text) }),
    });
  };
  const unalias = ({ text }: MagicCall): void => {
    const name = `%${text.trim()}`;
    if (all().get(name)?.aliasOf === undefined)
      throw new UsageError(`there is no alias ${text.trim()}; %alias lists them`);
    all().delete(name);
  };
  return [
    both('%alias', '%alias [NAME COMMAND]', 'Makes %NAME run a command; %s in it takes a word of the line.', alias),
    both('%unalias', '%unalias NAME', 'Removes an alias.', unalias),
    both(
      '%typecheck',
      '%typecheck [off|warn|error]',
      'Whether a cell with type errors runs, tells them and runs, or does not run (error at the start, in JavaScript off; on is error).',
      ({ host, cell, text }) => {
        if (text.trim() !== '') setTypecheck(host, typecheck('%typecheck', text));
        cell.write('stdout', `typecheck: ${host.settings.typecheck}\n`);
      },
    ),
    both('%config', '%config [NAME[=VALUE]]', 'Shows or sets this session’s settings.', config),
    {
      name: '%reset',
      usage: '%reset [-f] [-s] [in] [out]',
      help: 'Forgets what the cells have declared, or what was typed (in) or shown (out); -f does not ask; -s keeps both lists.',
      run: reset,
    },
  ];
}

function both(name: string, usage: string, help: string, run: (call: MagicCall) => void): Magic {
  return { name, usage, help, run, runSync: run };
}

/** As IPython: `%s` takes a word each, `%l` the whole line; without them the line comes after the command. */
function substitute(name: string, command: string, text: string): string {
  if (command.includes('%l')) return command.replaceAll('%l', text.trim());
  const count = command.split('%s').length - 1;
  if (count === 0) return `${command} ${text}`.trim();
  const given = text.trim() === '' ? [] : text.trim().split(/\s+/);
  if (given.length < count) throw new UsageError(`%${name} needs ${count} arguments, ${given.length} given`);
  return `${command.replace(/%s/g, () => given.shift()!)} ${given.join(' ')}`.trim();
}

function setTypecheck(host: MagicHost, check: Typecheck): void {
  host.settings.typecheck = check;
  host.change({ check });
}

function typecheck(magic: string, text: string): Typecheck {
  const word = text.trim().toLowerCase();
  if (word === 'off' || word === 'warn' || word === 'error') return word;
  const on = onOff(magic, text, 'off|warn|error');
  return on ? 'error' : 'off';
}

function config({ host, cell, text }: MagicCall): void {
  const [, name = '', value] = /^\s*([\w.]*)\s*(?:=\s*(.*?))?\s*$/s.exec(text) ?? [undefined, text.trim()];
  const known: Record<string, { get: () => string; set: (value: string) => void }> = {
    typecheck: {
      get: () => host.settings.typecheck,
      set: (value) => setTypecheck(host, typecheck('%config typecheck=', value)),
    },
    shell_errors: {
      get: () => (host.settings.shellErrors ? 'on' : 'off'),
      set: (value) => Object.assign(host.settings, { shellErrors: onOff('%config shell_errors=', value) }),
    },
  };
  if (/^(?:InlineBackend|IPCompleter|IPython\w*|InteractiveShell\w*)\b/.test(name)) {
    cell.write('stdout', `${name} is Python’s; here are: ${Object.keys(known).join(', ')}.\n`);
    return;
  }
  if (name !== '' && !(name in known))
    throw new UsageError(`no setting ${name}; there are: ${Object.keys(known).join(', ')}`);
  if (value !== undefined) known[name]!.set(value);
  for (const [one, { get }] of Object.entries(known))
    if (name === '' || name === one) cell.write('stdout', `${one} = ${get()}\n`);
}

function onOff(magic: string, text: string, words = 'on|off'): boolean {
  const word = text.trim().toLowerCase();
  if (/^(?:on|true|1)$/.test(word)) return true;
  if (/^(?:off|false|0)$/.test(word)) return false;
  throw new UsageError(`${magic} ${words}, not ${text.trim()}`);
}

async function reset({ host, cell, text }: MagicCall): Promise<void> {
  const given = words(text);
  const unknown = given.filter((word) => !['-f', '-s', 'in', 'out'].includes(word));
  if (unknown.length > 0) throw new UsageError(`unknown ${unknown.join(' ')}; %reset [-f] [-s] [in] [out]`);
  if (!given.includes('-f')) {
    const answer = await cell.ask('Once deleted, variables cannot be recovered. Proceed (y/[n])?  ', false);
    if (!/^y/i.test(answer)) {
      cell.write('stdout', 'Nothing done.\n');
      return;
    }
  }
  const lists = given.filter((word) => word === 'in' || word === 'out');
  if (lists.length === 0) host.reset();
  if (lists.includes('in') || (lists.length === 0 && !given.includes('-s'))) host.forgetTyped();
  if (lists.includes('out') || (lists.length === 0 && !given.includes('-s'))) host.forgetShown();
}
