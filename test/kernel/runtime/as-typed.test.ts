import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { asTyped } from '../../../kernel/runtime/as-typed.ts';
import { openNotebook } from '../cell/notebook.ts';

const notebook = openNotebook({ 'mod.ts': 'export const size: any = 1; export default size;' });
after(() => notebook.close());

const cases: [cells: string[], message: string][] = [
  [['let f: any = 5', 'f()'], 'f is not a function'],
  [['let f: any = 5; f()'], 'f is not a function'],
  [['const o: any = {}; o.a.b'], "Cannot read properties of undefined (reading 'b')"],
  [['const o: any = {}; o.run()'], 'o.run is not a function'],
  [['const C: any = 1; new C()'], 'C is not a constructor'],
  [['const list: any = 1; for (const one of list) one'], 'list is not iterable'],
  [
    ['const list: any = 1; const [a] = list'],
    'number 1 is not iterable (cannot read property Symbol(Symbol.iterator))',
  ],
  [["import { size } from './mod.ts'; size()"], 'size is not a function'],
  [["import * as mod from './mod.ts'; mod.size()"], 'size is not a function'],
  [['const x: any = {}; null as any instanceof x'], "Right-hand side of 'instanceof' is not callable"],
];

for (const [cells, message] of cases)
  test(`${cells.join('; ')} fails with the names that were typed`, async () => {
    for (const cell of cells.slice(0, -1)) await notebook.run(cell);
    await assert.rejects(notebook.run(cells.at(-1)!), (error: Error) => {
      assert.equal(asTyped(error.message), message);
      return true;
    });
  });
