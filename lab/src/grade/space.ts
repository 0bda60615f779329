import { spawn } from 'node:child_process';
import { chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statfsSync, statSync } from 'node:fs';
import { cp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onLeaving } from '../../../kernel/wire/leaving.ts';
import { actAs, canIsolate } from './may-isolate.ts';

export type SpaceOptions = {
  /** Megabytes of files. */
  disk: number;
  /** A folder with what lies in both from the start. */
  files?: string;
  /** Whether the submission may use the machine's network. */
  network: boolean;
  /** Whose it is, where the grader is root. */
  user?: number;
};

/**
 * Where one submission and its tests live, each with a folder and a disk of its own: what the one fills, the other has
 * left. Nothing of it outlives `close`.
 */
export type Space = {
  student: string;
  tests: string;
  /** How a command gets in: into a network with nothing but 127.0.0.1, and to where the disks are mounted. */
  enter: string[];
  /** Why no more can be written, where that is so. */
  full(): string | undefined;
  close(): Promise<void>;
};

/** Files and folders on one disk: each takes memory, also an empty one. */
const MOST_FILES = 100_000;
/** Less than this is full: what comes next would not fit. */
const RESERVE = 2 ** 16;

/** Of the machine there is only the folder where it makes no namespaces: see `openness`. */
export async function makeSpace({ disk, files = '', network, user }: SpaceOptions): Promise<Space> {
  const made = ['grade', 'tests'].map((one) => mkdtempSync(join(tmpdir(), `typelab-${one}-`)));
  const left = made.map((one) => onLeaving(() => rmSync(one, { recursive: true, force: true, maxRetries: 3 })));
  const [student, tests] = made.map((one) => join(one, 'work')) as [string, string];
  for (const one of [student, tests]) mkdirSync(one);
  const remove = async () => {
    for (const one of left) one();
    for (const one of made) await rm(one, { recursive: true, force: true, maxRetries: 3 });
  };
  if (!canIsolate()) {
    if (files) for (const one of [student, tests]) await cp(files, one, { recursive: true });
    const full = () => (isMoreThan(disk, student) ? told(disk) : undefined);
    return { student, tests, enter: [], full, close: remove };
  }
  if (user !== undefined) for (const one of [...made, student, tests]) chownSync(one, user, user);
  const { pid, end } = await mountDisks(made, disk, files, network, user);
  return {
    student,
    tests,
    enter: [
      ...['nsenter', `--target=${pid}`, '--user', '--mount', ...(network ? [] : ['--net'])],
      '--preserve-credentials',
    ],
    full() {
      const isFull = made.some((one) => {
        const { bfree, bsize, ffree } = statfsSync(`/proc/${pid}/root${one}`);
        return bfree * bsize < RESERVE || ffree < 2;
      });
      return isFull ? told(disk) : undefined;
    },
    async close() {
      end();
      await remove();
    },
  };
}

function told(disk: number): string {
  return `wrote more than ${disk} MB, or ${MOST_FILES.toLocaleString('en')} files, to its disk`;
}

type Holder = { /** A process in the namespaces, which last as long as it. */ pid: number; end: () => void };

async function mountDisks(
  folders: string[],
  disk: number,
  files: string,
  network: boolean,
  user?: number,
): Promise<Holder> {
  const [program, ...args] = [...actAs(user), 'unshare', network ? '-rm' : '-rmn', 'sh', '-c', MOUNT, 'sh'];
  const options = `size=${disk}m,nr_inodes=${MOST_FILES},mode=755`;
  const holder = spawn(program!, [...args, options, files, ...folders], { stdio: ['pipe', 'pipe', 'pipe'] });
  let said = '';
  holder.stderr.on('data', (text) => (said += text));
  await new Promise<void>((resolve, reject) => {
    holder.stdout.once('data', () => resolve());
    holder.once('error', reject);
    holder.once('exit', (code) =>
      reject(new Error(`no network and disk could be made for the submission: unshare ended with ${code} ${said}`)),
    );
  });
  return { pid: holder.pid!, end: () => void holder.kill('SIGKILL') };
}

const MOUNT = `
{ ip link set lo up || ifconfig lo up; } >/dev/null 2>&1
set -e; options=$1 files=$2; shift 2
for one; do
  mount -t tmpfs -o "$options" none "$one"; mkdir "$one/work" "$one/stage"
  if [ -n "$files" ]; then cp -R "$files/." "$one/work"; fi
done
echo ready; exec cat`;

function isMoreThan(megabytes: number, folder: string): boolean {
  let bytes = 0;
  let files = 0;
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    files += 1;
    if (entry.isFile()) bytes += statSync(join(entry.parentPath, entry.name), { throwIfNoEntry: false })?.size ?? 0;
    if (bytes > megabytes * 2 ** 20 || files > MOST_FILES) return true;
  }
  return false;
}
