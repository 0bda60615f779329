import type { Browser, Page } from 'playwright-core';
import { chromium as playwright } from 'playwright-core';
import { chromium } from './chromium.ts';
import type { JupyterHome } from './jupyter.ts';
import { type JupyterApp, type Owner, startJupyterServer } from './jupyter-server.ts';

export type PageOptions = {
  height?: number;
  /** Before it loads anything. */
  onPage?: (page: Page) => void;
};

/** JupyterLab or Notebook 7 in a real browser. */
export type FrontEnd = {
  /** Opens a notebook, a path inside the home's folder, in a new tab; ready when its kernel is idle. */
  open(notebook: string, options?: PageOptions): Promise<Page>;
};

/** Starts a server and a browser, which end after the test, however it ends. */
export async function startFrontEnd(owner: Owner, home: JupyterHome, app: JupyterApp): Promise<FrontEnd> {
  const { url, token } = await startJupyterServer(owner, home, app);
  const browser = await launch();
  owner.after(() => browser.close());
  const context = await browser.newContext();
  let opened = 0;
  return {
    async open(notebook, { height = 1000, onPage } = {}) {
      const page = await context.newPage();
      await page.setViewportSize({ width: 1280, height });
      onPage?.(page);
      const answered = kernelAnswers(page);
      // A workspace of its own: the default one would open the notebooks of earlier pages too.
      opened += 1;
      const place = app === 'lab' ? `lab/workspaces/page-${opened}/tree` : 'notebooks';
      await page.goto(`${url}/${place}/${notebook}?token=${token}`, { timeout: 120_000 });
      await page.locator('.jp-NotebookPanel .jp-Notebook').waitFor({ timeout: 120_000 });
      await answered;
      if (app === 'lab') await page.getByText('TypeScript (typelab) | Idle').waitFor({ timeout: 180_000 });
      else await idle(page);
      return page;
    },
  };
}

/** One notebook in JupyterLab. */
export async function openLab(owner: Owner, home: JupyterHome, notebook: string): Promise<Page> {
  const lab = await startFrontEnd(owner, home, 'lab');
  return lab.open(notebook);
}

/** As the page's indicator says, which also does so before there is a kernel. */
export async function idle(page: Page): Promise<void> {
  await page
    .locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]')
    .first()
    .waitFor({ state: 'attached', timeout: 180_000 });
}

/** Before this a Run All would be lost: the front end has no kernel yet. */
function kernelAnswers(page: Page): Promise<void> {
  return new Promise((resolve) => {
    page.on('websocket', (socket) =>
      socket.on('framereceived', ({ payload }) => {
        if (payload.includes('kernel_info_reply')) resolve();
      }),
    );
  });
}

function launch(): Promise<Browser> {
  return playwright.launch({
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
}
