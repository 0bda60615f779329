/**
 * Bundles what a kernel loads at its start: a file for each thread instead of 300. launch.cjs takes the bundles while they
 * are newer than what went into them, and the sources otherwise, so nothing depends on them but the time a start takes.
 * As a program: `node kernel/prepare.ts`.
 */
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { setPriority } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { type BuildOptions, build, type Plugin } from 'esbuild';

const root = fileURLToPath(new URL('..', import.meta.url));
const cache = join(root, 'node_modules', '.cache', 'typelab');

/** Names the folder of the bundles and what went into them. */
const manifest = join(cache, 'start.json');
/** A process that prepares takes a second; a sign of it that is older was left by one that was killed. */
const PREPARING = 60_000;
/** A kernel loads some of its bundles late, so those of a kernel that still runs must not go. */
const OLD = 7 * 86_400_000;

/** @returns false where another process is at it, or the sources changed meanwhile @throws when the cache cannot be written */
export async function prepareKernel(): Promise<boolean> {
  mkdirSync(cache, { recursive: true });
  const busy = join(cache, 'start.lock');
  if (age(busy) > PREPARING) rmSync(busy, { recursive: true, force: true });
  try {
    mkdirSync(busy);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  const folder = mkdtempSync(join(cache, 'start-'));
  let taken = false;
  try {
    chmodSync(folder, 0o755); // Who may read the sources may read these.
    const began = Date.now();
    const inputs = (await Promise.all([bundleMain(folder), bundleWorker(folder)])).flat();
    const files = [...new Set(inputs.map(watched))].map((file) => [file, statSync(join(root, file)).mtimeMs] as const);
    // What was edited meanwhile may or may not be in them; the next start will see.
    if (files.some(([, time]) => time > began)) return false;
    const text = JSON.stringify({ folder: basename(folder), files });
    writeFileSync(join(folder, 'manifest.json'), text);
    renameSync(join(folder, 'manifest.json'), manifest);
    taken = true;
    for (const name of readdirSync(cache))
      if (name.startsWith('start-') && name !== basename(folder) && age(join(cache, name)) > OLD)
        rmSync(join(cache, name), { recursive: true, force: true });
    return true;
  } finally {
    if (!taken) rmSync(folder, { recursive: true, force: true });
    rmSync(busy, { recursive: true, force: true });
  }
}

const age = (path: string): number => Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now());

const common: BuildOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  metafile: true,
  absWorkingDir: root,
  logLevel: 'silent',
  // Each file's own, which inPlace gives it.
  define: { 'import.meta.url': 'importMetaUrl', 'import.meta.dirname': 'importMetaDirname' },
  // Native code, and what only some cells need.
  external: ['zeromq', 'esbuild', 'jsdom', 'execa', '@oxc-*'],
};

/** The thread of the user's code. In pieces, because cells load some of its modules by address, and there must be one of each. */
async function bundleMain(folder: string): Promise<string[]> {
  const { metafile } = await build({
    ...common,
    entryPoints: { main: 'kernel/main.ts', api: 'kernel/api.ts', tslab: 'kernel/runtime/tslab.ts' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    format: 'esm',
    splitting: true,
    plugins: [inPlace({ 'kernel/entries.ts': entriesText })],
  });
  return Object.keys(metafile!.inputs);
}

const entriesText = `const { url } = import.meta;
export const entries = { tslab: new URL('./tslab.mjs', url).href, api: new URL('./api.mjs', url).href };`;

/** The thread of the protocol and the compiler. CommonJS: a worker needs 20 ms for its first import. */
async function bundleWorker(folder: string): Promise<string[]> {
  const { metafile } = await build({
    ...common,
    entryPoints: ['kernel/session/worker.ts'],
    outfile: join(folder, 'worker.cjs'),
    format: 'cjs',
    plugins: [inPlace({})],
  });
  return Object.keys(metafile!.inputs);
}

/** Modules go on finding what lies beside their source. */
function inPlace(replaced: Record<string, string>): Plugin {
  return {
    name: 'in-place',
    setup({ onLoad }) {
      onLoad({ filter: /\.[cm]?[jt]s$/ }, ({ path }) => {
        const contents = replaced[relative(root, path).replaceAll('\\', '/')];
        const loader = path.endsWith('.ts') ? 'ts' : 'js';
        if (contents !== undefined) return { loader, contents };
        const text = readFileSync(path, 'utf8');
        if (!/\bimport\.meta\.(?:url|dirname)\b/.test(text)) return { loader, contents: text };
        const url = JSON.stringify(pathToFileURL(path).href);
        const folder = JSON.stringify(dirname(path));
        // On the first line, so that the others keep their numbers.
        return { loader, contents: `const importMetaUrl = ${url}, importMetaDirname = ${folder}; ${text}` };
      });
    },
  };
}

/** What has to be looked at to know whether a bundled file has changed: of a package, its manifest. */
function watched(file: string): string {
  const of = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+\//.exec(file)?.[0];
  return of ? `${of}package.json` : file;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  setPriority(10); // A kernel has just started and is in use.
  await prepareKernel();
}
