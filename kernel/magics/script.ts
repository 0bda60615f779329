import { parseOptions, words } from './arguments.ts';
import { bounded, boundedLive } from './bounded.ts';
import { shell, which } from './child-env.ts';
import { type Magic, type MagicCall, UsageError } from './magic.ts';
import { CommandError, forCell } from './shell.ts';

/** What the options say, in one shape. */
type Script = {
  program: string;
  args: string[];
  background: boolean;
  keep: boolean;
  /** Variables that get the job, its stdout and its stderr. */
  proc: string | undefined;
  out: string | undefined;
  err: string | undefined;
  raiseError: boolean;
  /** Seconds. */
  timeout: number | undefined;
};

const takes = {
  bg: false,
  keep: false,
  proc: true,
  out: true,
  err: true,
  'no-raise-error': false,
  'raise-error': false,
  timeout: true,
};
const optionsText = '[--bg [--keep]] [--proc NAME] [--out NAME] [--err NAME] [--no-raise-error] [--timeout SECONDS]';

export const scriptMagics: Magic[] = [
  scriptMagic('%%bash', 'Runs the cell in bash.', () => [shell()]),
  scriptMagic('%%sh', 'Runs the cell in sh.', () => ['sh']),
  scriptMagic('%%node', 'Runs the cell in a Node of its own.', () => [process.execPath, '-']),
  scriptMagic('%%python', 'Runs the cell in Python.', () => [which('python3') ? 'python3' : 'python', '-']),
  scriptMagic('%%python3', 'Runs the cell in Python 3.', () => ['python3', '-']),
  scriptMagic('%%perl', 'Runs the cell in Perl.', () => ['perl']),
  scriptMagic('%%ruby', 'Runs the cell in Ruby.', () => ['ruby']),
  {
    name: '%%script',
    usage: `%%script ${optionsText} PROGRAM [ARGUMENT…]`,
    help: 'Runs the cell in any program that reads a script from its standard input.',
    run: (call) => runScript(call, []),
  },
];

function scriptMagic(name: string, help: string, program: () => string[]): Magic {
  return {
    name,
    usage: `${name} ${optionsText}`,
    help: `${help} --bg leaves it running as a job (%jobs), until the session ends; with --keep, also after it.`,
    run: (call) => runScript(call, program()),
  };
}

async function runScript(call: MagicCall, program: string[]): Promise<void> {
  const script = parse(call.text, program);
  const body = call.body ?? '';
  const input = body.endsWith('\n') || body === '' ? body : `${body}\n`;
  if (which(script.program) === undefined) throw new UsageError(`command not found: ${script.program}`);
  if (script.background) return background(call, script, input);

  const out = script.out === undefined ? undefined : bounded();
  const err = script.err === undefined ? undefined : bounded();
  const live = boundedLive(call.cell.write);
  // There is no job without --bg; IPython takes the option and does nothing with it.
  if (script.proc !== undefined) call.assign(script.proc, undefined);
  const limit = script.timeout === undefined ? undefined : AbortSignal.timeout(script.timeout * 1000);
  const signal = limit ? AbortSignal.any([call.cell.signal, limit]) : call.cell.signal;
  const ended = await forCell(
    { cell: { ...call.cell, signal } },
    {
      file: script.program,
      args: script.args,
      input,
      onText: (name, text) => {
        const kept = name === 'stdout' ? out : err;
        if (kept) kept.add(text);
        else live.add(name, text);
      },
    },
  );
  live.end();
  if (script.out !== undefined) call.assign(script.out, out!.text());
  if (script.err !== undefined) call.assign(script.err, err!.text());
  call.host.assign(['_exit_code'], ended.code ?? -1);
  if (limit?.aborted)
    throw new Error(`the cell’s ${programName(script)} took longer than --timeout ${script.timeout} and was ended`);
  if (ended.code !== 0 && script.raiseError) {
    const name = `${call.text.trim() ? `${programName(script)} ` : ''}`;
    throw new CommandError(
      `%%${name.trim() || programName(script)}`,
      ended,
      'the option --no-raise-error goes on after it',
    );
  }
}

async function background(call: MagicCall, script: Script, input: string): Promise<void> {
  const job = await call.host.jobs.start({
    name: script.proc,
    program: script.program,
    args: script.args,
    input,
    keep: script.keep,
    title: input.trim().split('\n')[0] ?? '',
    // With --out the text is for the variable, as in IPython; without, it goes to the cell that started the job.
    onText: (name, text) => {
      if ((name === 'stdout' ? script.out : script.err) === undefined) call.cell.write(name, text);
    },
  });
  if (script.proc !== undefined) call.assign(script.proc, job);
  if (script.out !== undefined) call.assign(script.out, job.stdout);
  if (script.err !== undefined) call.assign(script.err, job.stderr);
}

function parse(text: string, program: string[]): Script {
  const { options, rest, own } = scriptOptions(text, program.length > 0);
  const [file, ...args] = [...program, ...own, ...rest];
  if (file === undefined) throw new UsageError('%%script needs a program, e.g. %%script python3');
  const seconds = options.timeout === undefined ? undefined : Number(options.timeout);
  if (seconds !== undefined && !(seconds > 0))
    throw new UsageError(`--timeout ${String(options.timeout)}: seconds, e.g. --timeout 60`);
  return {
    program: file,
    args,
    background: options.bg === true,
    keep: options.keep === true,
    proc: text_(options.proc),
    out: text_(options.out),
    err: text_(options.err),
    raiseError: options['no-raise-error'] !== true,
    timeout: seconds,
  };
}

/** As in IPython, options that are none of ours are the program's: `%%bash -e`, `%%sh -x`. */
function scriptOptions(text: string, named: boolean): ReturnType<typeof parseOptions> & { own: string[] } {
  const given = words(text);
  const own: string[] = [];
  // After `%%script` comes the program, whose options stand behind it.
  for (let i = 0; named && /^-/.test(given[i] ?? '') && given[i] !== '--'; )
    if (/^-[A-Za-z]+$/.test(given[i]!)) own.push(...given.splice(i, 1));
    else i += takes[given[i]!.slice(2) as keyof typeof takes] === true ? 2 : 1;
  const quoted = given.map((word) => `"${word.replace(/["\\]/g, '\\$&')}"`).join(' ');
  return { ...parseOptions(quoted, takes), own };
}

const text_ = (option: string | true | undefined): string | undefined =>
  typeof option === 'string' ? option : undefined;

function programName({ program, args }: Script): string {
  return [program.split(/[\\/]/).at(-1), ...args].join(' ');
}
