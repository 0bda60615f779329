import assert from 'node:assert/strict';
import { test } from 'node:test';
import { meets, newest } from '../../../lab/src/engine/version-order.ts';

test('versions are ordered by their numbers, not their letters', () => {
  assert.equal(newest(['2.9.3', '2.21.0', '2.3']), '2.21.0');
  assert.equal(newest(['2.0', '2.0.1', '2']), '2.0.1');
  assert.equal(newest([]), undefined);
});

// As Python's packaging answers: SpecifierSet(specifier).contains(version).
const rows: [version: string, specifier: string, answer: boolean][] = [
  ['12.5.3.2', '<13.0,>=12.5.3.2', true],
  ['13.0', '<13.0,>=12.5.3.2', false],
  ['12.5.3.1', '<13.0,>=12.5.3.2', false],
  ['9.3', '==9.*', true],
  ['90.3', '==9.*', false],
  ['2.2.0', '==2.2', true],
  ['2.2.1', '!=2.2', true],
  ['2.3', '~=2.2', true],
  ['3.0', '~=2.2', false],
  ['2.2.9', '~=2.2.1', true],
  ['2.3.0', '~=2.2.1', false],
  ['1.0', '', true],
];
for (const [version, specifier, answer] of rows) {
  test(`${version} ${answer ? 'meets' : 'does not meet'} ${specifier || 'no specifier'}`, () => {
    assert.equal(meets(version, specifier), answer);
  });
}
