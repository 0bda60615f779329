import { type ChildProcess, spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { mark } from './child-env.ts';

const script = fileURLToPath(new URL('./watchdog.sh', import.meta.url));
let watchdog: ChildProcess | undefined;

/** Process groups that must not outlive this process, however it ends. There is one watchdog for a process, started on need. */
export function watch(group: number): void {
  tell(`add ${group}`);
}

export function unwatch(group: number): void {
  if (watchdog) tell(`drop ${group}`);
}

/** Lets the watchdog sweep now; what is started later gets a new one. */
export function sweep(): void {
  watchdog?.stdin?.end();
  watchdog = undefined;
}

function tell(line: string): void {
  if (process.platform === 'win32') return;
  if (!watchdog) {
    watchdog = spawn('/bin/sh', [script], { detached: true, stdio: ['pipe', 'ignore', 'ignore'], cwd: '/' });
    watchdog.on('error', () => {});
    watchdog.stdin!.on('error', () => {});
    // It must not keep a finished process alive: its whole purpose is to outlive it.
    watchdog.unref();
    (watchdog.stdin as unknown as { unref(): void }).unref();
    watchdog.stdin!.write(`${mark}\n`);
  }
  watchdog.stdin!.write(`${line}\n`);
}
