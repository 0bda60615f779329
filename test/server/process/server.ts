import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { root } from '../../helpers/root.ts';

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

export async function freePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address() as { port: number };
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

export type RunResult = { code: number | string; out: string; log: string };

/** Runs the program to its end. */
export async function runServer(...flags: string[]): Promise<RunResult> {
  const server = await startServer(flags, { until: '\0' });
  return { code: await server.exit, out: server.out(), log: server.log() };
}
