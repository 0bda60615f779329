import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Kernelspec } from '../../../kernel/kernelspec.ts';

export type Limits = { memory: number; fileSize: number; network: boolean; hidden: string[] };

/**
 * The kernel's command for one submission. Where Linux lets users make namespaces: processes of its own that all end with
 * it, no network, and the folders in `hidden` empty. Elsewhere (macOS, Windows, locked-down containers) only the limit on
 * memory holds, and `openness` says so.
 */
export function isolated(spec: Kernelspec, folder: string, { memory, fileSize, network, hidden }: Limits): Kernelspec {
  const env = {
    ...spec.env,
    HOME: folder,
    XDG_CACHE_HOME: folder,
    XDG_DATA_HOME: folder,
    NODE_OPTIONS: `--max-old-space-size=${memory}`,
  };
  if (!canIsolate()) return { ...spec, env };
  const places = hidden.filter(existsSync).filter((one) => !folder.startsWith(`${one}/`));
  // The second namespace locks the first one's mounts: the student's code cannot take the covers off again.
  const inner =
    'i=$1; shift; while [ "$i" -gt 0 ]; do mount -t tmpfs none "$1" || exit 1; shift; i=$((i-1)); done; exec unshare -rm "$@"';
  const argv = [
    ...['env', '-u', 'JPY_PARENT_PID', 'unshare', '-rmp', '--fork', '--kill-child', ...(network ? [] : ['-n'])],
    ...[
      'sh',
      '-c',
      inner,
      'sh',
      String(places.length),
      ...places,
      'prlimit',
      `--fsize=${fileSize * 2 ** 20}`,
      '--core=0',
    ],
    ...spec.argv,
  ];
  return { ...spec, argv, env };
}

/** What a submission can reach on this machine although it should not; undefined where it is isolated. */
export function openness(): string | undefined {
  if (canIsolate()) return undefined;
  return (
    'Submissions are not isolated on this machine (it lets no program make Linux namespaces): they can reach the network and ' +
    'read files, also the solution. Grade submissions that you do not trust on Linux, or in a container of their own.'
  );
}

/** The folder of a notebook, to be hidden. */
export function folderOf(path: string): string {
  return dirname(path);
}

let known: boolean | undefined;
function canIsolate(): boolean {
  known ??=
    process.platform === 'linux' &&
    spawnSync('unshare', ['-rmpn', '--fork', '--kill-child', 'unshare', '-rm', 'prlimit', '--core=0', 'true'])
      .status === 0;
  return known;
}
