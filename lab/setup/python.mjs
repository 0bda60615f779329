import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { alone } from './lock.mjs';
import { root } from './root.mjs';

const venv = join(root, '.venv');
const python = join(venv, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python');
const files = {
  lab: ['lab/requirements.txt'],
  test: ['test/requirements.txt', 'lab/requirements.txt', 'test/requirements-alone.txt'],
};

/**
 * Makes .venv with JupyterLab (`lab`), or with TensorFlow and the other tools of the tests too (`test`).
 * Without Python it says so and returns: what needs it then says what is missing.
 */
export async function installPythonTools(kind) {
  if (installed(kind) || (kind === 'lab' && installed('test'))) return;
  await alone(async () => {
    if (installed(kind)) return; // the other script did it while this one waited
    const base = findPython();
    if (!base) {
      console.error(
        'No Python 3.11–3.13 with venv was found; what needs it is left out. Debian: apt-get install python3-venv',
      );
      return;
    }
    console.error(`Installing Python packages into .venv (${kind === 'lab' ? 'about a minute' : 'some minutes'}) …`);
    try {
      if (spawnSync(python, ['-m', 'pip', '--version'], { stdio: 'ignore' }).status !== 0) {
        await rm(venv, { recursive: true, force: true }); // none yet, or one that was left half-made
        await run(base, ['-m', 'venv', venv]);
      }
      const quiet = ['--quiet', '--disable-pip-version-check', '--no-input'];
      await run(python, ['-m', 'pip', 'install', ...quiet, '-r', join(root, files[kind][0])]);
      if (kind === 'test')
        await run(python, ['-m', 'pip', 'install', ...quiet, '--no-deps', '-r', join(root, files.test[2])]);
    } catch (error) {
      await rm(venv, { recursive: true, force: true });
      throw error;
    }
    await writeFile(stamp(kind), hash(kind));
  });
}

function installed(kind) {
  return existsSync(stamp(kind)) && readFileSync(stamp(kind), 'utf8') === hash(kind);
}

function stamp(kind) {
  return join(venv, `.typelab-${kind}`);
}

function hash(kind) {
  const all = createHash('sha256');
  for (const file of files[kind]) all.update(readFileSync(join(root, file)));
  return all.digest('hex');
}

/** tensorflow-cpu and numpy have wheels for these versions; Debian splits venv's pip off into a package of its own. */
function findPython() {
  const test = 'import sys, venv, ensurepip; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))';
  return ['python3', 'python3.13', 'python3.12', 'python3.11', 'python'].find(
    (name) => spawnSync(name, ['-c', test], { stdio: 'ignore' }).status === 0,
  );
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', process.stderr, process.stderr] });
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${command} ${args.slice(0, 3).join(' ')} … ended with ${code}`)),
    );
  });
}
