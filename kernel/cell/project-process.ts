import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { API } from 'typescript/unstable/async';
import { createLink, type Link } from './project-link.ts';

export type TypeScriptProcess = {
  api: API;
  /** Rejects with Died when the process ends before the answer. */
  alive<T>(promise: Promise<T>): Promise<T>;
  stop(): void;
};

export type ProcessOptions = {
  folder: string;
  /** What TypeScript asks for first; undefined: it reads the disk itself. */
  readFile(name: string): string | undefined;
  /** Descriptors: what is left to read when this process has died, and where it goes. */
  lastWords?: { from: number; to: number } | undefined;
};

export class Died extends Error {}

export async function startTypeScript({ folder, readFile, lastWords }: ProcessOptions): Promise<TypeScriptProcess> {
  const api = new API({ cwd: folder, fs: { readFile } });
  const { client } = api as unknown as { client: Client };
  // Before anything is asked: a request on an unconnected client starts a process of its own.
  await client.connect();
  const child = client.process;
  if (child) {
    leash(child, lastWords);
    client.connection?.dispose();
    child.stdout.removeAllListeners('data');
    client.connection = createLink(child, (method, params) => {
      const content = method === 'readFile' ? readFile(params as string) : undefined;
      return content === undefined ? undefined : { content };
    });
  }
  const died = deathOf(client);
  // Nobody may be waiting when it dies; the next request starts a new one.
  died.catch(() => {});
  return { api, alive: (promise) => Promise.race([promise, died]), stop: () => stop(client) };
}

type Client = {
  process?: ChildProcessByStdio<Writable, Readable, null>;
  connection?: Link;
  connect(): Promise<void>;
  close(): Promise<void>;
};

/** The client does not tell when its process ends, and what was asked then is never answered: watch the process itself. */
function deathOf({ process }: Client): Promise<never> {
  return new Promise((_, reject) => {
    const died = () => reject(new Died('The TypeScript process ended.'));
    if (!process) return;
    process.once('exit', died);
    // A write may find the pipe broken before the exit is told.
    process.stdin.on('error', died);
  });
}

/**
 * TypeScript ends when its input does, but not while it waits for a file that was asked of us: a kernel that is killed then
 * would leave it behind for ever. The system closes the shell's input however the kernel ends.
 */
function leash(child: ChildProcessByStdio<Writable, Readable, null>, lastWords: ProcessOptions['lastWords']): void {
  if (process.platform === 'win32' || child.pid === undefined) return;
  // V8's last words, say, are still in the pipe that descriptor 2 leads to.
  const tell = lastWords ? '; cat <&3' : '';
  const shell = spawn('/bin/sh', ['-c', `read -r _; kill -9 "$0"${tell}`, String(child.pid)], {
    detached: true,
    stdio: ['pipe', lastWords?.to ?? 'ignore', 'ignore', lastWords?.from ?? 'ignore'],
    cwd: '/',
  });
  shell.on('error', () => {});
  shell.stdin!.on('error', () => {});
  shell.unref();
  (shell.stdin as unknown as { unref(): void }).unref();
  // Its number may be another's soon.
  child.once('exit', () => shell.kill('SIGKILL'));
}

/** It has nothing to save, and a gentle signal leaves it waiting for input for ever. */
function stop(client: Client): void {
  const child = client.process;
  child?.stdin.on('error', () => {});
  void client.close();
  child?.kill('SIGKILL');
}
