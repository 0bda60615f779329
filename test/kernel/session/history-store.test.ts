import assert from 'node:assert/strict';
import { appendFileSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { createHistory } from '../../../kernel/session/history.ts';
import { openHistoryStore } from '../../../kernel/session/history-store.ts';
import { testKernel } from '../../helpers/kernel.ts';

let folder: string;
let lines: string[];
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'typelab-history-'));
  lines = [];
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const open = (place = join(folder, 'history')) => createHistory(openHistoryStore(place, (line) => lines.push(line)));
const tail = { hist_access_type: 'tail', n: 10 };

describe('history on disk', () => {
  test('is there in the next session, with its outputs', () => {
    const first = open();
    first.add(1, 'const 😀 = "a\\nb"');
    first.add(2, '6 * 7');
    first.addOutput(2, '42');
    const second = open();
    second.add(1, 'new');
    assert.deepEqual(second.query({ ...tail, output: true }), [
      [1, 1, ['const 😀 = "a\\nb"', null]],
      [1, 2, ['6 * 7', '42']],
      [2, 1, ['new', null]],
    ]);
    assert.deepEqual(second.query({ hist_access_type: 'range', session: -1, start: 2, stop: 3 }), [[1, 2, '6 * 7']]);
    assert.deepEqual(lines, []);
  });

  test('of two kernels at once is kept apart', () => {
    const [a, b] = [open(), open()];
    a.add(1, 'a');
    b.add(1, 'b');
    a.add(2, 'a2');
    assert.deepEqual(open().query(tail), [
      [1, 1, 'a'],
      [1, 2, 'a2'],
      [2, 1, 'b'],
    ]);
  });

  test('is for the user alone to read', { skip: process.platform === 'win32' }, () => {
    open().add(1, 'secret');
    assert.equal(statSync(join(folder, 'history')).mode & 0o777, 0o700);
    assert.equal(statSync(join(folder, 'history', '000001.jsonl')).mode & 0o777, 0o600);
  });

  test('passes over a row that was cut and files of others', () => {
    open().add(1, 'whole');
    appendFileSync(join(folder, 'history', '000001.jsonl'), '{"line":2,"inp');
    writeFileSync(join(folder, 'history', 'notes.txt'), 'x');
    assert.deepEqual(open().query(tail), [[1, 1, 'whole']]);
  });

  test('keeps the last 500 sessions', () => {
    open().add(1, 'first');
    for (let n = 2; n <= 505; n++) writeFileSync(join(folder, 'history', `${String(n).padStart(6, '0')}.jsonl`), '');
    open().add(1, 'last');
    const names = readdirSync(join(folder, 'history')).sort();
    assert.equal(names.length, 501);
    assert.deepEqual([names[0], names.at(-1)], ['000006.jsonl', '000506.jsonl']);
  });

  test('that cannot be written is told once and kept in memory', () => {
    writeFileSync(join(folder, 'file'), '');
    const history = open(join(folder, 'file'));
    history.add(1, 'a');
    history.add(2, 'b');
    assert.deepEqual(
      history.query(tail).map((entry) => entry[2]),
      ['a', 'b'],
    );
    assert.equal(lines.length, 1);
    assert.match(lines[0]!, /^history is not kept: /);
  });

  test('of two kernels that write at once is whole, each in its order', async () => {
    const env = { JUPYTER_DATA_DIR: folder };
    {
      await using a = await testKernel({ env });
      await using b = await testKernel({ env });
      const all = [a, b].map(async (kernel, who) => {
        for (let n = 1; n <= 40; n++) await kernel.run(`'${who}:${n}'`);
      });
      await Promise.all(all);
    }
    await using later = await testKernel({ env });
    const content = { hist_access_type: 'tail', n: 100, output: true };
    const { history } = (await later.client.request('history_request', content, { timeout: 20_000 })).content as {
      history: [number, number, [string, string]][];
    };
    assert.equal(history.length, 80);
    for (const session of [1, 2]) {
      const mine = history.filter(([number]) => number === session);
      const who = mine[0]![2][0]!.slice(1, 2);
      const expected = Array.from({ length: 40 }, (_, n) => `'${who}:${n + 1}'`);
      assert.deepEqual(
        mine.map(([, line, [input, output]]) => [line, input, output]),
        expected.map((text, n) => [n + 1, text, text]),
      );
    }
  });

  test('reaches from one kernel to the next', async () => {
    const env = { JUPYTER_DATA_DIR: folder };
    {
      await using kernel = await testKernel({ env });
      await kernel.run('"remembered"');
      await kernel.run('"not stored"', { store_history: false });
    }
    await using kernel = await testKernel({ env });
    const { content } = await kernel.client.request(
      'history_request',
      { ...tail, output: true, raw: true },
      { timeout: 5000 },
    );
    assert.deepEqual(content.history, [[1, 1, ['"remembered"', "'remembered'"]]]);
  });
});
