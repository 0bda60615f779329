import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';

export type PipSettings = {
  /** The index's simple API, without a slash at the end. */
  index: string;
  /** A file with the certificates to trust besides Node's. */
  certificates?: string;
};

/**
 * The index that pip uses on this machine: PIP_INDEX_URL, pip's configuration files, uv's variables, else the one that a pip without
 * any configuration has built in. No address is written down here: whoever has a mirror has told pip.
 */
export async function pipSettings(
  env: NodeJS.ProcessEnv = process.env,
  builtIn: () => Promise<string | undefined> = askPip,
): Promise<PipSettings> {
  const files = configurationFiles(env);
  const certificates = env.PIP_CERT || setting('cert', files);
  const uv = env.UV_DEFAULT_INDEX || env.UV_INDEX_URL;
  const index = env.PIP_INDEX_URL || setting('index-url', files) || uv || (await builtIn());
  if (!index) {
    throw new Error(
      'The address of a Python package index is not known: PIP_INDEX_URL is not set, none of pip’s configuration files ' +
        'has an index-url, and there is no pip to ask for its own. Set PIP_INDEX_URL to the index’s simple API ' +
        '(it ends in /simple), or TYPELAB_TF_WHEEL to a TensorFlow wheel or a folder with an installed tensorflow.',
    );
  }
  return { index: index.replace(/\/+$/, ''), ...(certificates && { certificates }) };
}

/** Of pip's files in its order, the last one wins. */
function configurationFiles(env: NodeJS.ProcessEnv): string[] {
  const home = homedir();
  const name = process.platform === 'win32' ? 'pip.ini' : 'pip.conf';
  const user =
    process.platform === 'win32'
      ? [join(home, 'pip', name), join(env.APPDATA ?? join(home, 'AppData/Roaming'), 'pip', name)]
      : [join(home, '.pip', name), join(env.XDG_CONFIG_HOME || join(home, '.config'), 'pip', name)];
  const system = ['/etc/xdg/pip/pip.conf', '/etc/pip.conf'];
  const environment = env.VIRTUAL_ENV ? [join(env.VIRTUAL_ENV, name)] : [];
  // /dev/null, as pip has it, turns all files off.
  if (env.PIP_CONFIG_FILE === '/dev/null' || env.PIP_CONFIG_FILE === 'nul') return [];
  return [...system, ...user, ...environment, ...(env.PIP_CONFIG_FILE ? [env.PIP_CONFIG_FILE] : [])];
}

/** `key` of the sections [global] and [install]; what is for pip install wins. */
function setting(key: string, files: string[]): string | undefined {
  let [global, install]: (string | undefined)[] = [];
  for (const file of files) {
    let section = '';
    for (const line of read(file).split(/\r?\n/)) {
      section = /^\s*\[(.+)\]\s*$/.exec(line)?.[1]?.trim() ?? section;
      const [, name, value] = /^\s*([\w-]+)\s*[=:]\s*(.*?)\s*$/.exec(line) ?? [];
      if (name?.replaceAll('_', '-') !== key) continue;
      if (section === 'global') global = value;
      if (section === 'install') install = value;
    }
  }
  return install ?? global;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return ''; // Most of them are not there, on most machines.
  }
}

async function askPip(): Promise<string | undefined> {
  const code = 'from pip._internal.models.index import PyPI; print(PyPI.simple_url)';
  for (const python of ['python3', 'python']) {
    const { stdout, exitCode } = await execa(python, ['-c', code], { reject: false });
    if (exitCode === 0 && stdout) return stdout.trim();
  }
  return undefined;
}
