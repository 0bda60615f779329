import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { afterDeduction, readTable } from '../../../lab/src/grade/late.ts';

const grade = { student: 'ada', score: 15, max_score: 20, cells: { a: 15 } };
const policy = { due: new Date('2026-11-30T12:00:00Z'), percentPerDay: 10 };
const at = (time: string) => afterDeduction(grade, new Date(time), policy);

describe('the late policy', () => {
  test('takes nothing until the minute it is due, then a share for each day begun', () => {
    assert.equal(at('2026-11-30T12:00:00Z'), grade);
    assert.deepEqual(at('2026-11-30T12:00:01Z'), { ...grade, score: 13.5, late: { days: 1, points: 1.5 } });
    assert.deepEqual(at('2026-12-02T11:00:00Z').score, 12);
  });

  test('never takes more than there is', () => {
    assert.deepEqual(at('2027-01-30T12:00:00Z').score, 0);
  });

  test('a table has the columns that its first line must name', async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'typelab-late-'));
    t.after(() => rmSync(folder, { recursive: true }));
    const put = (text: string) => {
      writeFileSync(join(folder, 'times.csv'), text);
      return readTable(join(folder, 'times.csv'), ['student', 'time']);
    };
    assert.deepEqual(await put('\uFEFFstudent,time\r\nada, 2026-11-30\r\n'), [['ada', '2026-11-30']]);
    await assert.rejects(put('name,time\n'), /its first line should be student,time/);
    await assert.rejects(put('student,time\nada\n'), /line 2 has not 2 columns/);
    await assert.rejects(readTable(join(folder, 'none.csv'), []), /none\.csv: cannot be read/);
  });
});
