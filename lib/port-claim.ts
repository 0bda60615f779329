import { mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** From asking for a port until a server listens on it; later a claim counts for nothing. */
const CLAIM_MS = 30_000;

/**
 * Takes a port for this process for half a minute, so that two notebooks that look for a free one at the same moment do
 * not both get it: between looking and listening the operating system holds it for nobody.
 *
 * @returns whether this process has it now
 */
export function claimPort(port: number): boolean {
  const folder = join(tmpdir(), `typelab-ports-${userInfo().username}`);
  const file = join(folder, String(port));
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (isOpen(file)) rmSync(file, { force: true });
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** Ours already, out of date, or of a process that is gone. */
function isOpen(file: string): boolean {
  const { mtimeMs = 0 } = statSync(file, { throwIfNoEntry: false }) ?? {};
  if (Date.now() - mtimeMs > CLAIM_MS) return true;
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    // Empty: its owner is about to write it.
    if (pid === 0) return false;
    if (pid === process.pid) return true;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return ['ESRCH', 'ENOENT'].includes((error as NodeJS.ErrnoException).code ?? '');
  }
}
