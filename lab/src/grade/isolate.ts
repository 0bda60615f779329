import { existsSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import type { Kernelspec } from '../../../kernel/kernelspec.ts';
import { contains } from './hidden.ts';
import { actAs, canIsolate, root } from './may-isolate.ts';

export type Limits = {
  /** Megabytes of JavaScript heap, and of one file. */
  memory: number;
  fileSize: number;
  /** Processes and their threads, at a time. */
  threads: number;
  /** Folders and files that the submission finds empty. */
  hidden: string[];
  /** A folder that it may read, although it lies in the temporary folder. */
  readable?: string;
};

/**
 * The kernel's command for one submission. Where Linux lets users make namespaces: processes of its own that all end with
 * it, no network but its own, every file read-only but those in `folder` and a /tmp of its own on the same disk, and the folders
 * in `hidden` empty. Elsewhere (macOS, Windows, locked-down containers) only the limit on memory holds, and `openness` says so.
 */
export function isolated(spec: Kernelspec, folder: string, limits: Limits, enter: string[], user?: number): Kernelspec {
  const env = {
    ...spec.env,
    HOME: folder,
    XDG_CACHE_HOME: folder,
    XDG_DATA_HOME: folder,
    TYPELAB_HISTORY: 'off',
    NODE_OPTIONS: `--max-old-space-size=${limits.memory}`,
  };
  if (!canIsolate()) return { ...spec, env };
  const kept = [...new Set([root, folder, ...(limits.readable ? [limits.readable] : []), ...programsOf(spec)])];
  const hidden = limits.hidden.filter((one) => existsSync(one) && !kept.some((other) => contains(one, other)));
  // Twice what is allowed: a submission with too many is ended with a word about it (watch.ts), and a fork bomb stops here until then.
  const rlimits = [`--fsize=${limits.fileSize * 2 ** 20}`, '--core=0', `--nproc=${2 * limits.threads}`];
  const argv = [
    ...['env', '-u', 'JPY_PARENT_PID', ...handOver(user), ...enter],
    // A grader that is killed takes its submissions along.
    ...['setpriv', '--pdeathsig', 'KILL', 'unshare', '-rmp', '--fork', '--kill-child', 'sh', '-c', COVER, 'sh'],
    ...[tmpdir(), homeWithout(kept), folder, '{connection_file}'],
    ...[String(kept.length), ...kept, String(hidden.length), ...hidden],
    ...['prlimit', ...rlimits, ...spec.argv],
  ];
  return { ...spec, argv, env };
}

/** What of the grader's environment a submission gets: what programs need, and none of the tokens that lie about in CI. */
export function handedOn(): NodeJS.ProcessEnv {
  const needed =
    /^(PATH|LANG|LANGUAGE|LC_\w+|TZ|TMPDIR|TEMP|TMP|TYPELAB_\w+|LD_LIBRARY_PATH|CUDA_\w+|NVIDIA_\w+|SystemRoot|PATHEXT|ComSpec)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => needed.test(name)));
}

/** Folders with the kernel's program, wherever it is installed, and with its data. */
function programsOf({ argv }: Kernelspec): string[] {
  const folders = argv.filter(isAbsolute).map((one) => {
    for (let at = dirname(one); at !== dirname(at); at = dirname(at))
      if (existsSync(join(at, 'package.json'))) return at;
    return dirname(dirname(one));
  });
  const cache = process.env.TYPELAB_CACHE;
  // Of /bin/sh that would be everything.
  return [...folders.filter((one) => one !== dirname(one)), ...(cache && existsSync(cache) ? [resolve(cache)] : [])];
}

/** The grader's home, to be covered but for what is kept of it; empty where that cannot be. */
function homeWithout(kept: string[]): string {
  const home = homedir();
  const apart = !contains(home, tmpdir()) && !contains(tmpdir(), home) && !kept.some((one) => contains(one, home));
  return apart && existsSync(home) ? home : '';
}

/**
 * Arguments: the temporary folder and the home to cover, the folder to write in, the connection file, how many folders to keep and
 * these, how many places to hide and these, and the command. The second namespace locks the mounts of the first: the student's
 * code cannot take the covers off again. It has a session of its own because kill(0) reaches a whole process group, also the
 * part that is in no namespace.
 */
const COVER = `
set -e
tmp=$1 home=$2 own=$3 kernel=$(dirname "$4") i=$5; shift 5
mount -t proc proc /proc 2>/dev/null || true
disk=$(dirname "$own") stage=$(dirname "$own")/stage
# Relative from here: when the grader has left and the disk is gone, nothing is made in its place.
cd "$stage"; mkdir tmp home shm
under() { mkdir -p "$2"; mount --bind "$1" "$2"; }
keep() {
  case $1 in "$tmp"/*) under "$1" "tmp/\${1#"$tmp"/}";; esac
  if [ -n "$home" ]; then case $1 in "$home"/*) under "$1" "home/\${1#"$home"/}";; esac; fi
}
while [ "$i" -gt 0 ]; do keep "$1"; shift; i=$((i-1)); done
keep "$kernel"
grep -v -E ' (proc|sysfs|devtmpfs|devpts|mqueue|cgroup2?) ' /proc/self/mounts | while read -r _ at _ flags _; do
  kept=$(printf %s "$flags" | tr , '\\n' | grep -x -E 'nosuid|nodev|noexec|noatime|nodiratime|relatime' | tr '\\n' ,)
  case $at in "$disk"|"$stage/tmp/\${own#"$tmp"/}"|"$stage/tmp/\${kernel#"$tmp"/}") continue;; esac
  mount -o "remount,bind,\${kept}ro" "$at" 2>/dev/null || true
done
chmod 1777 "$stage/tmp" "$stage/shm"
mount --bind "$stage/shm" /dev/shm 2>/dev/null || true
if [ -n "$home" ]; then mount --rbind "$stage/home" "$home"; fi
mount --rbind "$stage/tmp" "$tmp"
# Last, since what is kept brings no mounts along: it may have such a place in it.
i=$1; shift
while [ "$i" -gt 0 ]; do
  if [ -d "$1" ]; then mount -t tmpfs -o ro none "$1"; elif [ -f "$1" ]; then mount --bind /dev/null "$1"; fi
  shift; i=$((i-1))
done
cd "$own"
exec setsid unshare -rm "$@"`;

/** As root: the folder of the connection file is given to the user, where the kernel makes its sockets. */
function handOver(user: number | undefined): string[] {
  if (user === undefined) return [];
  const give = 'chown -R "$1" "$(dirname "$2")" && shift 2 && exec "$@"';
  return ['sh', '-c', give, 'sh', `${user}:${user}`, '{connection_file}', ...actAs(user)];
}
