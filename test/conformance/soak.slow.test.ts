import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { type TestKernel, testKernel } from '../helpers/kernel.ts';
import { record, times } from '../helpers/long.ts';

const COUNT = times(500, 20_000);
/** Of a cell are kept: its text in In, as IPython does, and with its source map for the errors of functions that live on. 340 to 440 bytes measured. */
const BYTES_A_CELL = 500;

test(`${COUNT} cells leave the memory flat`, { skip: process.platform !== 'linux' && 'reads /proc' }, async () => {
  await using kernel = await testKernel();
  await kernel.run("import v8 from 'node:v8'");
  const started = performance.now();
  const sizes: Size[] = [];
  for (let cell = 0; cell < COUNT; cell++) {
    const { reply } = await kernel.run(code(cell), { timeout: 60_000, stop_on_error: false });
    assert.equal(reply.status, cell % 10 === 9 ? 'error' : 'ok', JSON.stringify(reply));
    if ((cell + 1) % (COUNT / 4) === 0) sizes.push({ cells: cell + 1, ...(await measure(kernel)) });
  }
  const seconds = (performance.now() - started) / 1000;
  for (const { cells, heap, kernel, compiler } of sizes)
    console.log(
      `${cells} cells: ${megabytes(heap)} MB of heap, ${megabytes(kernel)} MB in the kernel, ${megabytes(compiler)} MB in the compiler`,
    );
  // What a session holds anyway is there after the first quarter.
  const [warm, , , end] = sizes as [Size, Size, Size, Size];
  const cells = end.cells - warm.cells;
  const growth = end.heap - warm.heap;
  const figures = [
    `${((seconds / COUNT) * 1000).toFixed(1)} ms a cell`,
    `heap ${megabytes(warm.heap)} MB after ${warm.cells} cells, ${megabytes(end.heap)} MB at the end (${(growth / cells).toFixed(0)} bytes a cell)`,
    `resident ${megabytes(warm.kernel)} and ${megabytes(end.kernel)} MB, the compiler ${megabytes(warm.compiler)} and ${megabytes(end.compiler)} MB`,
  ].join('; ');
  console.log(figures);
  record(`${COUNT.toLocaleString('en')} cells in one kernel`, figures);
  assert.ok(growth < BYTES_A_CELL * cells + (2 << 20), `the heap grew by ${megabytes(growth)} MB`);
  // What the system has given is not taken back at once, so this is coarser.
  const resident = [warm, end].map(({ kernel, compiler }) => kernel + compiler) as [number, number];
  assert.ok(resident[1] < 1.5 * resident[0], `${resident.map(megabytes).join(' → ')} MB are resident`);
});

type Size = { cells: number } & Awaited<ReturnType<typeof measure>>;

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
  // For a snapshot V8 lets go of everything that it may, also of its cache of compiled scripts (1.4 KB each), which gc() keeps.
  const collect = `await new Promise((done) => v8.getHeapSnapshot().resume().on('end', done)); console.log(process.memoryUsage().heapUsed)`;
  const { stdout } = await kernel.run(collect, { store_history: false, timeout: 60_000 });
  const pid = kernel.process.pid!;
  return {
    heap: Number(stdout),
    kernel: resident(pid),
    compiler: children(pid).reduce((sum, child) => sum + resident(child), 0),
  };
}

function resident(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}

function children(pid: number): number[] {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.flatMap((id) =>
    readFileSync(`/proc/${pid}/task/${id}/children`, 'utf8').split(' ').filter(Boolean).map(Number),
  );
}

function megabytes(bytes: number): string {
  return (bytes / 2 ** 20).toFixed(0);
}
