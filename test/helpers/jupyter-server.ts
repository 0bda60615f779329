import { join } from 'node:path';
import { execa } from 'execa';
import type { JupyterHome } from './jupyter.ts';
import { python } from './python.ts';
import { root } from './root.ts';

export type JupyterApp = 'lab' | 'notebook';

/** A Jupyter server in a process tree of its own. */
export type JupyterServer = { url: string; token: string };

/** Whose end the server's end is: a test's context. */
export type Owner = { after(hook: () => Promise<void>): void };

/**
 * Starts a Jupyter server on a free port. It ends, with its kernels, after the test: also when that timed out while this
 * still waited, and when the test's process was killed.
 */
export async function startJupyterServer(owner: Owner, home: JupyterHome, app: JupyterApp): Promise<JupyterServer> {
  const server = execa(
    python!,
    [
      join(root, 'test/helpers/supervise.py'),
      join(root, '.venv/bin/jupyter'),
      app,
      '--no-browser',
      '--allow-root',
      '--port=0',
      '--ip=127.0.0.1',
      '--IdentityProvider.token=test',
      `--notebook-dir=${home.folder}`,
    ],
    // Detached: Ctrl+C ends the test, and that ends its stdin, in one way for all cases.
    { env: home.env, all: true, reject: false, stdin: 'pipe', cleanup: false, detached: true },
  );
  owner.after(async () => {
    server.stdin.end();
    await server;
  });
  const url = await new Promise<string>((resolve, reject) => {
    let log = '';
    server.all.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      const match = /(http:\/\/127\.0\.0\.1:\d+)\/(lab|tree)/.exec(log);
      if (match) resolve(match[1]!);
    });
    server.then(() => reject(new Error(`Jupyter ${app} ended:\n${log}`)));
  });
  return { url, token: 'test' };
}
