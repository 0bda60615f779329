import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildKernels } from '../../../../lib/engine/embedded/build.ts';
import { root } from '../../../helpers/root.ts';

const checkedIn = readFileSync(join(root, 'lib/engine/embedded/kernels.wasm'));

test('kernels.wasm is what its sources give (if not: node lib/engine/embedded/build.ts)', async () => {
  assert.ok(checkedIn.equals(await buildKernels()));
});

test('the kernels bring no data: it would be written over tfjs’s own', () => {
  const data = 11;
  assert.ok(!sections(checkedIn).includes(data));
});

/** The ids of a module's sections, after its eight bytes of magic and version. */
function sections(wasm: Uint8Array): number[] {
  const ids: number[] = [];
  for (let at = 8; at < wasm.length; ) {
    ids.push(wasm[at++]!);
    let [size, shift, byte] = [0, 0, 0];
    do {
      byte = wasm[at++]!;
      size |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte & 0x80);
    at += size;
  }
  return ids;
}
