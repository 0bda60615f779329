import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';
import { setTimeout } from 'node:timers';
import { childEnv } from './child-env.ts';
import { UsageError } from './magic.ts';
import { undivided } from './undivided.ts';
import { unwatch, watch } from './watchdog.ts';

export type Ended = { code: number | undefined; signal: NodeJS.Signals | undefined };

export type Child = {
  pid: number;
  /** Settles when the program has ended and its output has been read. Rejects when it could not be started. */
  ended: Promise<Ended>;
  /** Ends the program and all it started. */
  kill(signal?: NodeJS.Signals): void;
};

export type Start = {
  file: string;
  args: string[];
  /** Its standard input; none means an empty one. */
  input?: string | undefined;
  /** May live on after the session. */
  keep?: boolean;
  onText: (name: 'stdout' | 'stderr', text: string) => void;
};

/** Output that is still to come from something the program left in the background is not waited for longer than this. */
const quiet = 150;

/**
 * A program in a process group of its own, so that an interrupt reaches its children, and not the kernel.
 *
 * @param known is called in the same breath: no interrupt comes before it, so what it lays hold of can always be ended
 */
export async function start<T>(options: Start, known: (child: Child) => T): Promise<Awaited<T>> {
  if (!hasFolder())
    // Node would blame the program: spawn /usr/bin/bash ENOENT.
    throw new UsageError('the current folder does not exist any more; %cd goes to another one');
  const { execa } = await import('execa');
  return await undivided(() => known(begin(execa, options)));
}

function begin(execa: typeof import('execa').execa, { file, args, input, keep = false, onText }: Start): Child {
  const subprocess = execa(file, args, {
    extendEnv: false,
    env: childEnv({ keep }),
    detached: process.platform !== 'win32',
    cleanup: false,
    buffer: false,
    reject: false,
    stdout: 'pipe',
    stderr: 'pipe',
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    windowsHide: true,
  });
  const child: ChildProcess = subprocess.nodeChildProcess;
  let last = performance.now();
  for (const name of ['stdout', 'stderr'] as const) {
    const decoder = new StringDecoder('utf8');
    child[name]?.on('data', (bytes: Buffer) => {
      last = performance.now();
      onText(name, decoder.write(bytes));
    });
  }
  const { pid } = child;
  const ended = new Promise<Ended>((resolve, reject) => {
    const settle = (code: number | null, signal: NodeJS.Signals | null): void => {
      if (pid !== undefined && !groupLives(pid)) unwatch(pid);
      resolve({ code: code ?? undefined, signal: signal ?? undefined });
    };
    // It could not be started: a program without the right to run, a working folder that is gone.
    if (pid === undefined)
      subprocess.then(({ cause, shortMessage }) => reject(cause ?? new Error(shortMessage ?? `cannot start ${file}`)));
    child.once('close', settle);
    // `server &` leaves the pipes open for as long as the server lives.
    child.once('exit', (code, signal) => {
      const look = (): void => {
        if (performance.now() - last >= quiet) settle(code, signal);
        else setTimeout(look, quiet / 3);
      };
      setTimeout(look, quiet / 3);
    });
  });
  ended.catch(() => {});
  if (pid !== undefined && !keep) watch(pid);
  return { pid: pid ?? 0, ended, kill: (signal = 'SIGTERM') => pid !== undefined && killGroup(pid, signal) };
}

/** `.` itself is still there when its folder was deleted; its path is not. */
function hasFolder(): boolean {
  try {
    return existsSync(process.cwd());
  } catch {
    return false;
  }
}

export function killGroup(pid: number, signal: NodeJS.Signals): boolean {
  try {
    // A negative pid is the whole group; Windows has no groups.
    process.kill(process.platform === 'win32' ? pid : -pid, signal);
    return true;
  } catch {
    return false;
  }
}

export function groupLives(pid: number): boolean {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, 0);
  } catch {
    return false;
  }
  return process.platform !== 'linux' || members(pid).some((state) => state !== 'Z');
}

/** The dead count as members until their parent has asked for them, which in a container may be never. */
function members(group: number): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        // `23 (a name) S 1 23 …`: state, parent, group.
        const fields = readFileSync(`/proc/${name}/stat`, 'utf8')
          .replace(/^.*\) /s, '')
          .split(' ');
        return fields[2] === String(group) ? [fields[0]!] : [];
      } catch {
        return [];
      }
    });
}
