import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { alone } from './lock.mjs';
import { root } from './root.mjs';

/** npm writes this at the very end of every install, and touches package-lock.json within the same moment when it adds a package. */
const installedLock = join(root, 'node_modules', '.package-lock.json');
const SAME_MOMENT = 10_000;

/** Installs the npm packages when node_modules is missing or older than the lock file. */
export async function installDependencies() {
  if (installed()) return;
  await alone(async () => {
    if (installed()) return; // the other script did it while this one waited
    console.error('Installing npm packages (about a minute) …');
    // The npm that started this script; without it (plain `node lab/setup/npm.mjs`) the one on PATH.
    const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ['npm'];
    const [command, ...first] = npm;
    const { status, error } = spawnSync(command, [...first, 'ci', '--no-fund', '--no-audit', '--loglevel=error'], {
      cwd: root,
      // What npm prints is no output of the command that made it necessary: typelab show … >FILE.
      stdio: ['ignore', process.stderr, process.stderr],
    });
    if (error) throw new Error(`npm could not be started: ${error.message}`);
    if (status !== 0)
      throw new Error(`npm ci ended with ${status}: see its messages above, then run the command again.`);
  });
}

function installed() {
  const time = (file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  return time(installedLock) + SAME_MOMENT >= time(join(root, 'package-lock.json'));
}
