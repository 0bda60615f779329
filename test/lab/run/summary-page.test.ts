import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import { toSummaryPage } from '../../../lab/src/run/summary-page.ts';

test('the page of a run tells of each notebook how it ended, and of the failed what failed', () => {
  const notebook = { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 };
  const page = toSummaryPage([
    { path: 'a.ipynb', result: { status: 'passed', notebook, seconds: 1.25, cells: [{ number: 1, seconds: 1 }] } },
    {
      path: 'b<1>.ipynb',
      result: {
        status: 'failed',
        notebook,
        seconds: 2,
        cells: [],
        problem: { number: 3, source: 'if (a < b) fail();', text: '\x1b[31mError: <b>no</b>\x1b[0m' },
      },
    },
  ]);
  const { document } = new JSDOM(page).window;
  assert.equal(document.title, '1 of 2 notebooks passed');
  const rows = [...document.querySelectorAll('tbody tr')].map((row) => [...row.children].map((one) => one.textContent));
  assert.deepEqual(rows[0], ['a.ipynb', 'passed', '1', '1.3 s']);
  assert.deepEqual(rows[1], ['b<1>.ipynbcell 3if (a < b) fail();Error: <b>no</b>', 'failed', '0', '2.0 s']);
});
