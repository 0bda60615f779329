import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hintsOf } from '../../../lab/src/grade/hints.ts';
import { cell } from './cells.ts';

test('the sentences of assertions and thrown errors, and nothing else that a test says', () => {
  const hints = hintsOf([
    cell('setup', "import check, { rejects, equal as same } from 'node:assert/strict';\n%env A=1"),
    cell(
      'tests',
      `import { strict } from 'assert';
check(f('argument'), 'plain');
check.ok(f('argument'), "of ok");
check.equal(f('argument'), 'expected', \`of equal\`);
check.strict.deepEqual(f(['argument']), ['expected'], 'of strict');
strict.throws(() => f('argument'), 'of throws');
await rejects(async () => f('argument'), /expected/, 'of rejects');
same(f('argument'), 'expected', 'of same');
check.fail('of fail');
check.equal(f('argument'), 'expected');
check.equal(f('argument'), 'expected', \`of \${'parts'}\`);
if (f('argument')) { throw new RangeError('thrown'); }
equal(f('argument'), 'expected', 'of a student');
other.check.equal('argument', 'expected', 'of another');
new Error('made');
check['equal']('argument', 'expected', 'computed');`,
    ),
    { ...cell('text', "check.fail('in a text')"), cell_type: 'markdown' },
    cell('broken', "check.fail('of no program'"),
  ]);
  assert.deepEqual(
    [...hints],
    ['plain', 'of ok', 'of equal', 'of strict', 'of throws', 'of rejects', 'of same', 'of fail', 'thrown'],
  );
});
