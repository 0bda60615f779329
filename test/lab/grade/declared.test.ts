import assert from 'node:assert/strict';
import { test } from 'node:test';
import { declaredBy } from '../../../lab/src/grade/declared.ts';

test('the names that a cell declares, however it does', () => {
  const source = `import assert, { equal as same } from 'node:assert';
import * as all from './x.ts';
%env A=1
const { a, b: [c, ...d], ...e } = value, f = 1;
let g: number = 2;
const out = !ls
function h() { const inner = 1; }
class I {}
enum J { A }
type K = number;
export const l = 1;
{ const hidden = 1; }`;
  assert.deepEqual(declaredBy(source), [
    'assert',
    'same',
    'all',
    'a',
    'c',
    'd',
    'e',
    'f',
    'g',
    'out',
    'h',
    'I',
    'J',
    'l',
  ]);
  assert.deepEqual(declaredBy('const ='), []);
});
