import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';

// No system call of Node's swaps two folders, so overwriting a version takes two renames: the old one out of the way, the new
// one in. In between, and for good after a crash there, the version lies under the name that says which it is. Readers look
// there, and the next save puts it back. None of these names is a number, so no server takes one for a version.

/** Names for one save in a model's folder: where it is written, and where the version that it replaces waits. */
export function savePlaces(base: string, version: string): { aside: string; replaced: string } {
  const mark = `${randomBytes(6).toString('hex')}-${process.pid}@${host}`;
  return { aside: join(base, `.saving-${mark}`), replaced: join(base, `.replaced-${version}-${mark}`) };
}

const host = hostname().replace(/[^\w.-]/g, '_');
const MARK = /^\.(?:saving|replaced-(?<version>\d+))-[0-9a-f]{12}-(?<pid>\d+)@(?<host>.+)$/;

/** Versions that are missing in a model's folder because their replacement never came: their names, and the folder that holds them. */
export function standIns(names: readonly string[]): Map<string, string> {
  const waiting = names.flatMap((name) => {
    const version = MARK.exec(name)?.groups?.version;
    return version !== undefined && !names.includes(version) ? [[version, name] as const] : [];
  });
  return new Map(waiting);
}

/** The folder that holds a version now. */
export function folderOf(exportPath: string): string {
  if (existsSync(exportPath) || !existsSync(dirname(exportPath))) return exportPath;
  const found = standIns(readdirSync(dirname(exportPath))).get(basename(exportPath));
  return found === undefined ? exportPath : join(dirname(exportPath), found);
}

/** Puts back what interrupted saves took away, and removes what they left. */
export function recover(base: string): void {
  const dead = readdirSync(base).filter((name) => isLeft(base, name));
  for (const [version, name] of standIns(readdirSync(base)))
    if (dead.includes(name)) attempt(() => renameSync(join(base, name), join(base, version)));
  for (const name of dead) attempt(() => rmSync(join(base, name), { recursive: true, force: true }));
}

/** Of a save that goes on no more: its process is gone, or, on another machine that shares the folder, a day has passed. */
function isLeft(base: string, name: string): boolean {
  const owner = MARK.exec(name)?.groups;
  if (!owner) return false;
  if (owner.host === host) return !isAlive(Number(owner.pid));
  const changed = statSync(join(base, name), { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
  return Date.now() - changed > 24 * 3_600_000;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Another save may tidy up at the same time, and what belongs to another user stays: neither stops this save. */
function attempt(change: () => void): void {
  try {
    change();
  } catch (error) {
    if (!(error as NodeJS.ErrnoException).code) throw error;
  }
}
