import { type Magic, type MagicCall, UsageError } from './magic.ts';

const help = 'Shows the environment, one variable, or sets one for this session and the commands it starts.';

export const envMagics: Magic[] = [
  { name: '%env', usage: '%env [NAME | NAME=VALUE | NAME VALUE]', help, run: env, runSync: env },
  {
    name: '%set_env',
    usage: '%set_env NAME=VALUE | NAME VALUE',
    help: 'Sets an environment variable.',
    run: set,
    runSync: set,
  },
];

function env(call: MagicCall): unknown {
  const text = call.text.trim();
  // A notebook is passed on with its outputs: as in IPython what may be a secret is named, not told.
  if (text === '')
    return Object.fromEntries(
      Object.entries(process.env).map(([name, value]) => [name, /key|token|secret/i.test(name) ? '<hidden>' : value]),
    );
  if (/[=\s]/.test(text)) return set(call);
  const value = process.env[text];
  if (value === undefined) throw new UsageError(`the environment has no variable ${text}; %env ${text}=VALUE sets it`);
  return value;
}

function set({ text, cell }: MagicCall): void {
  if (/^\s*\S+\s+[^\s=]+=/.test(text)) throw new UsageError(`%set_env: a name with a space in it: ${text.trim()}`);
  const [, name, value] = /^\s*([^=\s]+)\s*(?:=\s*|\s)(.*?)\s*$/s.exec(text) ?? [];
  if (name === undefined || value === undefined) throw new UsageError('%set_env NAME=VALUE');
  process.env[name] = value;
  cell.write('stdout', `env: ${name}=${value}\n`);
}
