import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { buildKernels } from '../../../../lib/engine/embedded/build.ts';
import { root } from '../../../helpers/root.ts';

const checkedIn = (name: string) => readFileSync(join(root, 'lib/engine/embedded', name));

test('kernels.wasm and kernels-shared.wasm are what their sources give (if not: node lib/engine/embedded/build.ts)', async () => {
  const built = Object.entries(await buildKernels());
  assert.equal(built.length, 2);
  for (const [name, bytes] of built) assert.ok(checkedIn(name).equals(bytes), name);
});

test('the kernels bring no data: it would be written over tfjs’s own', () => {
  const data = 11;
  for (const name of ['kernels.wasm', 'kernels-shared.wasm']) assert.ok(!sections(checkedIn(name)).includes(data));
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
