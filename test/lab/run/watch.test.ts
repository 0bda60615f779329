import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { watch } from '../../../lab/src/run/watch.ts';

test('an edited cell runs the notebooks again; a stored output, and a file half written, do not', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-watch-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'a.ipynb');
  const put = (source: string, text: string) => {
    const outputs = [{ output_type: 'stream', name: 'stdout', text }];
    const cells = [{ cell_type: 'code', id: 'a', metadata: {}, source, outputs, execution_count: null }];
    writeFileSync(path, JSON.stringify({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 }));
  };
  put('1', '');
  const ends = new AbortController();
  const ran: string[] = [];
  const run = async () => {
    ran.push(JSON.parse(readFileSync(path, 'utf8')).cells[0].source);
    // As --update does it.
    if (ran.length === 1) {
      put('1', 'stored');
      setTimeout(() => writeFileSync(path, '{"cells": ['), 500);
      setTimeout(() => put('2', 'stored'), 1200);
    } else ends.abort();
    return 'passed' as const;
  };
  assert.equal(await watch([path], run, ends.signal), 'interrupted');
  assert.deepEqual(ran, ['1', '2']);
});
