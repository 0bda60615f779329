import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { root } from '../../helpers/root.ts';

export { freePort } from '../../../lib/free-port.ts';

export type Server = {
  process: ChildProcess;
  /** What came on stderr (the log) and on stdout so far. */
  log(): string;
  out(): string;
  url: string;
  exit: Promise<number | string>;
  stop(): Promise<number | string>;
};

/** Starts server/main.ts as a program; resolves when `until` is in its log, or when it ended. */
export async function startServer(
  flags: string[],
  { until = 'Entering the event loop', rest = 0 } = {},
): Promise<Server> {
  const child = spawn(process.execPath, [join(root, 'server', 'main.ts'), ...flags], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  let out = '';
  child.stdout.on('data', (chunk) => (out += chunk));
  const exit = new Promise<number | string>((resolve) =>
    child.on('close', (code, signal) => resolve(code ?? signal ?? '')),
  );
  const ready = new Promise<void>((resolve) => {
    child.stderr.on('data', (chunk) => {
      log += chunk;
      if (log.includes(until)) resolve();
    });
    child.on('close', () => resolve());
  });
  await ready;
  return {
    process: child,
    log: () => log,
    out: () => out,
    url: `http://127.0.0.1:${rest}`,
    exit,
    stop: () => {
      child.kill('SIGTERM');
      return exit;
    },
  };
}

export type RunResult = { code: number | string; out: string; log: string };

/** Runs the program to its end. */
export async function runServer(...flags: string[]): Promise<RunResult> {
  const server = await startServer(flags, { until: '\0' });
  return { code: await server.exit, out: server.out(), log: server.log() };
}
