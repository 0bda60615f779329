import assert from 'node:assert/strict';
import { test } from 'node:test';
import { JSDOM } from 'jsdom';
import { toAnnotation, toJson, toJunit } from '../../../lab/src/run/ci-reports.ts';
import type { RunResult } from '../../../lab/src/run/run.ts';

const result = (more: Partial<RunResult>): RunResult => ({
  status: 'failed',
  notebook: { cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 },
  seconds: 2,
  cells: [{ number: 1, seconds: 1 }],
  problem: { number: 1, source: 'x', text: '\x1b[31mbad\x1b[0m <a>\n100%\0' },
  ...more,
});

test('JUnit XML is well-formed whatever a traceback holds, and counts a run without its failing cell', () => {
  const xml = toJunit([
    { path: 'a&b.ipynb', result: result({}) },
    { path: 'late.ipynb', result: result({ status: 'timeout', problem: { number: 2, source: '', text: 'late' } }) },
  ]);
  const { document } = new JSDOM(xml, { contentType: 'text/xml' }).window;
  assert.equal(document.querySelectorAll('failure').length, 2);
  assert.match(document.querySelector('failure')!.textContent!, /^bad <a>\n100%/);
});

test('GitHub gets one line with its own escapes, and none for a pass', () => {
  const line = toAnnotation({ path: 'a.ipynb', result: result({}) });
  assert.match(line, /^::error file=a\.ipynb,title=cell 1 failed::bad <a>%0A100%25/);
  assert.equal(toAnnotation({ path: 'a.ipynb', result: result({ status: 'passed', problem: undefined }) }), '');
});

test('JSON has each notebook with its status', () => {
  assert.equal(
    JSON.parse(toJson([{ path: 'a.ipynb', result: result({}) }]))[0].problem.text.startsWith('bad <a>'),
    true,
  );
});
