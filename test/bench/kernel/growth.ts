/** Whether a long session gets slower: medians around its 10th and its 500th cell, each of which uses those before it. */
import type { RunningKernel } from '../../../kernel/wire/start.ts';
import { median } from '../suite.ts';
import { open } from './measure.ts';
import type { Peer } from './peers.ts';

/** Milliseconds around cell 10 and around cell 500. */
export type Growth = { run: [number, number]; complete: [number, number] };

const last = 510;
/** Cells on each side of the one that is meant: the five kinds take turns, each with its own time. */
const around = 10;

export async function measureGrowth(peer: Peer, cwd: string): Promise<Growth> {
  const { kernel } = await open(peer, cwd);
  const run: number[] = [];
  const complete: number[] = [];
  try {
    for (let n = 0; n <= last; n += 1) {
      run.push(await timed(() => succeed(kernel, cellOf(n))));
      complete.push(await timed(() => completeMember(kernel, n)));
    }
  } finally {
    await kernel.kill();
  }
  const at = (times: number[], n: number) => median(times.slice(Math.max(0, n - around), n + around + 1));
  return { run: [at(run, 10), at(run, 500)], complete: [at(complete, 10), at(complete, 500)] };
}

/** Variables, functions, types and classes, each built on what the cells before it declared, and a name declared again. */
function cellOf(n: number): string {
  if (n < 5) return first[n]!;
  const cells = [
    `const row${n} = { id: ${n}, tags: ['a'] as string[] }; row${n}.tags`,
    `function scale${n}(x: number) { return x * ${n} + row${n - 1}.id; }\nscale${n}(2)`,
    `interface Item${n} { id: number; row: typeof row${n - 2} }\nconst item${n}: Item${n} = { id: scale${n - 1}(1), row: row${n - 2} };`,
    `class Model${n} { total = 0; add(item: Item${n - 1}) { this.total += item.id; return this; } }\nnew Model${n}().add(item${n - 1}).total`,
    `let total = [row${n - 4}, row${n - 4}].map(({ id }) => id).reduce((a, b) => a + b, 0);\ntotal`,
  ];
  return cells[n % 5]!;
}

const first = [
  'const row0 = { id: 0 };',
  'const scale1 = (x: number) => x;',
  'const item2 = row0;',
  'class Model3 {}',
  'let total = 0;',
];

async function succeed(kernel: RunningKernel, code: string): Promise<void> {
  const { reply, iopub } = kernel.client.execute(code, { timeout: 60_000 });
  for await (const _ of iopub);
  const { content } = await reply;
  if (content.status !== 'ok') throw new Error(`${code} ended with ${JSON.stringify(content).slice(0, 300)}`);
}

async function completeMember(kernel: RunningKernel, n: number): Promise<void> {
  const code = `row${n - (n % 5)}.`;
  const { content } = await kernel.client.request(
    'complete_request',
    { code, cursor_pos: code.length },
    { timeout: 60_000 },
  );
  if (!(content.matches as string[]).includes('id')) throw new Error(`${code} completes to ${content.matches}`);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
