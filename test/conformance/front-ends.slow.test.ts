import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { withoutChromium } from '../helpers/chromium.ts';
import { jupyterHome } from '../helpers/jupyter.ts';
import { openLab } from '../helpers/lab-page.ts';
import { withoutPython } from '../helpers/python.ts';
import { root } from '../helpers/root.ts';
import { checkMessages } from '../helpers/websocket.ts';
import { gallery } from './gallery.ts';

const skip = withoutPython || withoutChromium;
const timeout = 300_000;

for (const app of ['lab'] as const) {
  describe('JupyterLab', { skip }, () => {
    for (const theme of ['Light', 'Dark']) {
      test(`shows every display in the ${theme.toLowerCase()} theme`, { timeout }, async (t) => {
        const page = await open(t, gallery(), { app, theme, height: 4200 });
        await runAll(page);
        const last = cell(page, 18).locator('.jp-OutputArea-output');
        await last.first().waitFor({ timeout: 120_000 });
        const kinds = await page
          .locator('.jp-CodeCell')
          .evaluateAll((cells) =>
            cells.map((one) =>
              [...one.querySelectorAll('[data-mime-type]')].map((output) => output.getAttribute('data-mime-type')),
            ),
          );
        assert.deepEqual(
          kinds.map((types) => types.filter((type) => !/stdin/.test(type ?? ''))[0]),
          [
            'text/plain',
            'text/html',
            'text/html',
            'image/svg+xml',
            ...Array(4).fill('text/html'),
            'text/html',
            'text/markdown',
            'text/latex',
            'image/svg+xml',
            undefined, // Vega-Lite and widgets draw themselves.
            'text/plain',
            'text/html',
            undefined,
            'application/vnd.jupyter.stdout',
            'application/vnd.jupyter.stderr',
            'application/vnd.jupyter.stderr',
          ],
        );
        await page.locator('.vega-embed').waitFor();
        await page.locator('.widget-slider').waitFor();
        await screenshot(page, `${app}-${theme.toLowerCase()}`);
      });
    }
  });
}

async function open(
  t: TestContext,
  content: string,
  { app, theme = 'Light', height }: { app: 'lab' | 'notebook'; theme?: string; height?: number },
): Promise<Page> {
  const home = await jupyterHome();
  t.after(home.remove);
  const settings = join(home.folder, 'settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings');
  mkdirSync(dirname(settings), { recursive: true });
  writeFileSync(settings, JSON.stringify({ theme: `JupyterLab ${theme}` }));
  writeFileSync(join(home.folder, 'page.ipynb'), content);
  let messages: ReturnType<typeof checkMessages> | undefined;
  const { page, close } = await openLab(home, 'page.ipynb', {
    app,
    ...(height ? { height } : {}),
    onPage: (opened) => {
      messages = checkMessages(opened);
    },
  });
  t.after(async () => {
    await close();
    assert.ok(messages!.count > 10, 'the page got the kernel’s messages');
    assert.deepEqual([...messages!.wrong], []);
  });
  return page;
}

const cell = (page: Page, index: number): Locator => page.locator('.jp-CodeCell').nth(index);

async function runAll(page: Page): Promise<void> {
  await menu(page, 'Run', /^Run All Cells$/);
}

async function menu(page: Page, name: string, item: RegExp): Promise<void> {
  await page.locator('.lm-MenuBar-itemLabel', { hasText: new RegExp(`^${name}$`) }).click();
  await page.locator('.lm-Menu-itemLabel', { hasText: item }).first().click();
}

async function screenshot(page: Page, name: string): Promise<void> {
  mkdirSync(join(root, 'out', 'test'), { recursive: true });
  await page.screenshot({ path: join(root, 'out', 'test', `${name}.png`) });
}
