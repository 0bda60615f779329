import { join } from 'node:path';
import { execa } from 'execa';
import type { Page } from 'playwright-core';
import { chromium as playwright } from 'playwright-core';
import { chromium } from './chromium.ts';
import type { JupyterHome } from './jupyter.ts';
import { root } from './root.ts';

/** JupyterLab on a notebook in a real browser. */
export type LabPage = { page: Page; close(): Promise<void> };

export type LabOptions = {
  app?: 'lab' | 'notebook';
  height?: number;
  /** Before it loads anything. */
  onPage?: (page: Page) => void;
};

/** Starts JupyterLab, or Notebook 7, on a free port and opens `notebook`, a path inside `home.folder`; ready when its kernel is idle. */
export async function openLab(
  home: JupyterHome,
  notebook: string,
  { app = 'lab', height = 1000, onPage }: LabOptions = {},
): Promise<LabPage> {
  const server = execa(
    join(root, '.venv', 'bin', 'jupyter'),
    [
      app,
      '--no-browser',
      '--allow-root',
      '--port=0',
      '--ip=127.0.0.1',
      '--IdentityProvider.token=test',
      `--notebook-dir=${home.folder}`,
    ],
    { env: home.env, all: true, reject: false, cleanup: true, forceKillAfterDelay: 10_000 },
  );
  const url = await new Promise<string>((resolve, reject) => {
    let log = '';
    server.all.setEncoding('utf8').on('data', (text: string) => {
      log += text;
      const match = /(http:\/\/127\.0\.0\.1:\d+)\/(lab|tree)/.exec(log);
      if (match) resolve(match[1]!);
    });
    server.then(() => reject(new Error(`JupyterLab did not start:\n${log}`)));
  });
  const browser = await playwright.launch({
    executablePath: chromium,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      '--no-first-run',
    ],
  });
  const close = async () => {
    await browser.close();
    server.kill('SIGTERM');
    await server;
  };
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height } });
    onPage?.(page);
    await page.goto(`${url}/${app === 'lab' ? 'lab/tree' : 'notebooks'}/${notebook}?token=test`, { timeout: 120_000 });
    await page.locator('.jp-NotebookPanel .jp-Notebook').waitFor({ timeout: 120_000 });
    // Before this a Run All would be lost: the front end has no kernel yet.
    if (app === 'lab') await page.getByText('TypeScript (typelab) | Idle').waitFor({ timeout: 180_000 });
    else
      await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').first().waitFor({ timeout: 180_000 });
    return { page, close };
  } catch (error) {
    await close();
    throw error;
  }
}
