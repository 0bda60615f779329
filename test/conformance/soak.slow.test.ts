import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type TestKernel, testKernel } from '../helpers/kernel.ts';
import { times } from '../helpers/long.ts';

const COUNT = times(500, 20_000);
/** What a session holds anyway is there after this part of it. */
const WARM = 0.25;

test(`${COUNT} cells leave the memory flat`, { skip: process.platform !== 'linux' && 'reads /proc' }, async () => {
  await using kernel = await testKernel();
  const started = performance.now();
  const sizes: { cells: number; kernel: number; heap: number }[] = [];
  for (let cell = 0; cell < COUNT; cell++) {
    const { reply } = await kernel.run(code(cell), { timeout: 60_000, stop_on_error: false });
    assert.equal(reply.status, cell % 10 === 9 ? 'error' : 'ok', JSON.stringify(reply));
    if ((cell + 1) % (COUNT / 20) === 0) sizes.push({ cells: cell + 1, ...(await measure(kernel)) });
  }
  const seconds = (performance.now() - started) / 1000;
  for (const { cells, kernel, heap } of sizes.filter((_, n) => n % 4 === 3 || n === 4))
    console.log(`${cells} cells: ${megabytes(kernel)} MB in the kernel, ${megabytes(heap)} MB of heap`);
  console.log(`${COUNT} cells in ${seconds.toFixed(0)} s, ${((seconds / COUNT) * 1000).toFixed(1)} ms a cell`);
  const warm = sizes[Math.ceil(sizes.length * WARM) - 1]!;
  const end = sizes.at(-1)!;
  const growth = end.heap - warm.heap;
  // In, Out's last thousand values and the lines that errors show are kept, as IPython keeps them; the rest is what the collector leaves.
  const allowed = 1500 * (end.cells - warm.cells) + (4 << 20);
  assert.ok(growth < allowed, `the heap grew by ${megabytes(growth)} MB`);
});

/** What a notebook does over and over. */
function code(cell: number): string {
  const kinds = [
    `const a = ${cell}; console.log('a', a)`,
    `let list = Array.from({ length: 1000 }, (_, i) => i * ${cell}); list.length`,
    `function double(n: number) { return n * 2 } double(${cell})`,
    `console.log('x'.repeat(1000))`,
    `import { display } from 'typelab/kernel'; display({ 'text/html': '<b>${cell}</b>' }, { raw: true })`,
    `await new Promise((done) => setTimeout(done, 0)); ${cell}`,
    `type Row = { n: number }; const rows: Row[] = [{ n: ${cell} }]; rows`,
    `list.map(double).at(-1)`,
    `new Float32Array(5000).fill(${cell})`,
    `throw new Error('number ${cell}')`,
  ];
  return kinds[cell % kinds.length]!;
}

async function measure(kernel: TestKernel) {
  const status = readFileSync(`/proc/${kernel.process.pid}/status`, 'utf8');
  const resident = Number(/VmRSS:\s+(\d+)/.exec(status)![1]) * 1024;
  const collect = `(await import('node:v8')).setFlagsFromString('--expose-gc'); (await import('node:vm')).runInNewContext('gc')(); console.log(process.memoryUsage().heapUsed)`;
  const { stdout } = await kernel.run(collect, { silent: false, store_history: false });
  return { kernel: resident, heap: Number(stdout) };
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
