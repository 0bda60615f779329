import assert from 'node:assert/strict';
import { SourceMap } from 'node:module';
import { after, describe, test } from 'node:test';
import { golden } from './golden.ts';
import { openNotebook } from './notebook.ts';

const notebook = openNotebook({ 'mod.ts': 'export const size: number = 1;\nexport default 5;\n' });
after(() => notebook.close());
const ready = notebook.compile('let x = 1; function f(a = 1) { return a }\nclass A {}\nconst folder = "/tmp"');

golden('code.txt', async (source) => {
  await ready;
  const cell = await notebook.cells.compile(source, 3);
  return 'code' in cell ? cell.code : `${cell.ename}: ${cell.evalue}`;
});

describe('The source map', () => {
  test('leads from the generated code to the cell, past types and magics', async () => {
    const source =
      'type T = number;\n!ls {folder}\nenum E { a }\nconst boom: T = (() => {\n  throw new Error("x");\n})();';
    const cell = await notebook.compile(source);
    assert.ok('code' in cell);
    const lines = cell.code.split('\n');
    const line = lines.findIndex((one) => one.includes('throw'));
    const map = new SourceMap({
      version: 3,
      file: cell.file,
      sources: [cell.file],
      sourcesContent: [source],
      names: [],
      mappings: cell.mappings,
      sourceRoot: '',
    });
    const entry = map.findEntry(line, lines[line]!.indexOf('throw'));
    assert.ok('originalLine' in entry);
    assert.deepEqual([entry.originalLine, entry.originalColumn], [4, 2]);
  });

  test('leads a failing import to its line', async () => {
    const cell = await notebook.compile('const a1 = 1;\nimport { size } from "./mod.ts";');
    assert.ok('code' in cell);
    const map = new SourceMap({
      version: 3,
      file: cell.file,
      sources: [cell.file],
      sourcesContent: [cell.source],
      names: [],
      mappings: cell.mappings,
      sourceRoot: '',
    });
    const lines = cell.code.split('\n');
    const line = lines.findIndex((one) => one.includes('import("./mod.ts")'));
    const entry = map.findEntry(line, lines[line]!.indexOf('$.scope["./mod.ts'));
    assert.ok('originalLine' in entry);
    assert.equal(entry.originalLine, 1);
  });
});

describe('A user expression', () => {
  test('has a value and declares nothing', async () => {
    const cell = await notebook.cells.expression('x + 1', 3);
    assert.ok('code' in cell);
    assert.match(cell.code, /return \{ \['value'\]: await \(\$\.scope\.x\$2\.value \+ 1\) \}/);
    await notebook.cells.expression('const fresh = 1', 3);
    const after = await notebook.compile('fresh');
    assert.ok(!('code' in after));
    assert.match(after.evalue, /TS2304/);
  });
});
