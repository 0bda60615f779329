import { setTimeout } from 'node:timers';
import { bounded, boundedLive, limit } from './bounded.ts';
import { childEnv, shell, which } from './child-env.ts';
import type { Magic, MagicCall } from './magic.ts';
import { UsageError } from './magic.ts';
import { type Child, type Ended, type Start, start } from './process.ts';
import { StringList } from './string-list.ts';

/** A command that ended with another exit code than 0. */
export class CommandError extends Error {
  override name = 'CommandError';
  exitCode: number | undefined;
  signal: NodeJS.Signals | undefined;

  constructor(
    command: string,
    { code, signal }: Ended,
    way = 'add `|| true` or run %shell errors off to go on after it',
  ) {
    const first = command.trim().split('\n')[0]!;
    const named = first.length > 120 ? `${first.slice(0, 120)}…` : first;
    const how = signal ? `was ended by ${signal}` : `ended with exit code ${code}`;
    const hint = code === 127 ? 'command not found' : way;
    super(`\`${named}\` ${how}${signal ? '' : ` (${hint})`}`);
    this.exitCode = code;
    this.signal = signal;
  }
}

export const shellMagics: Magic[] = [
  {
    name: '!',
    usage: '!COMMAND',
    help: 'Runs a command in bash; its output is the cell’s. {expression} is filled in. A failing command fails the cell.',
    run: async (call) => void (await live(call)),
    runSync: (call) => void sync(call, (name, text) => call.cell.write(name, text)),
  },
  {
    name: '!!',
    usage: '!!COMMAND',
    help: 'Runs a command in bash and gives its lines as a list with .s .n .p .grep() .fields().',
    run: capture,
    runSync: captureSync,
  },
  {
    name: '%sx',
    usage: '%sx COMMAND',
    help: 'The same as !!COMMAND.',
    run: capture,
    runSync: captureSync,
  },
  {
    name: '%system',
    usage: '%system COMMAND',
    help: 'The same as !!COMMAND.',
    run: capture,
    runSync: captureSync,
  },
  ...['%%!', '%%sx', '%%system'].map((name) => ({
    name,
    usage: name,
    help: 'Runs the cell in bash and gives its lines as a list, as !!COMMAND does.',
    run: (call: MagicCall) => capture({ ...call, text: call.body ?? '' }),
  })),
  {
    name: '%sh',
    usage: '%sh COMMAND',
    help: 'The same as !COMMAND.',
    run: async (call) => void (await live(call)),
    runSync: (call) => void sync(call, (name, text) => call.cell.write(name, text)),
  },
  {
    name: '%npm',
    usage: '%npm install PACKAGE…',
    help: 'Runs npm in the notebook’s folder; what it installs can be imported at once.',
    run: async (call) => {
      try {
        await live({ ...call, text: `cd ${quoted(call.host.folder)} && npm ${call.text}` });
      } finally {
        call.host.change({ refresh: true });
      }
    },
  },
  {
    name: '%shell',
    usage: '%shell errors on|off',
    help: 'Whether a command that fails makes its cell fail (on at the start).',
    run: setErrors,
    runSync: setErrors,
  },
];

/** Runs a program for a cell and waits for it; an interrupt ends it with all it started. */
export async function forCell({ cell: { signal } }: Pick<MagicCall, 'cell'>, options: Start): Promise<Ended> {
  if (which(options.file) === undefined) throw new UsageError(`command not found: ${options.file}`);
  return start(options, (child) => {
    const stop = (): void => endWithin(child, 1000);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    return child.ended.finally(() => signal.removeEventListener('abort', stop));
  });
}

/**
 * SIGINT first, as Ctrl-C would; what does not listen, or like a shell's background commands ignores it, gets SIGTERM
 * and SIGKILL, also when the shell itself is gone by then.
 */
function endWithin(child: Child, grace: number): void {
  child.kill('SIGINT');
  setTimeout(() => child.kill('SIGTERM'), grace / 4).unref();
  setTimeout(() => child.kill('SIGKILL'), grace).unref();
}

async function live(call: MagicCall): Promise<void> {
  const output = boundedLive(call.cell.write);
  const ended = await forCell(call, { ...command(call.text), onText: output.add });
  output.end();
  judge(call, ended);
}

async function capture(call: MagicCall): Promise<StringList> {
  const output = bounded();
  const ended = await forCell(call, { ...command(call.text), onText: (_, text) => output.add(text) });
  judge(call, ended, output.text());
  return StringList.parse(output.text());
}

function captureSync(call: MagicCall): StringList {
  const output = bounded();
  sync(call, (_, text) => output.add(text));
  return StringList.parse(output.text());
}

/** Inside a function that cannot wait the kernel waits with it: nothing else runs meanwhile. */
function sync(call: MagicCall, onText: Start['onText']): void {
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const { file, args } = command(call.text);
  const result = spawnSync(file, args, {
    env: childEnv(),
    encoding: 'utf8',
    maxBuffer: limit,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onText('stdout', result.stdout ?? '');
  onText('stderr', result.stderr ?? '');
  if (result.error && result.status === null && !result.signal) throw result.error;
  judge(
    call,
    { code: result.status ?? undefined, signal: result.signal ?? undefined },
    `${result.stdout}${result.stderr}`,
  );
}

function command(text: string): { file: string; args: string[] } {
  if (text.trim() === '') throw new UsageError('! needs a command, e.g. !ls -l');
  return process.platform === 'win32' && shell() === 'cmd.exe'
    ? { file: 'cmd.exe', args: ['/d', '/s', '/c', text] }
    : { file: shell(), args: ['-c', text] };
}

function judge({ host, text, cell }: MagicCall, ended: Ended, captured = ''): void {
  host.assign(['_exit_code'], ended.code ?? -1);
  if (ended.code === 0 || !host.settings.shellErrors) return;
  // Nobody will see the list of a command that failed, so its last words are shown instead.
  if (captured) cell.write('stderr', captured.split('\n').slice(-20).join('\n'));
  throw new CommandError(`!${text.trim()}`, ended);
}

function setErrors({ host, text, cell }: MagicCall): void {
  const wanted = /^\s*errors\s+(on|off)\s*$/.exec(text)?.[1];
  if (!wanted && text.trim() !== '') throw new UsageError('%shell errors on|off');
  if (wanted) host.settings.shellErrors = wanted === 'on';
  cell.write('stdout', `shell errors: ${host.settings.shellErrors ? 'on' : 'off'}\n`);
}

function quoted(path: string): string {
  return `'${path.replaceAll("'", "'\\''")}'`;
}
