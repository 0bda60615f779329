import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { withoutChromium } from '../helpers/chromium.ts';
import { jupyterHome } from '../helpers/jupyter.ts';
import { openLab } from '../helpers/lab-page.ts';
import { withoutPython } from '../helpers/python.ts';
import { type Cell, cells, type Files } from './cells.ts';
import { emptyNotebook, type Typist, typist } from './typist.ts';

/** To be looked at by a person. */
const pictures = join(tmpdir(), 'typelab-typing');

test('a person who types into JupyterLab key by key sees pop-ups, tooltips, outputs and errors as they should be', {
  skip: withoutPython || withoutChromium,
  timeout: 600_000,
}, async (t) => {
  assert.ok(cells.length >= 60, `${cells.length} cells`);
  const home = await jupyterHome();
  t.after(home.remove);
  mkdirSync(pictures, { recursive: true });
  writeFileSync(join(home.folder, 'typing.ipynb'), JSON.stringify(emptyNotebook));
  const page = await openLab(t, home, 'typing.ipynb');
  t.diagnostic(`the pictures are in ${pictures}`);
  const hand = typist(page);
  for (const [index, cell] of cells.entries()) {
    write(home.folder, cell.files);
    try {
      await play(hand, cell);
      if (cell.dark) await hand.theme('JupyterLab Dark');
      if (cell.picture) await hand.picture(join(pictures, `${String(index + 1).padStart(2, '0')}-${cell.picture}.png`));
      if (cell.dark) await hand.theme('JupyterLab Light');
    } catch (error) {
      await hand.picture(join(pictures, 'failed.png'));
      throw new Error(`cell ${index + 1} (${cell.type}): ${(error as Error).message}`);
    }
  }
});

function write(folder: string, files: Files = {}): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

/** Types the cell; looks at the pop-up or tooltip it asks for; runs it and waits for what it must show. */
async function play(hand: Typist, cell: Cell): Promise<void> {
  await hand.type(cell.type);
  if (cell.completes) {
    const { offered, inserted } = await hand.completions();
    const there = inserted ? [await hand.text()] : offered;
    for (const one of cell.completes)
      assert.ok(
        there.some((text) => (inserted ? text.includes(one) : text === one)),
        `offers ${one}, not ${there.join(', ')}`,
      );
    if (cell.popup) await hand.picture(join(pictures, `popup-${cell.popup}.png`));
    if (!inserted && cell.accept) await hand.accept(cell.accept);
    else if (!inserted) await hand.dismiss();
  }
  if (cell.tooltip) {
    await hand.tooltip(cell.tooltip);
    if (cell.popup) await hand.picture(join(pictures, `tooltip-${cell.popup}.png`));
    await hand.dismiss();
  }
  if (cell.next) await hand.type(cell.next);
  const text = await hand.run(cell.shows ?? []);
  for (const one of cell.hides ?? []) assert.ok(!text.includes(one), `does not show ${one}: ${text}`);
}
