import assert from 'node:assert/strict';
import {
  chmodSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { formatNotebook, type Notebook, readNotebook, writeNotebook } from '../../../lab/src/run/notebook.ts';
import { root } from '../../helpers/root.ts';

const folder = mkdtempSync(join(tmpdir(), 'typelab-notebook-'));
after(() => rmSync(folder, { recursive: true }));

const put = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const empty = (more: object = {}): Notebook => ({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5, ...more });

describe('reading a notebook', () => {
  test("the course's notebook is written back byte for byte", async () => {
    const path = join(root, 'notebooks/01-serving.ipynb');
    assert.equal(formatNotebook(await readNotebook(path)), readFileSync(path, 'utf8'));
  });

  test('a mark at its beginning is passed over', async () => {
    const path = put('marked.ipynb', `\uFEFF${formatNotebook(empty())}`);
    assert.deepEqual(await readNotebook(path), empty());
  });

  const bad: [string, string, RegExp][] = [
    ['a file without anything', '\n', /bad\.ipynb: is empty$/],
    ['not JSON', '{"cells": [', /bad\.ipynb: is not a notebook: it is not JSON/],
    ['JSON of another kind', '[1, 2]', /is JSON but not a notebook: it has no "nbformat"/],
    ['nothing', 'null', /is JSON but not a notebook/],
    [
      'an old format',
      '{"nbformat": 3, "worksheets": []}',
      /nbformat 3; convert it: jupyter nbconvert --to notebook --nbformat 4/,
    ],
    ['no cells', '{"nbformat": 4}', /has no list of "cells"/],
    [
      'a cell of an unknown kind',
      '{"nbformat": 4, "cells": [{"cell_type": "heading", "source": ""}]}',
      /cell 1 has cell_type "heading"/,
    ],
    ['a cell without source', '{"nbformat": 4, "cells": [{"cell_type": "code"}]}', /cell 1 has no source/],
  ];
  for (const [what, text, error] of bad)
    test(`${what} is refused by name`, async () => assert.rejects(readNotebook(put('bad.ipynb', text)), error));

  test('a missing file is named', async () => {
    await assert.rejects(readNotebook(join(folder, 'none.ipynb')), /none\.ipynb: there is no such file/);
  });

  test('a folder is told as one', async () => {
    await assert.rejects(readNotebook(folder), /is a folder; name the notebooks in it/);
  });
});

describe('writing a notebook', () => {
  test('text becomes lines; JSON and base64 stay whole', () => {
    const data = {
      'text/plain': 'a\nb',
      'image/png': 'aGk=\n',
      'application/json': { a: 1 },
      'application/geo+json': 'x\ny',
      'image/svg+xml': '<svg>\n</svg>',
    };
    const notebook = empty({
      cells: [
        {
          cell_type: 'code',
          metadata: {},
          source: 'x\ny\n',
          execution_count: 1,
          outputs: [{ output_type: 'display_data', data, metadata: {} }],
        },
      ],
    });
    const [cell] = JSON.parse(formatNotebook(notebook)).cells;
    assert.deepEqual(cell.source, ['x\n', 'y\n']);
    assert.deepEqual(cell.outputs[0].data, {
      ...data,
      'text/plain': ['a\n', 'b'],
      'image/svg+xml': ['<svg>\n', '</svg>'],
    });
  });

  test('what is unknown is kept', async () => {
    const path = put('unknown.ipynb', JSON.stringify(empty({ metadata: { mine: { deep: [1] } }, extra: true })));
    const again = JSON.parse(formatNotebook(await readNotebook(path)));
    assert.deepEqual([again.metadata.mine, again.extra], [{ deep: [1] }, true]);
  });

  test('a folder that is not there is an error, and nothing is left behind', async () => {
    await assert.rejects(writeNotebook(join(folder, 'no', 'out.ipynb'), empty()), /out\.ipynb: cannot be written/);
    await writeNotebook(join(folder, 'out.ipynb'), empty());
    assert.deepEqual(
      readdirSync(folder).filter((name) => name.startsWith('.')),
      [],
    );
  });

  test('a link stays a link, a private file private, and what is no file what it is', {
    skip: process.platform === 'win32' && 'Windows has no such links and modes',
  }, async () => {
    const file = put('private.ipynb', '');
    chmodSync(file, 0o600);
    const link = join(folder, 'link.ipynb');
    symlinkSync(file, link);
    await writeNotebook(link, empty());
    assert.deepEqual([lstatSync(link).isSymbolicLink(), statSync(file).mode & 0o777], [true, 0o600]);
    assert.equal(readFileSync(file, 'utf8'), formatNotebook(empty()));
    await writeNotebook('/dev/null', empty());
    assert.equal(statSync('/dev/null').isCharacterDevice(), true);
  });
});
