import { readdirSync, readlinkSync } from 'node:fs';

/**
 * Ends a submission that has more than `most` processes: `onTooMany` is called once. The kernel of Linux counts a user's
 * processes too (see isolate.ts), but not root's.
 *
 * @param pid of the `unshare` that made the submission's namespace of processes
 */
export function watchProcesses(pid: number, most: number, onTooMany: () => void): () => void {
  if (process.platform !== 'linux') return () => {};
  const timer = setInterval(() => {
    const space = link(`/proc/${pid}/ns/pid_for_children`);
    if (space === undefined || space === link('/proc/self/ns/pid')) return;
    const count = readdirSync('/proc').filter(
      (one) => /^\d+$/.test(one) && link(`/proc/${one}/ns/pid`) === space,
    ).length;
    if (count <= most) return;
    clearInterval(timer);
    onTooMany();
  }, 200);
  timer.unref();
  return () => clearInterval(timer);
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // It has ended.
  }
}
