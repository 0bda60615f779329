import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Kernelspec } from '../../../kernel/kernelspec.ts';

export const root = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '');

let known: boolean | undefined;
/** Whether this machine lets programs make the namespaces that submissions run in; `isolated` uses just these. */
export function canIsolate(): boolean {
  known ??= process.platform === 'linux' && succeeds([...NESTED, 'true']);
  return known;
}

/** What a submission can do on this machine although it should not; undefined where it is isolated. */
export function openness(spec: Kernelspec): string | undefined {
  if (!canIsolate()) {
    const why = process.platform === 'linux' ? 'it lets no program make Linux namespaces' : 'only Linux can';
    return (
      `Submissions are not isolated on this machine (${why}): they can read files, also the solution and the hidden tests, ` +
      'reach the network, write outside their folders, start processes without a limit and leave them behind. Grade submissions that you do not trust on Linux, or ' +
      'each in a container of its own.'
    );
  }
  if (process.getuid!() === 0 && ownUser(spec) === undefined)
    return (
      `Submissions run as root, whose processes Linux does not limit, because no other user can read ${root} or make namespaces: ` +
      'a fork bomb may slow this machine down until it is found. Put typelab where all users can read it, or grade as one who is not root.'
    );
  return undefined;
}

/**
 * A user that nobody is, for the submissions of a grader that is root: Linux limits the processes of everybody but root, and a
 * submission then reads no file that only root can read. Undefined where the grader is not root, or where that user cannot run the kernel.
 */
export function ownUser({ argv }: Kernelspec): number | undefined {
  if (!canIsolate() || process.getuid!() !== 0) return undefined;
  const needed = [...argv.filter((one) => isAbsolute(one)), join(root, 'package.json'), join(root, 'node_modules')];
  const key = needed.join('\n');
  const readable = ['sh', '-c', 'for one; do test -r "$one" || exit 1; done', 'sh', ...needed];
  if (!able.has(key)) able.set(key, succeeds([...actAs(NOBODY), ...NESTED, ...readable]));
  return able.get(key) ? NOBODY : undefined;
}

export function actAs(user: number | undefined): string[] {
  return user === undefined ? [] : ['setpriv', `--reuid=${user}`, `--regid=${user}`, '--clear-groups'];
}

const able = new Map<string, boolean>();

/** Among those that systemd keeps for services that need a user for a while; a container that has fewer users has none, and root is used. */
const NOBODY = 64_923;

/** Some systems let everybody make namespaces in which nothing can then be mounted. */
const NESTED = [
  ...['unshare', '-rnm', 'sh', '-c', 'mount -t tmpfs none "$1" && shift && exec "$@"', 'sh', tmpdir()],
  ...['setpriv', '--pdeathsig', 'KILL', 'unshare', '-rmp', '--fork', '--kill-child'],
  ...['setsid', 'unshare', '-rm', 'prlimit', '--core=0'],
];

function succeeds([program, ...args]: string[]): boolean {
  return spawnSync(program!, args, { stdio: 'ignore' }).status === 0;
}
