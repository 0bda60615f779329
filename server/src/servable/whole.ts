import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

/**
 * Whether a version folder looks complete: TF Serving loads a folder as soon as it appears, and fails when a copy is still under
 * way. We wait while its files are missing or still change, but not for ever: a folder that has rested is loaded as it is, so that
 * what is wrong with it becomes visible.
 */
export function isWhole(path: string, now: number = Date.now()): boolean {
  const files = filesOf(path);
  const newest = Math.max(0, ...files.map(({ changed }) => changed));
  const rested = now - newest;
  if (rested >= PATIENCE) return true;
  // Times ahead of our clock (a network disk) are recent too.
  return complete(files) && (rested >= QUIET || !growing(path, files));
}

/** Names, sizes and times of all files: equal prints, equal folders. */
export function folderPrint(path: string): string {
  return filesOf(path)
    .map(({ name, size, changed }) => `${name}:${size}:${changed}`)
    .join();
}

/** A folder without change for so long is not being copied any more. */
const PATIENCE = 5_000;
/** A complete folder that has not changed for so long is loaded without a second look. */
const QUIET = 300;

type FileState = { name: string; size: number; changed: number };

const lastSeen = new Map<string, string>();

/** true until two looks in a row see the same sizes; the first look after a fresh complete copy has nothing to compare with. */
function growing(path: string, files: FileState[]): boolean {
  const print = files.map(({ name, size, changed }) => `${name}:${size}:${changed}`).join();
  const same = lastSeen.get(path) === print;
  if (same) lastSeen.delete(path);
  else lastSeen.set(path, print);
  return !same;
}

function filesOf(path: string): FileState[] {
  try {
    return ['.', ...readdirSync(path, { recursive: true, encoding: 'utf8' }).sort()].flatMap((name) => {
      const { size, mtimeMs, ctimeMs } = statSync(join(path, name));
      return [{ name, size, changed: Math.max(mtimeMs, ctimeMs) }];
    });
  } catch {
    // A file went away between the two calls: a copy or a delete is under way.
    return [{ name: '', size: 0, changed: Date.now() }];
  }
}

/** saved_model.pb (or a TensorFlow Lite model alone) is there, and each variables.index has all the shards that its names announce. */
function complete(files: FileState[]): boolean {
  const names = new Set(files.map(({ name }) => name));
  if (!names.has('saved_model.pb') && !names.has('saved_model.pbtxt')) return names.has('model.tflite');
  if (names.has('variables') && !names.has('variables/variables.index')) {
    return !files.some(({ name }) => name.startsWith('variables/'));
  }
  for (const name of names) {
    const shards = /^variables\/variables\.data-\d{5}-of-(\d{5})$/.exec(name);
    if (!shards) continue;
    for (let i = 0; i < Number(shards[1]); i++) {
      if (!names.has(`variables/variables.data-${String(i).padStart(5, '0')}-of-${shards[1]}`)) return false;
    }
  }
  return true;
}
