import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Worker } from 'node:worker_threads';
import type { Kernels } from '../../../../../lib/engine/embedded/memory.ts';
import { close, lead } from '../../../../../lib/engine/embedded/plan/crew.ts';
import { describe } from '../../../../../lib/engine/embedded/plan/describe.ts';
import { type Blueprint, createProgram, partsOf } from '../../../../../lib/engine/embedded/plan/program.ts';
import { tf } from '../../../../../lib/engine/index.ts';
import { root } from '../../../../helpers/root.ts';
import { random } from '../oracle.ts';

const folder = join(root, 'lib/engine/embedded');
const module = new WebAssembly.Module(readFileSync(join(folder, 'kernels-shared.wasm')));
const model = tf.sequential({
  layers: [
    tf.layers.conv2d({ inputShape: [9, 9, 2], filters: 5, kernelSize: 3, activation: 'relu', padding: 'same' }),
    tf.layers.maxPooling2d({ poolSize: 2 }),
    tf.layers.flatten(),
    tf.layers.dense({ units: 3, activation: 'softmax' }),
  ],
});
const blueprint: Blueprint = { layers: describe(model)!.layers, batch: 7, inputSize: 162, slots: 0 };

/** A step on a memory of its own, with the same images and weights each time. */
function start() {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const kernels = new WebAssembly.Instance(module, { env: { memory } }).exports as Kernels;
  const program = createProgram(kernels, memory, blueprint);
  memory.grow(Math.ceil(program.bytes / 65536));
  close(memory, partsOf(blueprint));
  const { floats, integer } = random(1);
  const fill = (at: number, values: ArrayLike<number>) =>
    new Float32Array(memory.buffer, at, values.length).set(values);
  fill(program.images, floats(7 * 162));
  fill(program.weights, floats(program.count));
  new Int32Array(memory.buffer, program.labels, 7).set(Array.from({ length: 7 }, () => integer(0, 2)));
  const results = () => [
    program.sums(),
    ...program.gradients.map((at) => new Float32Array(memory.buffer, at, program.count).slice()),
  ];
  return { memory, program, results };
}

test('a step gives the same bits whoever computes its parts', async () => {
  const [alone, shared] = [start(), start()];
  const workerData = { memory: shared.memory, module, blueprint };
  const worker = new Worker(join(folder, 'plan/helper.ts'), { workerData });
  try {
    const parts = partsOf(blueprint);
    let helped = 0;
    for (let i = 0; helped < 20; i++) {
      // Full steps, and a last one of an epoch that leaves nothing for the second part.
      const n = [7, 4, 2][i % 3]!;
      lead(alone.memory, parts, n, alone.program.run);
      let own = 0;
      lead(shared.memory, parts, n, (part, n) => {
        own++;
        shared.program.run(part, n);
        // The other thread gets its chance on a busy machine too.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1);
      });
      if (own < parts) helped++;
      assert.deepEqual(shared.results(), alone.results(), `step ${i}`);
    }
  } finally {
    await worker.terminate();
  }
});

test('the last step of an epoch may be shorter than a part: what is left over adds nothing', () => {
  const { memory, program, results } = start();
  lead(memory, 2, 7, program.run);
  lead(memory, 2, 3, program.run);
  const [sums, first, second] = results() as [{ correct: number }, Float32Array, Float32Array];
  assert.ok(sums.correct <= 3);
  assert.ok(first.some((value) => value !== 0));
  assert.ok(second.every((value) => value === 0));
});
