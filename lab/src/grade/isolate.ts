import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Kernelspec } from '../../../kernel/kernelspec.ts';

export type Limits = {
  /** Megabytes of JavaScript heap, and of one file. */
  memory: number;
  fileSize: number;
  /** Processes and threads; counted by Linux for each user, so it holds where the grader is not root. */
  processes: number;
  /** Folders that the submission finds empty. */
  hidden: string[];
  /** A folder that it may read, although it lies in the temporary folder. */
  readable?: string;
};

/** A network of its own with nothing but 127.0.0.1, for the processes of one submission. */
export type Network = { enter: string[]; close(): void };

const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

/**
 * The kernel's command for one submission. Where Linux lets users make namespaces: processes of its own that all end with
 * it, no network but its own, every file read-only but those in `folder` and a /tmp of its own, and the folders in `hidden`
 * empty. Elsewhere (macOS, Windows, locked-down containers) only the limit on memory holds, and `openness` says so.
 */
export function isolated(spec: Kernelspec, folder: string, limits: Limits, network?: Network): Kernelspec {
  const env = {
    ...spec.env,
    HOME: folder,
    XDG_CACHE_HOME: folder,
    XDG_DATA_HOME: folder,
    NODE_OPTIONS: `--max-old-space-size=${limits.memory}`,
  };
  if (!canIsolate()) return { ...spec, env };
  const hidden = limits.hidden.filter((one) => existsSync(one) && !folder.startsWith(`${one}/`));
  const rlimits = [`--fsize=${limits.fileSize * 2 ** 20}`, '--core=0', `--nproc=${limits.processes}`];
  const argv = [
    ...['env', '-u', 'JPY_PARENT_PID', ...(network?.enter ?? [])],
    // A grader that is killed takes its submissions along.
    ...['setpriv', '--pdeathsig', 'KILL', 'unshare', '-rmp', '--fork', '--kill-child', 'sh', '-c', COVER, 'sh'],
    ...[tmpdir(), folder, root, limits.readable ?? root, '{connection_file}', String(hidden.length), ...hidden],
    ...['prlimit', ...rlimits, ...spec.argv],
  ];
  return { ...spec, argv, env };
}

/**
 * Arguments: the temporary folder, the one to write in, this program's, one more to read, the connection file, how many folders to hide, these,
 * and the command. The second namespace locks the mounts of the first: the student's code cannot take the covers off again.
 */
const COVER = `
set -e
tmp=$1 own=$2 root=$3 more=$4 kernel=$(dirname "$5") i=$6; shift 6
while [ "$i" -gt 0 ]; do mount -t tmpfs none "$1"; shift; i=$((i-1)); done
mount -t proc proc /proc 2>/dev/null || true
stage=$own/.stage; mkdir -p "$stage"; mount -t tmpfs -o size=512m none "$stage"
keep() { case $1 in "$tmp"/*) mkdir -p "$stage/\${1#"$tmp"/}"; mount --bind "$1" "$stage/\${1#"$tmp"/}";; esac; }
keep "$root"; keep "$more"; keep "$own"; keep "$kernel"
grep -v -E ' (proc|sysfs|devtmpfs|devpts|mqueue|cgroup2?) ' /proc/self/mounts | while read -r _ at _ flags _; do
  kept=$(printf %s "$flags" | tr , '\\n' | grep -x -E 'nosuid|nodev|noexec|noatime|nodiratime|relatime' | tr '\\n' ,)
  case $at in "$stage"|"$stage/\${own#"$tmp"/}"|"$stage/\${kernel#"$tmp"/}") continue;; esac
  mount -o "remount,bind,\${kept}ro" "$at" 2>/dev/null || true
done
mount -t tmpfs none /dev/shm 2>/dev/null || true
mount --rbind "$stage" "$tmp"
chmod 1777 "$tmp"
cd "$own"
exec unshare -rm "$@"`;

/** @returns undefined where there is none to be had; then the submission has the machine's */
export async function ownNetwork(): Promise<Network | undefined> {
  if (!canIsolate()) return undefined;
  const up = '{ ip link set lo up || ifconfig lo up; } >/dev/null 2>&1; echo ready; exec cat';
  const holder: ChildProcess = spawn('unshare', ['-rn', 'sh', '-c', up], { stdio: ['pipe', 'pipe', 'ignore'] });
  await new Promise<void>((resolve, reject) => {
    holder.stdout!.once('data', () => resolve());
    holder.once('error', reject);
    holder.once('exit', (code) =>
      reject(new Error(`no network could be made for the submission: unshare ended with ${code}`)),
    );
  });
  return {
    enter: ['nsenter', `--target=${holder.pid}`, '--user', '--net', '--preserve-credentials'],
    close: () => void holder.kill('SIGKILL'),
  };
}

/** What a submission can reach on this machine although it should not; undefined where it is isolated. */
export function openness(): string | undefined {
  if (canIsolate()) return undefined;
  return (
    'Submissions are not isolated on this machine (it lets no program make Linux namespaces): they can reach the network and ' +
    'read files, also the solution. Grade submissions that you do not trust on Linux, or in a container of their own.'
  );
}

let known: boolean | undefined;
function canIsolate(): boolean {
  const nested = [
    'setpriv',
    '--pdeathsig',
    'KILL',
    'unshare',
    '-rmp',
    '--fork',
    '--kill-child',
    'unshare',
    '-rm',
    'prlimit',
    '--core=0',
    'true',
  ];
  known ??= process.platform === 'linux' && spawnSync('unshare', ['-rn', ...nested]).status === 0;
  return known;
}
