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

/**
 * Lets the watchdog sweep now, and what cells have started by themselves, without a magic, as soon as the kernel is gone: that is in
 * the kernel's own group where Jupyter has given it one, and ipykernel ends it too. What is started later gets a new watchdog.
 */
export function sweep(): void {
  if (leadsGroup()) tell(`own ${process.pid}`);
  watchdog?.stdin?.end();
  watchdog = undefined;
}

/** Not where it was started from a shell. */
function leadsGroup(): boolean {
  // The first process of a container would name everybody by -1.
  if (process.pid === 1) return false;
  try {
    return process.kill(-process.pid, 0);
  } catch {
    return false;
  }
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
