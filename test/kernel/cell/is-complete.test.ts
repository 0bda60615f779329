import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { isComplete } from '../../../kernel/cell/is-complete.ts';

const complete = [
  '1 + 1',
  '',
  '  \n',
  'if (x) {\n  a()\n}',
  '@dec\nclass A {}',
  '// note',
  'x?',
  '!ls',
  "!echo it's (",
  '%time foo()',
  '%%bash\necho 1\n',
  '`a\nb`',
  'label: for (;;) {}',
  'const r = /[(]/',
  'async () => {}',
];

const incomplete: [source: string, indent: string][] = [
  ['foo(', '  '],
  ['foo(1,', '  '],
  ['if (x) {', '  '],
  ['if (x) {\n  a()', '  '],
  ['if (x) {\n    a()', '    '],
  ['if (x) {\n\ta()', '\t'],
  ['foo(1,\n    2', '    '],
  ['function f() {\n  if (x) {\n    }', '  '],
  ['class A {\n  m() {', '    '],
  ['\tif (a) {', '\t\t'],
  ['const x =', ''],
  ['a +', ''],
  ['x.', ''],
  ['a = b ?', ''],
  ['const f = () =>', ''],
  ['const f = () => {', '  '],
  ['[1, 2', '  '],
  ['{ a: 1', '  '],
  ['import { a', '  '],
  ['import x from', ''],
  ['type A =', ''],
  ['interface A {', '  '],
  ['enum A {', '  '],
  ['@dec', ''],
  ['if (x)', '  '],
  ['if (x) a(); else', '  '],
  ['for (const a of b)', '  '],
  ['while (true)', '  '],
  ['do { x() }', ''],
  ['try { a() }', ''],
  ['switch (a) {', '  '],
  ['await fetch(', '  '],
  ['`abc', ''],
  ['`a${', '  '],
  ['foo(`', ''],
  ['/* comment', ''],
  ['!ls \\', ''],
  ['%%bash', ''],
  ['%%bash\necho 1', ''],
  ["for (const f of fs) {\n  !echo {f} it's", '  '],
];

const invalid = [
  'const x = ;',
  'const = 5',
  ')',
  'foo())',
  'if (x) }',
  'const x = 1 2',
  'a b',
  'return 5',
  '"abc',
  'const s = "a\nb"',
  "it's",
  'const re = /ab',
  'case 1:',
  'foo(]',
];

describe('is_complete', () => {
  for (const source of complete)
    test(`complete: ${JSON.stringify(source)}`, () => assert.deepEqual(isComplete(source), { status: 'complete' }));
  for (const [source, indent] of incomplete)
    test(`incomplete: ${JSON.stringify(source)}`, () =>
      assert.deepEqual(isComplete(source), { status: 'incomplete', indent }));
  for (const source of invalid)
    test(`invalid: ${JSON.stringify(source)}`, () => assert.deepEqual(isComplete(source), { status: 'invalid' }));
});
