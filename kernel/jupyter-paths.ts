/** Where Jupyter looks for its data, as jupyter_core does, without asking Python. */
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

export type Surroundings = {
  env?: NodeJS.ProcessEnv;
  platform?: NodeJS.Platform;
  home?: string;
  /** The Node that kernels run on; one that is likely to stay, unless told. */
  node?: string;
};

/** The user's own data folder: JUPYTER_DATA_DIR, else the system's usual place. */
export function userDataFolder({
  env = process.env,
  platform = process.platform,
  home = homedir(),
}: Surroundings = {}): string {
  if (env.JUPYTER_DATA_DIR) return env.JUPYTER_DATA_DIR;
  if (platform === 'darwin') return join(home, 'Library', 'Jupyter');
  if (platform === 'win32') return join(env.APPDATA ?? join(home, 'AppData', 'Roaming'), 'jupyter');
  return join(env.XDG_DATA_HOME ?? join(home, '.local', 'share'), 'jupyter');
}

/** The Python environment that is active, if any. */
export function environmentPrefix({ env = process.env }: Surroundings = {}): string | undefined {
  return env.VIRTUAL_ENV || env.CONDA_PREFIX || undefined;
}

/** All data folders, those first whose kernelspecs win. */
export function dataFolders(surroundings: Surroundings = {}): string[] {
  const { env = process.env, platform = process.platform } = surroundings;
  const named = (env.JUPYTER_PATH ?? '').split(delimiter).filter(Boolean);
  const prefix = environmentPrefix(surroundings);
  const environment = prefix ? [join(prefix, 'share', 'jupyter')] : [];
  const user = [userDataFolder(surroundings)];
  // In an active environment its kernels go before the user's, as since jupyter_core 5.
  const preferred = env.JUPYTER_PREFER_ENV_PATH ? truthy(env.JUPYTER_PREFER_ENV_PATH) : prefix !== undefined;
  const system =
    platform === 'win32'
      ? [join(env.PROGRAMDATA ?? 'C:\\ProgramData', 'jupyter')]
      : ['/usr/local/share/jupyter', '/usr/share/jupyter'];
  return [...new Set([...named, ...(preferred ? [...environment, ...user] : [...user, ...environment]), ...system])];
}

function truthy(text: string): boolean {
  return !['no', 'n', 'false', 'off', '0', '0.0'].includes(text.toLowerCase());
}
