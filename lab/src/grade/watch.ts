import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { setTimeout } from 'node:timers/promises';

export type Watch = {
  /** What there was too much of. */
  readonly exceeded: string | undefined;
  /** Waits while what a cell has left behind grows: a fork bomb is then found in that cell, not in the next. */
  settle(): Promise<void>;
  end(): void;
};

/** Milliseconds. A fork bomb has some hundred processes by then, and Linux gives it no more than isolate.ts says. */
const BETWEEN_LOOKS = 200;
const LONGEST_SETTLING = 3000;

/** Of all processes of a submission together, at a time. */
export type Most = { /** Processes and their threads. */ threads: number /** Megabytes. */; resident: number };

/**
 * Ends a submission that has more than `most`: `end` is called once.
 *
 * @param pid of the `unshare` that made the submission's namespace of processes
 */
export function watchProcesses(pid: number, most: Most, end: () => void): Watch {
  if (process.platform !== 'linux') return { exceeded: undefined, settle: async () => {}, end: () => {} };
  let exceeded: string | undefined;
  const look = (): number => {
    const all = processesIn(link(`/proc/${pid}/ns/pid_for_children`)).map(sizeOf);
    const sum = (of: 'threads' | 'resident') => all.reduce((total, one) => total + one[of], 0);
    if (exceeded === undefined) {
      if (sum('threads') > most.threads) exceeded = `had more than ${most.threads} processes and threads at a time`;
      else if (sum('resident') > most.resident) exceeded = `took more than ${most.resident} MB of memory`;
      if (exceeded) {
        clearInterval(timer);
        end();
      }
    }
    return all.length;
  };
  const timer = setInterval(look, BETWEEN_LOOKS).unref();
  let before = look();
  return {
    get exceeded() {
      return exceeded;
    },
    async settle() {
      const until = performance.now() + LONGEST_SETTLING;
      for (let now = look(); now > before && !exceeded && performance.now() < until; now = look()) {
        before = now;
        await setTimeout(BETWEEN_LOOKS);
      }
    },
    end: () => clearInterval(timer),
  };
}

function processesIn(space: string | undefined): string[] {
  if (space === undefined || space === link('/proc/self/ns/pid')) return [];
  return readdirSync('/proc').filter((one) => /^\d+$/.test(one) && link(`/proc/${one}/ns/pid`) === space);
}

function sizeOf(pid: string): Most {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const number = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    return { threads: number('Threads'), resident: number('VmRSS') / 1024 };
  } catch {
    return { threads: 0, resident: 0 }; // It has ended.
  }
}

function link(path: string): string | undefined {
  try {
    return readlinkSync(path);
  } catch {
    return undefined; // It has ended.
  }
}
