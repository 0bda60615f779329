import type { Locator, Page } from 'playwright-core';

/** One who types into the notebook's last cell. Waits for what the page shows, never for a time. */
export type Typist = {
  type(text: string): Promise<void>;
  /** Asks for completions with Tab: what the pop-up offers, or what was inserted at once because it was the only one. */
  completions(): Promise<{ offered: string[]; inserted: boolean }>;
  /** Chooses the entry with that text. */
  accept(text: string): Promise<void>;
  /** Asks with Shift+Tab and waits until the tooltip has all of `parts`. */
  tooltip(parts: string[]): Promise<void>;
  dismiss(): Promise<void>;
  /** Runs the cell and waits until its output has all of `shows`; the output's text. */
  run(shows: string[]): Promise<string>;
  /** What stands in the cell being typed. */
  text(): Promise<string>;
  theme(name: string): Promise<void>;
  picture(path: string): Promise<void>;
};

/** A busy machine may take its time; a person would wait too. */
const patience = 60_000;

export const emptyNotebook = {
  nbformat: 4,
  nbformat_minor: 5,
  metadata: { kernelspec: { name: 'typelab', display_name: 'TypeScript (typelab)', language: 'typescript' } },
  cells: [{ cell_type: 'code', id: 'first', metadata: {}, source: '', outputs: [], execution_count: null }],
};

export function typist(page: Page): Typist {
  const cells = page.locator('.jp-Notebook .jp-CodeCell');
  const popup = page.locator('.jp-Completer:not(.lm-mod-hidden)');
  const tooltip = page.locator('.jp-Tooltip');
  let current: Locator | undefined;

  async function editor(): Promise<Locator> {
    current ??= cells.nth((await cells.count()) - 1);
    return current.locator('.cm-content');
  }

  async function focus(): Promise<void> {
    const content = await editor();
    if (await content.evaluate((node) => node === document.activeElement)) return;
    await content.click();
    await page.keyboard.press('Control+End');
  }

  async function text(): Promise<string> {
    return (await (await editor()).textContent()) ?? '';
  }

  return {
    async type(text) {
      await focus();
      await page.keyboard.type(text);
    },
    async completions() {
      const before = await text();
      await page.keyboard.press('Tab');
      const offered = popup.locator('.jp-Completer-item').first().waitFor({ timeout: patience });
      const inserted = page.waitForFunction(
        ([node, old]) => (node as Element).textContent !== old,
        [await (await editor()).elementHandle(), before] as const,
        { timeout: patience },
      );
      await Promise.race([offered, inserted]);
      // The one that loses goes on until the page is closed.
      for (const one of [offered, inserted]) one.catch(() => {});
      if ((await text()) !== before) return { offered: [], inserted: true };
      const names = await popup.locator('.jp-Completer-match').allTextContents();
      return { offered: names.map((name) => name.trim()), inserted: false };
    },
    async accept(name) {
      await popup.locator('.jp-Completer-match').getByText(name, { exact: true }).first().click();
      await popup.waitFor({ state: 'hidden', timeout: patience });
    },
    async tooltip(parts) {
      await page.keyboard.press('Shift+Tab');
      await tooltip.waitFor({ timeout: patience });
      // It is there before its Markdown has been drawn.
      const has = (wanted: string[]) => {
        const shown = document.querySelector('.jp-Tooltip')?.textContent ?? '';
        return wanted.every((part) => shown.includes(part));
      };
      await page.waitForFunction(has, parts, { timeout: patience }).catch(async () => {
        throw new Error(`the tooltip lacks one of ${parts.join(', ')}: ${await tooltip.textContent()}`);
      });
    },
    async dismiss() {
      await page.keyboard.press('Escape');
      await tooltip.waitFor({ state: 'hidden', timeout: patience });
      await popup.waitFor({ state: 'hidden', timeout: patience });
    },
    text,
    async run(shows) {
      const before = await cells.count();
      await focus();
      await page.keyboard.press('Shift+Enter');
      await page.waitForFunction((n) => document.querySelectorAll('.jp-Notebook .jp-CodeCell').length > n, before, {
        timeout: patience,
      });
      const ran = cells.nth(before - 1);
      await ran.locator('.jp-InputPrompt', { hasText: /\[\d+\]/ }).waitFor({ timeout: patience });
      const output = ran.locator('.jp-OutputArea');
      for (const part of shows) await output.getByText(part).first().waitFor({ timeout: patience });
      current = undefined;
      return (await output.textContent()) ?? '';
    },
    async theme(name) {
      const dark = name.includes('Dark');
      await page.getByText('Settings', { exact: true }).first().click();
      await page.getByText('Theme', { exact: true }).first().hover();
      await page
        .getByRole('menuitem', { name, exact: true })
        .or(page.getByText(name, { exact: true }))
        .first()
        .click();
      await page.locator(`body[data-jp-theme-light="${!dark}"]`).waitFor({ state: 'attached', timeout: patience });
      await page.locator('#jupyterlab-splash').waitFor({ state: 'detached', timeout: patience });
    },
    async picture(path) {
      await cells.last().scrollIntoViewIfNeeded({ timeout: patience });
      await page.screenshot({ path });
    },
  };
}
