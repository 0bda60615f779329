import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, type TestContext, test } from 'node:test';
import { execa } from 'execa';
import { JSDOM } from 'jsdom';
import { type Notebook, type Output, textOf } from '../../lab/src/run/notebook.ts';
import { withoutChromium } from '../helpers/chromium.ts';
import { type JupyterHome, jupyterHome } from '../helpers/jupyter.ts';
import { openLab } from '../helpers/lab-page.ts';
import { withoutPython } from '../helpers/python.ts';
import { root } from '../helpers/root.ts';

const name = '01-serving.ipynb';

describe("the course's lab", () => {
  test('typelab run executes it and writes the notebook and a page with every picture', async (t) => {
    const home = await prepare(t);
    const [output, html] = [join(home.folder, 'executed.ipynb'), join(home.folder, 'page.html')];
    const args = ['run', name, '-o', output, '--html', html, '--cell-timeout', '600'];
    await execa(process.execPath, [join(root, 'lab/main.ts'), ...args], { cwd: home.folder, env: home.env });
    expectLab(output);
    const page = readFileSync(html, 'utf8');
    assert.equal(page.match(/<svg/g)?.length, picturesIn(output), 'every picture is on the page');
    assert.deepEqual(titlesIn(page.slice(page.lastIndexOf('<svg'))), ['7', '2', '1']);
    assert.doesNotMatch(page, /<script|<link|src="http/, 'the page needs nothing else');
  });

  test('nbclient executes it', { skip: withoutPython }, async (t) => {
    const home = await prepare(t);
    await execa('jupyter', ['execute', name, '--output=executed.ipynb', '--timeout=600'], {
      cwd: home.folder,
      env: home.env,
    });
    expectLab(join(home.folder, 'executed.ipynb'));
  });

  test('jupyter nbconvert --execute executes it', { skip: withoutPython }, async (t) => {
    const home = await prepare(t);
    const args = ['nbconvert', '--to', 'notebook', '--execute', '--output', 'executed.ipynb', name];
    await execa('jupyter', args, { cwd: home.folder, env: home.env });
    expectLab(join(home.folder, 'executed.ipynb'));
  });

  test('two runs at once do not disturb each other', async (t) => {
    const home = await prepare(t);
    const runs = ['a.ipynb', 'b.ipynb'].map(async (file) => {
      const args = ['run', name, '-o', join(home.folder, file)];
      await execa(process.execPath, [join(root, 'lab/main.ts'), ...args], { cwd: home.folder, env: home.env });
      expectLab(join(home.folder, file));
    });
    await Promise.all(runs);
  });

  test('JupyterLab runs all cells and shows the green titles', {
    skip: withoutPython || withoutChromium,
  }, async (t) => {
    const home = await prepare(t);
    const page = await openLab(t, home, name);
    await page.getByText('Run', { exact: true }).first().click();
    await page.getByText('Run All Cells', { exact: true }).click();
    const predictions = page.locator('.jp-CodeCell', { hasText: 'plotPredictions(images' });
    const picture = predictions.locator('.jp-OutputArea .jp-RenderedSVG img');
    await picture.waitFor({ timeout: 120_000 });
    // JupyterLab shows an SVG as an image: the titles are inside.
    const { source, width } = await picture.evaluate((node: HTMLImageElement) => ({
      source: node.src,
      width: node.naturalWidth,
    }));
    assert.ok(width > 300, `the picture is ${width} pixels wide`);
    assert.deepEqual(titlesIn(decodeURIComponent(source)), ['7', '2', '1']);
    assert.equal(await page.locator('[data-mime-type="application/vnd.jupyter.error"]').count(), 0);
    await page.locator('.jp-CodeCell').last().locator('.jp-OutputArea table').waitFor({ timeout: 120_000 });
    await predictions.scrollIntoViewIfNeeded();
    mkdirSync(join(root, 'out', 'test'), { recursive: true });
    await page.screenshot({ path: join(root, 'out', 'test', 'jupyterlab-01-serving.png') });
  });
});

async function prepare(t: TestContext): Promise<JupyterHome> {
  const home = await jupyterHome();
  t.after(home.remove);
  copyFileSync(join(root, 'notebooks', name), join(home.folder, name));
  return home;
}

/** What the lab must have shown, whoever ran it. */
function expectLab(path: string): void {
  const text = outputsIn(path).map(asText).join('\n');
  assert.match(text, /TensorFlow ModelServer: \d/);
  assert.match(text, /train images: \[60000,28,28,1\], float32/);
  const accuracy = Number(/Test accuracy: ([\d.]+)/.exec(text)?.[1]);
  assert.ok(accuracy >= 0.96, `test accuracy ${accuracy}`);
  assert.match(text, /saved_model\.pb/);
  assert.match(text, /Successfully loaded servable version \{name: digits_model version: 1\}/);
  assert.deepEqual(
    [...text.matchAll(/predicted:? (\d)/gi)].map((match) => match[1]),
    ['7', '2', '1'],
  );
  const measured = [...text.matchAll(/images: (\d+),\s+'latency \(ms\)': [\d.]+,\s+'images per second': \d+/g)];
  assert.deepEqual(
    measured.map((match) => match[1]),
    ['1', '10', '100', '1000'],
  );
  assert.ok(outputsIn(path).every((output) => output.output_type !== 'error'));
}

function picturesIn(path: string): number {
  return outputsIn(path).reduce((sum, output) => sum + (JSON.stringify(output).match(/<svg/g)?.length ?? 0), 0);
}

function outputsIn(path: string): Output[] {
  const notebook: Notebook = JSON.parse(readFileSync(path, 'utf8'));
  return notebook.cells.flatMap((cell) => cell.outputs ?? []);
}

function asText(output: Output): string {
  if (output.output_type === 'stream') return textOf(output.text);
  return output.output_type === 'error'
    ? output.traceback.join('\n')
    : textOf((output.data['text/plain'] ?? '') as string);
}

/** The digits in the green titles of a picture. */
function titlesIn(svg: string): (string | undefined)[] {
  const { document } = new JSDOM(svg.slice(svg.indexOf('<svg'))).window;
  const titles = [...document.querySelectorAll('text')].filter((node) => /predicted/i.test(node.textContent));
  return titles.filter((node) => isGreen(node)).map((node) => /\d/.exec(node.textContent)?.[0]);
}

/** The nearest fill is a colour in which green is the strongest by far. */
function isGreen(node: Element): boolean {
  const fill = node.closest('[fill]')?.getAttribute('fill') ?? '';
  const [r = 0, g = 0, b = 0] = (fill.match(/[\da-f]{2}/gi) ?? []).map((hex) => Number.parseInt(hex, 16));
  return fill === 'green' || (g > r + 40 && g > b + 20);
}
