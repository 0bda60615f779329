import assert from 'node:assert/strict';
import { test } from 'node:test';
import { testKernel } from '../../helpers/kernel.ts';

/** Bytes of typed arrays that the main thread still holds, when the collector has had its time. */
const held = `let bytes = Infinity;
(await import('node:v8')).setFlagsFromString('--expose-gc');
const gc = (await import('node:vm')).runInNewContext('gc');
for (let round = 0; round < 50 && bytes > 3 * (8 << 20); round++) {
  gc();
  await new Promise((done) => setTimeout(done, 20));
  bytes = process.memoryUsage().arrayBuffers;
}
console.log(bytes)`;

test('a cell that is run again and again lets go of the data that it declared before', async () => {
  await using kernel = await testKernel();
  const code = `const data = new Float64Array(1 << 20).fill(1); function first() { return data[0] } const reader = () => first(); reader();`;
  for (let n = 0; n < 12; n++) await kernel.run(code);
  const { stdout } = await kernel.run(held);
  // One copy is 8 MiB; what is alive are data, first and reader of the last run, and what the collector has not come to.
  assert.ok(Number(stdout) < 3 * (8 << 20), `${stdout} bytes are held`);
});

test('a closure keeps the data that it was made with', async () => {
  await using kernel = await testKernel();
  await kernel.run('const kept = [1, 2, 3]; (globalThis as any).later = () => kept.length;');
  for (let n = 0; n < 3; n++) await kernel.run('const kept = [9];');
  const { stdout } = await kernel.run('console.log((globalThis as any).later(), kept.length)');
  assert.equal(stdout, '3 1\n');
});
