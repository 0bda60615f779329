import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { split } from '../../../kernel/cell/split.ts';
import { golden } from './golden.ts';

const known = (name: string) => ['path', 'ready', 'list'].includes(name);

golden('magics.txt', (source) => split(source, known).text);

describe('Positions of a cell with magics', () => {
  const source = 'const a = 1\n!ls {path} "x"\nconst b = path';
  const cell = split(source, known);

  test('lead from the text to the cell and back', () => {
    const inText = cell.text.lastIndexOf('path');
    assert.equal(cell.toSource(inText), source.lastIndexOf('path'));
    assert.equal(cell.toText(source.lastIndexOf('path')), inText);
  });

  test('of a filled-in expression are its own', () => {
    assert.equal(cell.toSource(cell.text.indexOf('path')), source.indexOf('path'));
  });

  test('of what was written for a magic are the magic’s', () => {
    assert.equal(cell.toSource(cell.text.indexOf('$.magic')), source.indexOf('!ls'));
  });
});
