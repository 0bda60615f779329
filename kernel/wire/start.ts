/** Starts a kernel from its kernelspec and waits until it answers. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectKernel, type KernelClient } from './client.ts';
import { ipcConnection, tcpConnection } from './connection.ts';
import { signalGroup } from './group.ts';
import { onLeaving } from './leaving.ts';
import type { Connection, KernelInfoReply } from './protocol.ts';

/** What of kernel.json is needed to start. */
export type KernelCommand = {
  argv: string[];
  env?: Record<string, string>;
  interrupt_mode?: 'message' | 'signal';
  /** The folder of kernel.json, for `{resource_dir}` in argv. */
  resourceDir?: string;
};

export type StartOptions = {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** ipc unless told, where there is such a thing. */
  transport?: 'tcp' | 'ipc';
  /** Milliseconds until the kernel must have answered. */
  timeout?: number;
  /** What the kernel program itself writes, not its cells. Its end is kept for error messages. */
  onOutput?: (text: string) => void;
};

export type RunningKernel = {
  client: KernelClient;
  process: ChildProcess;
  connection: Connection;
  info: KernelInfoReply;
  /** Resolves when the process has ended. */
  exited: Promise<{ code: number | null; signal: NodeJS.Signals | null }>;
  /** As the kernelspec's interrupt_mode says. */
  interrupt(): Promise<void>;
  /** Asks the kernel to end, kills it after `grace` milliseconds, and removes its connection file. */
  shutdown(grace?: number): Promise<void>;
  /** Ends it at once. */
  kill(): Promise<void>;
};

/** Milliseconds in which a dead kernel's last words arrive. */
const DRAIN = 20;
/** The longest path of a socket that every system takes, with room for `/k-5`. */
const SOCKET_PATH = 96;

/** @throws when the program cannot start, ends early or does not answer in time; the message carries what it wrote. */
export async function startKernel(
  spec: KernelCommand,
  { cwd, env = process.env, transport, timeout = 60_000, onOutput }: StartOptions = {},
): Promise<RunningKernel> {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-kernel-')); // mode 0700
  const ipc = transport ? transport === 'ipc' : process.platform !== 'win32' && folder.length < SOCKET_PATH;
  const connection = ipc ? ipcConnection(folder) : await tcpConnection();
  const file = join(folder, 'connection.json');
  writeFileSync(file, JSON.stringify(connection), { mode: 0o600 });

  const [program, ...args] = spec.argv.map((word) =>
    word.replace('{connection_file}', file).replace('{resource_dir}', spec.resourceDir ?? ''),
  );
  const child = spawn(program!, args, {
    cwd,
    env: { ...env, ...spec.env, JPY_PARENT_PID: String(process.pid) },
    stdio: ['ignore', 'pipe', 'pipe'],
    // As jupyter_client starts it: what cells start by themselves is in its group, and ends with it.
    detached: process.platform !== 'win32',
  });
  const signal = (name: NodeJS.Signals): void => {
    if (child.pid !== undefined && child.exitCode === null && child.signalCode === null) signalGroup(child.pid, name);
  };
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-4000);
      onOutput?.(text);
    });
  }
  const client = connectKernel(connection);
  const exited = new Promise<{ code: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    child.once('error', (error) => {
      output += error.message;
      resolve({ code: null, signal: null });
    });
    // Not 'close': what the kernel started may hold its output open.
    child.once('exit', (code, signal) => setTimeout(resolve, DRAIN, { code, signal }));
  }).then((end) => {
    const how = end.signal ? `killed by ${end.signal}` : `exit code ${end.code}`;
    client.close(new Error(`the kernel has ended (${how})${output.trim() && `:\n${output.trim()}`}`));
    rmSync(folder, { recursive: true, force: true });
    child.stdout.destroy();
    child.stderr.destroy();
    return end;
  });
  const kill = async () => {
    signal('SIGKILL');
    await exited;
  };
  // A kernel must not outlive a runner that leaves in a hurry.
  const left = onLeaving(() => {
    signal('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  });
  void exited.then(left);

  try {
    const info = await client.ready(timeout);
    return {
      client,
      process: child,
      connection,
      info,
      exited,
      async interrupt() {
        if (spec.interrupt_mode === 'message') await client.request('interrupt_request', {}, { channel: 'control' });
        else signal('SIGINT');
      },
      async shutdown(grace = 5000) {
        if (child.exitCode === null && child.signalCode === null) {
          try {
            client.send('shutdown_request', { restart: false }, { channel: 'control' });
          } catch {
            // It ended in between: exited tells.
          }
          const timer = setTimeout(() => signal('SIGKILL'), grace);
          await exited;
          clearTimeout(timer);
        }
        await exited;
      },
      kill,
    };
  } catch (error) {
    await kill();
    throw error;
  }
}
