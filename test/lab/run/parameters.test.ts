import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Cell, Notebook } from '../../../lab/src/run/notebook.ts';
import { injectParameters, parseParameter } from '../../../lab/src/run/parameters.ts';

const cell = (source: string, ...tags: string[]): Cell => ({
  cell_type: 'code',
  id: source,
  metadata: { tags },
  source,
});
const notebook = (...cells: Cell[]): Notebook => ({ cells, metadata: {}, nbformat: 4, nbformat_minor: 5 });

describe('parameters', () => {
  test('go into a cell after the tagged one, as papermill puts them', () => {
    const one = notebook(cell('a'), cell('b', 'parameters'), cell('c'));
    injectParameters(one, { epochs: 2, name: 'x"y', rates: [0.1], empty: [], options: { deep: null, none: [] } });
    assert.deepEqual(
      one.cells.map((each) => each.metadata.tags),
      [[], ['parameters'], ['injected-parameters'], []],
    );
    assert.equal(
      one.cells[2]!.source,
      '// Parameters\nlet epochs = 2;\nlet name = "x\\"y";\nlet rates = [0.1];\nlet empty = [] as unknown[];\nlet options = { "deep": null, "none": [] as unknown[] };',
    );
  });

  test('replace those of an earlier run, whose id stays', () => {
    const one = notebook(cell('b', 'parameters'), cell('old', 'injected-parameters'));
    injectParameters(one, { epochs: 3 });
    assert.equal(one.cells.length, 2);
    assert.equal(one.cells[1]!.id, 'old');
    assert.match(one.cells[1]!.source as string, /epochs = 3/);
  });

  test('come first where no cell is tagged, and none come from none', () => {
    const one = notebook(cell('a'));
    injectParameters(one, {});
    assert.equal(one.cells.length, 1);
    injectParameters(one, { n: 1 });
    assert.equal(one.cells[1]!.source, 'a');
  });

  test('are JSON on the command line where they are JSON, else text', () => {
    assert.deepEqual(parseParameter('n=3'), ['n', 3]);
    assert.deepEqual(parseParameter('s=a=b'), ['s', 'a=b']);
    assert.deepEqual(parseParameter('größe=3'), ['größe', 3]);
    for (const wrong of ['2x=3', 'class=3', 'a b=3', '=3', 'x'])
      assert.throws(() => parseParameter(wrong), new RegExp(`--param ${wrong}: should be NAME=VALUE`));
    assert.throws(() => injectParameters(notebook(), { 'a-b': 1 }), /parameter "a-b": is no TypeScript name/);
  });

  test('are JavaScript in a JavaScript notebook, and nothing in one of another language', () => {
    const one = notebook();
    injectParameters(one, { empty: [] }, 'javascript');
    assert.equal(one.cells[0]!.source, '// Parameters\nlet empty = [];');
    assert.throws(() => injectParameters(notebook(), { n: 1 }, 'python'), /the notebook is in python/);
  });
});
