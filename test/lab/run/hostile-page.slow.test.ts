import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chromium as playwright } from 'playwright-core';
import type { Cell } from '../../../lab/src/run/notebook.ts';
import { toPage } from '../../../lab/src/run/page.ts';
import { chromium, withoutChromium } from '../../helpers/chromium.ts';

test("a stranger's output runs no script, loads nothing and covers nothing of the page that shows it", {
  skip: withoutChromium,
}, async (t) => {
  const evil = `<script>document.title = 'evil'</script><img src="https://example.invalid/x.png" onerror="document.title = 'evil'">
<div style="position:fixed;inset:0;background:red">10 of 10 points</div><p style="position:absolute;top:-500px;font-size:90px">10 of 10</p>`;
  const data = { 'text/html': evil, 'text/plain': '' };
  const plot = {
    'image/svg+xml':
      '<svg id="plot" width="40" height="40"><style>#dot { fill: rgb(1, 2, 3); }</style><circle id="dot" r="9"/></svg>',
  };
  const cells: Cell[] = [
    { cell_type: 'markdown', metadata: {}, source: '# Points' },
    {
      cell_type: 'code',
      metadata: {},
      source: '1',
      execution_count: 1,
      outputs: [data, plot].map((one) => ({ output_type: 'display_data', data: one, metadata: {} })),
    },
    { cell_type: 'markdown', metadata: {}, source: evil },
  ];
  const folder = mkdtempSync(join(tmpdir(), 'typelab-hostile-'));
  const browser = await playwright.launch({ executablePath: chromium!, args: ['--no-sandbox'] });
  t.after(async () => {
    await browser.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const file = join(folder, 'page.html');
  writeFileSync(file, await toPage({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }, 'honest'));
  const page = await browser.newPage();
  const refused: string[] = [];
  page.on('requestfailed', (request) => refused.push(request.failure()!.errorText));
  await page.goto(pathToFileURL(file).href);
  assert.equal(await page.title(), 'honest');
  assert.deepEqual(refused, ['csp', 'csp']);
  const seen = await page.evaluate(() => {
    const { left, top, width, height } = document.querySelector('h1')!.getBoundingClientRect();
    const dot = getComputedStyle(document.querySelector('#dot')!).fill;
    return [document.elementFromPoint(left + width / 2, top + height / 2)!.tagName, dot];
  });
  assert.deepEqual(seen, ['H1', 'rgb(1, 2, 3)']);
});
