import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { address, floats, type Kernels } from '../memory.ts';
import { close, lead } from './crew.ts';
import { type Described, describe } from './describe.ts';
import type { Help } from './helper.ts';
import { type Updater, updaterOf } from './optimizer.ts';
import { createProgram, partsOf } from './program.ts';

/** A whole training step as one plan: every layer's addresses are fixed, no tensor is made, no gradient tape is kept. */
export type CompiledStep = {
  run(batch: Int32Array): { loss: number; correct: number };
  /** Writes the trained weights and the optimizer's state back into the model, so that tfjs goes on from there. */
  finishEpoch(): void;
  dispose(): void;
};

type Data = { images: tf.Tensor; labels: tf.Tensor };

/**
 * Compiles the step of a model and an optimizer that the plan knows (describe.ts, optimizer.ts), with sparse categorical
 * cross-entropy; else undefined.
 */
export function compileStep(model: tf.LayersModel, data: Data, batchSize: number): CompiledStep | undefined {
  if (tf.getBackend() !== 'wasm' || data.images.dtype !== 'float32') return undefined;
  if (model.loss !== 'sparseCategoricalCrossentropy' || !model.optimizer) return undefined;
  const described = describe(model);
  const updater = described && updaterOf(model.optimizer);
  if (!updater) return undefined;
  return build(described, updater, data, Math.min(batchSize, data.images.shape[0]!));
}

/** Compiled once; each step has a memory of its own and so an instance of its own. */
let compiled: WebAssembly.Module | undefined;

/** A training that is over sooner is not worth another thread. Milliseconds. */
const worthHelp = 100;

/** An interrupt ends a cell without running its `finally`; then this is done when the step is collected. */
const abandoned = new FinalizationRegistry((release: () => void) => release());

function build({ layers, variables }: Described, updater: Updater, data: Data, batchSize: number): CompiledStep {
  const backend = tf.backend() as unknown as BackendWasm;
  compiled ??= new WebAssembly.Module(readFileSync(new URL('../kernels-shared.wasm', import.meta.url)));
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 65536, shared: true });
  const kernels = new WebAssembly.Instance(compiled, { env: { memory } }).exports as Kernels;
  const inputSize = data.images.size / data.images.shape[0]!;
  const blueprint = { layers, batch: batchSize, inputSize, slots: updater.slots };
  const program = createProgram(kernels, memory, blueprint);
  memory.grow(Math.ceil(program.bytes / 65536));
  const parts = partsOf(blueprint);
  close(memory, parts);

  const offsets = variables.map((_, i) => variables.slice(0, i).reduce((sum, { size }) => sum + size * 4, 0));
  for (const [i, variable] of variables.entries()) {
    copyIn(variable, program.weights + offsets[i]!);
    for (const [slot, block] of program.slots.entries()) {
      const state = updater.read(slot, i);
      if (state) copyIn(state, block + offsets[i]!);
    }
  }

  // Of the caller's tensor a second reference: it may be disposed of while the training waits for its next turn.
  const images = data.images.clone();
  const labels = Int32Array.from(data.labels.dataSync());
  const batchImages = view(program.images, batchSize * inputSize);
  const batchLabels = new Int32Array(memory.buffer, program.labels, batchSize);
  const { release, help } = helpers({ memory, module: compiled, blueprint }, images);
  let steps = 0;
  let started = 0;

  const step: CompiledStep = {
    run(batch) {
      started ||= performance.now();
      if (performance.now() - started > worthHelp) help();
      const n = batch.length;
      const all = floats(backend, address(backend, images), images.size);
      for (let i = 0; i < n; i++) {
        const number = batch[i]!;
        batchImages.set(all.subarray(number * inputSize, (number + 1) * inputSize), i * inputSize);
        batchLabels[i] = labels[number]!;
      }
      lead(memory, parts, n, program.run);
      const [gradients, ...others] = program.gradients as [number, ...number[]];
      for (const other of others) kernels.addTo(gradients, other, program.count * 4);
      updater.update(kernels, { ...program, gradients }, program.count);
      steps++;
      return program.sums();
    },
    finishEpoch() {
      tf.tidy(() => {
        for (const [i, variable] of variables.entries()) {
          const out = (block: number) => copyOut(block + offsets[i]!, variable.shape);
          variable.assign(out(program.weights));
          for (const [slot, block] of program.slots.entries()) updater.write(slot, i, variable, out(block));
        }
        updater.finish(steps);
      });
      steps = 0;
    },
    dispose() {
      abandoned.unregister(step);
      release();
    },
  };
  abandoned.register(step, release, step);
  return step;

  function view(from: number, count: number): Float32Array {
    return new Float32Array(memory.buffer, from, count);
  }
  function copyIn(tensor: tf.Tensor, to: number): void {
    view(to, tensor.size).set(floats(backend, address(backend, tensor), tensor.size));
  }
  function copyOut(from: number, shape: number[]): tf.Tensor {
    const { dataId, dtype } = backend.makeOutput(shape, 'float32');
    const tensor = tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
    floats(backend, address(backend, tensor), tensor.size).set(view(from, tensor.size));
    return tensor;
  }
}

/** Threads that are started when they are worth it; `release` ends them and lets the images go. */
function helpers(workerData: Help, images: tf.Tensor): { help(): void; release(): void } {
  const wanted = Math.min(partsOf(workerData.blueprint), availableParallelism()) - 1;
  let workers: Worker[] | undefined;
  return {
    help() {
      workers ??= Array.from({ length: wanted }, () => {
        const worker = new Worker(new URL('./helper.ts', import.meta.url), { workerData, execArgv: [] });
        // A thread that cannot start takes no part, and the main thread does it all.
        worker.on('error', () => {});
        worker.unref();
        return worker;
      });
    },
    release() {
      for (const worker of workers?.splice(0) ?? []) void worker.terminate();
      images.dispose();
    },
  };
}
