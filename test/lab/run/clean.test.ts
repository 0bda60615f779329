import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { clean } from '../../../lab/src/run/clean.ts';

test('outputs and counts go, ids and unknown metadata stay; a clean file is left alone', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-clean-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'a.ipynb');
  const metadata = { strange: { deep: [1, null] } };
  const cell = {
    cell_type: 'code',
    id: 'one',
    metadata,
    source: ['1'],
    execution_count: 4,
    outputs: [{ output_type: 'stream', name: 'stdout', text: ['x'] }],
  };
  writeFileSync(path, JSON.stringify({ cells: [cell], metadata, nbformat: 4, nbformat_minor: 5 }));
  assert.equal(await clean(path), true);
  const after = JSON.parse(readFileSync(path, 'utf8'));
  assert.deepEqual(after.cells[0], { ...cell, outputs: [], execution_count: null });
  assert.deepEqual(after.metadata, metadata);
  assert.equal(await clean(path), false);
});

test('numbers that JavaScript would write otherwise stay as they are, and outputs may be of any shape', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'typelab-clean-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'a.ipynb');
  const text = (outputs: string) => `{
 "cells": [
  {
   "cell_type": "code",
   "id": "one",
   "metadata": {
    "seconds": 1.0,
    "list": [
     12345678901234567890,
     1e5,
     -0.0,
     1E400,
     0.10
    ],
    "tags": 1
   },
   "source": [
    "1"
   ],
   "outputs": ${outputs},
   "execution_count": null
  }
 ],
 "metadata": {
  "version": 2.0
 },
 "nbformat": 4,
 "nbformat_minor": 5
}
`;
  writeFileSync(path, text('[null, {"output_type": "pyout"}]'));
  assert.equal(await clean(path), true);
  assert.equal(readFileSync(path, 'utf8'), text('[]'));
});
