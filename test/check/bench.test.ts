import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { markdown, replacePart, verdict } from '../bench/markdown.ts';
import { isMet, median, quantile } from '../bench/suite.ts';

describe('npm run bench', () => {
  test('a table keeps three digits, and a dash where nothing was measured', () => {
    const text = markdown('Kernel', '2026-11-25', {
      about: 'Medians.',
      tables: [
        {
          columns: ['', 'typelab'],
          rows: [
            ['launch, ms', 221.46],
            ['lines', 100_000],
            ['tfjs', undefined],
          ],
        },
      ],
      limits: [],
    });
    assert.equal(
      text,
      '## Kernel\n\n2026-11-25. Medians.\n\n|  | typelab |\n| --- | --: |\n| launch, ms | 221 |\n| lines | 100,000 |\n| tfjs | – |\n',
    );
  });

  test('a limit says by how much it was missed', () => {
    const limit = { what: 'launch ≤ ipykernel', measured: 30, limit: 20, unit: 'ms' };
    assert.equal(isMet(limit), false);
    assert.equal(verdict(limit), 'NOT MET       launch ≤ ipykernel: 30 ms, limit ≤ 20 ms (1.50 × the limit)');
    assert.equal(isMet({ ...limit, atLeast: true }), true);
    assert.equal(verdict({ ...limit, measured: undefined }), 'not measured  launch ≤ ipykernel');
  });

  test('a table says why a limit is not met', () => {
    const limit = { what: 'launch ≤ ipykernel', measured: 30, limit: 20, unit: 'ms', why: 'it is far' };
    const row = (measured: number) =>
      markdown('Kernel', '2026-11-25', { about: '', tables: [], limits: [{ ...limit, measured }] })
        .split('\n')
        .at(-2);
    assert.equal(row(30), '| launch ≤ ipykernel | 30 ms | ≤ 20 ms | no, 1.50 × the limit: it is far |');
    assert.equal(row(20), '| launch ≤ ipykernel | 20 ms | ≤ 20 ms | yes |');
  });

  test('a suite replaces its own part of the file only', () => {
    const file = '# Benchmarks\n\n<!-- engine -->\nold\n<!-- /engine -->\n\n<!-- kernel -->\nkept\n<!-- /kernel -->\n';
    const written = replacePart(file, 'engine', 'new\n');
    assert.equal(written, file.replace('old', 'new'));
    assert.match(
      replacePart(file, 'server', 'first\n'),
      /kept\n<!-- \/kernel -->\n\n<!-- server -->\nfirst\n<!-- \/server -->\n$/,
    );
  });

  test('the median lies between the two in the middle', () => {
    assert.equal(median([4, 1, 3, 2]), 2.5);
    assert.equal(quantile([0, 10], 0.95), 9.5);
  });
});
