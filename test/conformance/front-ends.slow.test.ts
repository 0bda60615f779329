import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import type { Locator, Page } from 'playwright-core';
import { withoutChromium } from '../helpers/chromium.ts';
import { jupyterHome } from '../helpers/jupyter.ts';
import { idle, startFrontEnd } from '../helpers/lab-page.ts';
import { withoutPython } from '../helpers/python.ts';
import { root } from '../helpers/root.ts';
import { checkMessages } from '../helpers/websocket.ts';
import { typist } from '../jupyterlab/typist.ts';
import { gallery, notebook } from './gallery.ts';

const frontEnds = [
  { app: 'lab', name: 'JupyterLab', first: 'Light', second: 'Dark' },
  { app: 'notebook', name: 'Notebook 7', first: 'Dark', second: 'Light' },
] as const;

/** A busy machine may take its time; a person would wait too. */
const timeout = 60_000;

/** What Jupyter's own pages say, whatever the kernel: an extension's settings in Notebook 7, a widget manager's opening comm in another tab. */
const known = /reading 'schema'|Comm not found/;

for (const { app, name, first, second } of frontEnds) {
  test(`${name} runs, interrupts, restarts, completes, asks and shows every display`, {
    skip: withoutPython || withoutChromium,
    timeout: 900_000,
  }, async (t) => {
    const home = await jupyterHome();
    t.after(home.remove);
    const pictures = mkdtempSync(join(tmpdir(), `typelab-${app}-`));
    t.diagnostic(`the pictures are in ${pictures}`);
    const settings = join(home.folder, 'settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings');
    mkdirSync(dirname(settings), { recursive: true });
    writeFileSync(settings, JSON.stringify({ theme: `JupyterLab ${first}` }));
    mkdirSync(join(home.folder, 'node_modules'));
    for (const one of ['jsdom', 'linkedom'])
      symlinkSync(join(root, 'node_modules', one), join(home.folder, 'node_modules', one));
    const frontEnd = await startFrontEnd(t, home, app);
    const complaints: string[] = [];

    const open = async (file: string, height?: number) => {
      let messages: ReturnType<typeof checkMessages> | undefined;
      const onPage = (page: Page) => {
        messages = checkMessages(page);
        page.on('pageerror', (error) => {
          if (!known.test(error.message)) complaints.push(`${file}: ${error.message}`);
        });
        page.on('console', (said) => {
          const text = `${said.text()} (${said.location().url})`;
          if (said.type() === 'error' && !known.test(text)) complaints.push(`${file}: ${text}`);
        });
      };
      const page = await frontEnd.open(file, { onPage, ...(height ? { height } : {}) });
      const done = async () => {
        await page.close();
        assert.ok(messages!.count > 10, 'the page got the kernel’s messages');
        assert.deepEqual([...messages!.wrong], []);
      };
      return { page, done };
    };

    /** A notebook with these cells in a page of its own. */
    const step = (
      title: string,
      cells: Parameters<typeof notebook>[0],
      body: (page: Page) => Promise<void>,
      tall = 1000,
    ) =>
      t.test(title, async () => {
        const file = `${title.replaceAll(/\W+/g, '-')}.ipynb`;
        writeFileSync(join(home.folder, file), notebook(cells));
        const { page, done } = await open(file, tall);
        try {
          await body(page);
        } catch (error) {
          await picture(page, `failed-${title}`);
          throw error;
        }
        await done();
      });

    const picture = (page: Page, of: string) => page.screenshot({ path: join(pictures, `${of}.png`) });

    await step(
      `every display, run in the ${first} theme and then seen in the ${second} one`,
      gallery,
      async (page) => {
        await menu(page, 'Run', /^Run All Cells$/);
        await ran(page, gallery.length - 1, gallery.length);
        await page.locator('.vega-embed svg, .vega-embed canvas').first().waitFor({ timeout });
        await page.locator('.widget-button').waitFor({ timeout });
        assert.deepEqual(
          await drawnAs(page),
          gallery.map((one) => one.as ?? 'an extension'),
        );
        const tall = await page
          .locator('.jp-Notebook-cell')
          .last()
          .evaluate((cell) => {
            const end = cell.getBoundingClientRect().bottom;
            return Math.ceil(end);
          });
        for (const theme of [first, second]) {
          if (theme === second) await typist(page).theme(`JupyterLab ${second}`);
          for (let top = 0; top < tall; top += 1500)
            await page.screenshot({
              path: join(pictures, `displays-${theme}-${top / 1500 + 1}.png`),
              clip: { x: 0, y: top, width: 1280, height: 1500 },
            });
        }
      },
      9000,
    );

    await step(
      'run all, interrupt, restart and run all',
      ['let turns = 0', "if (turns === 0) { turns = 1; console.log('round'); for (;;) turns += 1; }", 'turns > 1'],
      async (page) => {
        await menu(page, 'Run', /^Run All Cells$/);
        await says(page, 1, 'round');
        await menu(page, 'Kernel', /^Interrupt/);
        await says(page, 1, 'KeyboardInterrupt');
        await idle(page);
        await picture(page, 'interrupted');
        // The queue was given up, as with ipykernel; the variables were not.
        await cell(page, 2).locator('.cm-content').click();
        await page.keyboard.press('Shift+Enter');
        await says(page, 2, 'true');
        await menu(page, 'Kernel', /^Restart Kernel and Run All/);
        await page.locator('.jp-Dialog .jp-mod-accept').click();
        await cell(page, 2).locator('.jp-InputPrompt', { hasText: '[*]' }).waitFor({ timeout });
        await says(page, 1, 'round');
        await menu(page, 'Kernel', /^Interrupt/);
        await says(page, 1, 'KeyboardInterrupt');
        await ran(page, 1, 2);
      },
    );

    await step('completion and tooltip', [''], async (page) => {
      const hand = typist(page);
      await hand.type('const user = { name: "Ada", born: 1815 }');
      await hand.run([]);
      await hand.type('user.');
      const { offered } = await hand.completions();
      assert.deepEqual(offered, ['born', 'name']);
      await picture(page, 'completion');
      await hand.accept('born');
      await hand.run(['1815']);
      await hand.type('user.name.slice(');
      await hand.tooltip(['slice(', 'string']);
      await picture(page, 'tooltip');
      await hand.dismiss();
    });

    await step(
      'questions are asked below the cell, passwords unseen, and given up by an interrupt',
      [
        "import { input } from 'typelab/kernel'",
        "console.log('hello', await input('name? '))",
        "console.log('letters', (await input('secret? ', { password: true })).length)",
        "await input('never answered? ')",
      ],
      async (page) => {
        await menu(page, 'Run', /^Run All Cells$/);
        const field = page.locator('.jp-Stdin-input').last(); // One that was answered stays for a moment.
        const answer = async (prompt: string, text: string, type: string) => {
          await page.locator('.jp-Stdin-prompt', { hasText: prompt }).waitFor({ timeout });
          assert.equal((await field.getAttribute('type')) ?? 'text', type);
          await field.fill(text);
          if (type === 'password') await picture(page, 'password');
          await field.press('Enter');
        };
        await answer('name?', 'Ada', 'text');
        await says(page, 1, 'hello Ada');
        await answer('secret?', 'sesame', 'password');
        await says(page, 2, 'letters 6');
        assert.ok(!(await page.locator('.jp-Notebook').innerText()).includes('sesame'));
        await page.locator('.jp-Stdin-prompt', { hasText: 'never' }).waitFor({ timeout });
        await menu(page, 'Kernel', /^Interrupt/);
        await says(page, 3, 'KeyboardInterrupt');
        await picture(page, 'questions');
      },
    );

    const shared = "import { slider } from 'typelab/kernel'; const k = slider({ max: 9, value: 4, label: 'k' }); k";
    await step('two tabs on one kernel', [shared, 'k', 'k.value = 5; undefined', 'k.value'], async (page) => {
      await run(page, 0);
      await page.locator('.widget-slider').waitFor({ timeout });
      const { page: other, done } = await open('two-tabs-on-one-kernel.ipynb');
      await run(other, 1);
      // A second front end gets the widget's state from the kernel; what one changes, the other shows.
      const readouts = [page, other].map((one) => one.locator('.widget-readout'));
      await readouts[1]!.getByText('4').waitFor({ timeout });
      await run(other, 2);
      for (const one of readouts) await one.getByText('5').waitFor({ timeout });
      // Notebook 7's slider did not move by keys when Playwright presses them.
      if (app === 'lab') {
        await other.locator('.noUi-handle').press('ArrowRight');
        for (const one of readouts) await one.getByText('6').waitFor({ timeout });
      }
      await run(page, 3);
      await says(page, 3, app === 'lab' ? '6' : '5');
      await picture(other, 'second-tab');
      await done();
    });

    await step(
      'a kernel that was killed comes back, and the next cell runs',
      ['process.pid', '1 + 1'],
      async (page) => {
        await run(page, 0);
        const shown = cell(page, 0).locator('.jp-OutputArea-output');
        const pid = Number(await shown.innerText());
        assert.ok(pid > 1, `process ${pid}`);
        process.kill(pid, 'SIGKILL');
        const told = page.locator('.jp-Dialog', { hasText: 'restart' });
        await told.waitFor({ timeout });
        await picture(page, 'killed');
        await told.locator('.jp-mod-accept').click();
        await idle(page);
        await run(page, 1);
        await ran(page, 1, 1);
        await says(page, 1, '2');
        await run(page, 0);
        await page.waitForFunction(
          (old) => Number(document.querySelector('.jp-OutputArea-output')?.textContent) !== old,
          pid,
        );
      },
    );

    await t.test('the browser’s console stays without errors', () => assert.deepEqual(complaints, []));
  });
}

const cell = (page: Page, index: number): Locator => page.locator('.jp-CodeCell').nth(index);

async function menu(page: Page, name: string, item: RegExp): Promise<void> {
  await page.locator('.lm-MenuBar-itemLabel', { hasText: new RegExp(`^${name}$`) }).click();
  await page.locator('.lm-Menu-itemLabel', { hasText: item }).first().click();
}

async function run(page: Page, index: number): Promise<void> {
  await cell(page, index).locator('.cm-content').click();
  await page.keyboard.press('Shift+Enter');
  await cell(page, index)
    .locator('.jp-InputPrompt', { hasText: /\[\d+\]/ })
    .waitFor({ timeout });
}

/** Until the cell's number is `count`: it has ended. */
async function ran(page: Page, index: number, count: number): Promise<void> {
  await cell(page, index)
    .locator('.jp-InputPrompt', { hasText: `[${count}]` })
    .waitFor({ timeout });
}

async function says(page: Page, index: number, text: string): Promise<void> {
  await cell(page, index).locator('.jp-OutputArea-output', { hasText: text }).first().waitFor({ timeout });
}

/** The type of each cell's first output. */
function drawnAs(page: Page): Promise<string[]> {
  return page
    .locator('.jp-CodeCell')
    .evaluateAll((cells) =>
      cells.map((one) => one.querySelector('[data-mime-type]')?.getAttribute('data-mime-type') ?? 'an extension'),
    );
}
