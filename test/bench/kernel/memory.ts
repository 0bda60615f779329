/** What a process and all it started hold in memory. */
import { readdirSync, readFileSync } from 'node:fs';

/** Megabytes; memory that processes share counts once. undefined where the system does not tell. */
export function treeMegabytes(pid: number): number | undefined {
  if (process.platform !== 'linux') return undefined;
  let kilobytes = 0;
  for (const one of tree(pid)) {
    try {
      kilobytes += Number(/^Pss:\s+(\d+) kB/m.exec(readFileSync(`/proc/${one}/smaps_rollup`, 'utf8'))?.[1] ?? 0);
    } catch {
      // It has ended in between.
    }
  }
  return kilobytes / 1024;
}

function tree(pid: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    try {
      parents.set(
        Number(name),
        Number(
          readFileSync(`/proc/${name}/stat`, 'utf8')
            .replace(/^.*\) /s, '')
            .split(' ')[1],
        ),
      );
    } catch {
      // It has ended in between.
    }
  }
  const found = [pid];
  for (let i = 0; i < found.length; i += 1)
    for (const [one, parent] of parents) if (parent === found[i]) found.push(one);
  return found;
}
