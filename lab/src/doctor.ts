import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { dataFolders, listKernelspecs } from '../../kernel/kernelspec.ts';
import { type AddedEngine, locate, packagesOf } from '../../lib/engine/place.ts';
import { compiler, nvidiaGpus, thisMachine } from './engine/machine.ts';
import { tryEngine } from './engine/try-engine.ts';
import { findPackages, firstError } from './packages.ts';

/** One line of the report. `broken`: the default job would not run. */
export type Finding = {
  what: string;
  state: 'ok' | 'missing' | 'broken';
  found: string;
  /** The line that mends it. */
  mend?: string;
};

/** `typelab doctor`: prints what it finds; false when the default job (the course's notebook on the chosen engine) would not run. */
export async function doctor(env: NodeJS.ProcessEnv = process.env): Promise<boolean> {
  const parts = [node(), packages(), typescript(), engines(env), gpus(), jupyter(), python()];
  const findings: Finding[] = [];
  for (const part of parts) {
    for (const finding of await part) {
      findings.push(finding);
      console.log(line(finding));
    }
  }
  const broken = findings.filter(({ state }) => state === 'broken');
  console.log(
    broken.length === 0
      ? '\nThe course’s notebook can run here.'
      : `\nThe course’s notebook cannot run here: ${broken.map(({ what }) => what).join(', ')}.`,
  );
  return broken.length === 0;
}

export function line({ what, state, found, mend }: Finding): string {
  const mark = { ok: '✓', missing: '–', broken: '✗' }[state];
  return `${mark} ${what.padEnd(16)} ${found}${mend ? `\n  ${''.padEnd(16)} → ${mend}` : ''}`;
}

async function node(): Promise<Finding[]> {
  const { glibc, arch } = thisMachine();
  const system = `${process.platform} ${arch}${glibc ? `, glibc ${glibc}` : ''}`;
  // The command itself refuses an older Node before this is read.
  return [{ what: 'Node', state: 'ok', found: `${process.versions.node} (${system}) ${process.execPath}` }];
}

async function packages(): Promise<Finding[]> {
  const all = await findPackages(fileURLToPath(new URL('../..', import.meta.url)));
  const what = 'npm packages';
  return 'found' in all
    ? [{ what, state: 'ok', found: all.found }]
    : [{ what, state: 'broken', found: all.wrong, mend: 'npm ci' }];
}

async function typescript(): Promise<Finding[]> {
  const tsc = fileURLToPath(new URL('../../node_modules/typescript/bin/tsc', import.meta.url));
  const { exitCode, stdout, stderr } = await execa(process.execPath, [tsc, '--version'], { reject: false });
  if (exitCode === 0) return [{ what: 'TypeScript', state: 'ok', found: stdout.replace('Version ', '') }];
  const found = `does not start: ${firstError(stderr)}`;
  return [{ what: 'TypeScript', state: 'broken', found, mend: 'npm ci' }];
}

async function engines(env: NodeJS.ProcessEnv): Promise<Finding[]> {
  const wish = env.TYPELAB_ENGINE ?? '';
  const what = 'engine';
  const found: Finding[] = [];
  try {
    const { engine, version, why } = await tryEngine(wish);
    found.push({ what, state: 'ok', found: `${engine} (${version}): ${why}; one op ran` });
  } catch (error) {
    const mend = wish in packagesOf ? `typelab engine add ${wish}, or unset TYPELAB_ENGINE` : 'unset TYPELAB_ENGINE';
    found.push({ what, state: 'broken', found: (error as Error).message, mend: wish ? mend : 'npm ci' });
  }
  for (const name of Object.keys(packagesOf) as AddedEngine[]) {
    if (name === wish) continue;
    let why = 'not installed';
    const works =
      locate(name) &&
      (await tryEngine(name).then(
        ({ version, device }) => `${version}; one op ran on ${device}`,
        (error: Error) => {
          why = error.message;
          return undefined;
        },
      ));
    found.push(foundOr(name, works, why, `typelab engine add ${name}`));
  }
  const cxx = await compiler(env);
  const forEngine = cxx && `${cxx}, for typelab engine add tfjs-node`;
  return [...found, foundOr('C++ compiler', forEngine, 'none; tfjs-node needs one', 'apt-get install g++')];
}

async function gpus(): Promise<Finding[]> {
  const all = await nvidiaGpus();
  if (all.length === 0) return [{ what: 'NVIDIA GPU', state: 'missing', found: 'no driver answers (nvidia-smi)' }];
  return all.map(({ name, driver, cuda }) => ({
    what: 'NVIDIA GPU',
    state: 'ok',
    found: `${name}, driver ${driver}${cuda ? `, CUDA up to ${cuda}` : ''}`,
  }));
}

async function jupyter(): Promise<Finding[]> {
  const folders = dataFolders().map(
    (folder) => `${folder}${existsSync(join(folder, 'kernels')) ? '' : ' (no kernels)'}`,
  );
  const specs = (await listKernelspecs()).filter(({ name }) => name.startsWith('typelab'));
  const known = specs.length > 0 ? specs.map(({ name, resourceDir }) => `${name}  ${resourceDir}`) : [undefined];
  const { exitCode, stdout } = await execa('jupyter', ['--version'], { reject: false });
  const lab = /jupyterlab\s*:\s*(\S+)/.exec(stdout ?? '')?.[1];
  const onPath = exitCode === 0 && `on PATH${lab ? `, JupyterLab ${lab}` : ''}`;
  return [
    ...known.map((one) => foundOr('kernel spec', one, 'Jupyter does not know the kernel', 'typelab install')),
    { what: 'Jupyter paths', state: 'ok', found: folders.join(`\n  ${''.padEnd(17)}`) },
    foundOr('Jupyter', onPath, 'not on PATH', 'npm run lab brings its own into .venv'),
  ];
}

async function python(): Promise<Finding[]> {
  const venv = fileURLToPath(new URL('../../.venv', import.meta.url));
  const own = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
  const python = existsSync(own) ? own : 'python3';
  const { exitCode, stdout } = await execa(python, ['--version'], { reject: false });
  const where = python === own ? venv : 'on PATH, no .venv here (npm run lab makes it)';
  const version = exitCode === 0 && `${stdout.replace('Python ', '')}, ${where}`;
  return [foundOr('Python', version, 'none; only JupyterLab needs it', 'apt-get install python3-venv')];
}

/** What the default job does without. */
function foundOr(what: string, found: string | false | undefined, none: string, mend: string): Finding {
  return found ? { what, state: 'ok', found } : { what, state: 'missing', found: none, mend };
}
