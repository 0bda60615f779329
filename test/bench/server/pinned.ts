import { execFileSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** The command on one core, where the system can do that: the servers on 0, the load on 1. */
export function pinned(core: 0 | 1, command: string[]): string[] {
  return canPin() ? ['taskset', '-c', String(core), ...command] : command;
}

function canPin(): boolean {
  if (availableParallelism() < 2) return false;
  try {
    execFileSync('taskset', ['-c', '1', 'true'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
