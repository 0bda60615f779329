import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { JSDOM } from 'jsdom';
import type { Cell, Output } from '../../../lab/src/run/notebook.ts';
import { toPage } from '../../../lab/src/run/page.ts';

const code = (source: string, outputs: Output[] = []): Cell => ({
  cell_type: 'code',
  metadata: {},
  source,
  outputs,
  execution_count: 1,
});
const shown = (data: Record<string, unknown>): Output => ({ output_type: 'display_data', data, metadata: {} });

async function render(...cells: Cell[]): Promise<Document> {
  const html = await toPage({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }, 'A <title>');
  return new JSDOM(html).window.document;
}

describe('the page of a notebook', () => {
  test('has its title, its text and its code in colours', async () => {
    const page = await render(
      { cell_type: 'markdown', metadata: {}, source: '# Hello\n\n*there*' },
      code('const x = "<b>";'),
    );
    assert.equal(page.title, 'A <title>');
    assert.equal(page.querySelector('h1 + p em')?.textContent, 'there');
    assert.equal(page.querySelector('.source')?.textContent, 'const x = "<b>";');
    assert.equal(page.querySelector('.hljs-keyword')?.textContent, 'const');
  });

  test('shows the richest of what a value offers', async () => {
    const page = await render(
      code('x', [
        shown({ 'text/plain': 'Figure', 'image/svg+xml': '<svg><text>7</text></svg>' }),
        shown({ 'image/png': 'aGk=', 'text/plain': 'a "dot"' }),
      ]),
    );
    assert.equal(page.querySelector('.display svg text')?.textContent, '7');
    assert.equal(page.querySelector('img')?.src, 'data:image/png;base64,aGk=');
    assert.equal(page.querySelector('img')?.alt, 'a "dot"');
    assert.doesNotMatch(page.body.textContent ?? '', /Figure/);
  });

  test('printed text is text, with its colours, and a progress line in its last state', async () => {
    const page = await render(
      code('x', [{ output_type: 'stream', name: 'stdout', text: '<b>\n1/3\r2/3\r3/3\ndone\n' }]),
    );
    assert.equal(page.querySelector('.stdout')?.textContent, '<b>\n3/3\ndone\n');
    const error = await render(
      code('x', [{ output_type: 'error', ename: 'E', evalue: '', traceback: ['\x1b[31mError\x1b[0m: <no>'] }]),
    );
    assert.equal(error.querySelector('.error .ansi-red-fg')?.textContent, 'Error');
    assert.equal(error.querySelector('.error')?.textContent, 'Error: <no>');
  });

  test('needs no script, no style sheet and no network', async () => {
    assert.equal((await render(code('1'))).querySelectorAll('script, link, [src^="http"]').length, 0);
  });
});
