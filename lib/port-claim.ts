import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** From asking for a port until a server listens on it; later a claim counts for nothing. */
const CLAIM_MS = 30_000;

/**
 * Takes a port for this process for half a minute, so that two notebooks that look for a free one at the same moment do
 * not both get it: between looking and listening the operating system holds it for nobody.
 *
 * A claim is an empty file of its own, `port-pid-time`, written before the others are looked at. Of two at the same
 * moment at least one sees the other and steps back (at worst both do); one file that all write would have to be removed
 * when its owner is gone, and whoever removes it may remove the claim that came after.
 *
 * @returns whether this process has it now
 */
export function claimPort(port: number): boolean {
  const folder = join(tmpdir(), `typelab-ports-${userInfo().username}`);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const claim = join(folder, `${port}-${process.pid}-${Date.now()}`);
  writeFileSync(claim, '');
  if (!othersClaim(folder, port)) return true;
  rmSync(claim, { force: true });
  return false;
}

function othersClaim(folder: string, port: number): boolean {
  let claimed = false;
  for (const name of readdirSync(folder)) {
    const [itsPort, pid, time] = name.split('-').map(Number);
    if (time === undefined || Math.abs(Date.now() - time) > CLAIM_MS || !isAlive(pid!))
      rmSync(join(folder, name), { force: true });
    else if (itsPort === port && pid !== process.pid) claimed = true;
  }
  return claimed;
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}
