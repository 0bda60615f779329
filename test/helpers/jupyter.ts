import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { installKernelspec } from '../../kernel/kernelspec.ts';
import { root } from './root.ts';

/** A folder for one test and an environment in which Jupyter's programs find our kernel and nothing of the user's. */
export type JupyterHome = { folder: string; env: NodeJS.ProcessEnv; remove(): void };

export async function jupyterHome(): Promise<JupyterHome> {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-test-'));
  await installKernelspec({ prefix: folder });
  const at = (name: string) => join(folder, name);
  const env = {
    ...process.env,
    JUPYTER_PATH: at('share/jupyter'),
    JUPYTER_DATA_DIR: at('data'),
    JUPYTER_CONFIG_DIR: at('config'),
    JUPYTER_RUNTIME_DIR: at('runtime'),
    JUPYTERLAB_SETTINGS_DIR: at('settings'),
    JUPYTERLAB_WORKSPACES_DIR: at('workspaces'),
    IPYTHONDIR: at('ipython'),
    PATH: `${join(root, '.venv', 'bin')}:${process.env.PATH}`,
  };
  // No news pop-up over the page, and every output in the DOM even when it is scrolled away.
  const settings = {
    '@jupyterlab/apputils-extension/notification': { fetchNews: 'false', checkForUpdates: false },
    '@jupyterlab/notebook-extension/tracker': { windowingMode: 'none' },
  };
  for (const [plugin, values] of Object.entries(settings)) {
    const file = at(`settings/${plugin}.jupyterlab-settings`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, JSON.stringify(values));
  }
  return {
    folder,
    env,
    remove: () => rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 }),
  };
}
