import * as tf from '@tensorflow/tfjs';
import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm';
import { address, allocate, floats, free, integers, kernelsOn } from '../memory.ts';
import { type Description, describe } from './describe.ts';
import { type Operation, operation, outputSize } from './layers.ts';
import { type AdamState, readAdam } from './optimizer.ts';

/** A whole training step as one plan: every layer's addresses are fixed, no tensor is made, no gradient tape is kept. */
export type CompiledStep = {
  run(batch: Int32Array): { loss: number; correct: number };
  /** Writes the trained weights and Adam's state back into the model, so that tfjs goes on from there. */
  finishEpoch(): void;
  dispose(): void;
};

/** Compiles the step of a model that the plan knows (see describe.ts) with Adam and sparse categorical cross-entropy; else undefined. */
export function compileStep(
  model: tf.LayersModel,
  data: { images: tf.Tensor; labels: tf.Tensor },
  batchSize: number,
): CompiledStep | undefined {
  if (tf.getBackend() !== 'wasm' || data.images.dtype !== 'float32') return undefined;
  if (model.loss !== 'sparseCategoricalCrossentropy' || model.optimizer?.getClassName() !== 'Adam') return undefined;
  const descriptions = describe(model);
  if (!descriptions) return undefined;
  return build(
    descriptions,
    readAdam(model.optimizer as tf.AdamOptimizer),
    data,
    Math.min(batchSize, data.images.shape[0]!),
  );
}

/** An interrupt ends a cell without running its `finally`; the memory is freed when the step is collected. */
const abandoned = new FinalizationRegistry(({ backend, owned }: { backend: BackendWasm; owned: number[] }) => {
  for (const pointer of owned) free(backend, pointer);
});

function build(
  descriptions: Description[],
  adam: AdamState,
  data: { images: tf.Tensor; labels: tf.Tensor },
  batchSize: number,
): CompiledStep {
  const backend = tf.backend() as unknown as BackendWasm;
  const kernels = kernelsOn(backend);
  const owned: number[] = [];
  // The tile reads up to 28 bytes past the end of a matrix.
  const reserve = (count: number) => {
    const pointer = allocate(backend, count * 4 + 32);
    owned.push(pointer);
    return pointer;
  };
  const clear = (pointer: number, count: number) => floats(backend, pointer, count).fill(0);

  const variables = descriptions.flatMap((description) => ('variables' in description ? description.variables : []));
  const total = variables.reduce((sum, { size }) => sum + size, 0);
  // One block each for weights, gradients and moments: one call updates them all.
  const [weights, gradients, first, second] = [0, 1, 2, 3].map(() => reserve(total)) as [
    number,
    number,
    number,
    number,
  ];
  const offsets = variables.map((_, i) => variables.slice(0, i).reduce((sum, { size }) => sum + size * 4, 0));
  for (const [i, variable] of variables.entries()) {
    copyIn(variable, weights + offsets[i]!);
    const [m, v] = adam.moments(i);
    if (m) copyIn(m, first + offsets[i]!);
    else clear(first + offsets[i]!, variable.size);
    if (v) copyIn(v, second + offsets[i]!);
    else clear(second + offsets[i]!, variable.size);
  }

  // Of the caller's tensors a second reference each: they may be disposed of while the training waits for its next turn.
  const images = data.images.clone();
  const labels = data.labels.toInt();
  const rowBytes = (images.size / images.shape[0]!) * 4;
  const [order, classes] = [reserve(batchSize), reserve(batchSize)];
  const scratch = reserve(kernels.matmulScratch() / 4);
  const input = reserve((batchSize * rowBytes) / 4);
  const operations: Operation[] = [];
  let [x, dx, used] = [input, 0, 0];
  for (const description of descriptions) {
    const size = batchSize * outputSize(description);
    const [y, dy] = [reserve(size), reserve(size)];
    const own = 'variables' in description ? description.variables.length : 0;
    const mine = offsets.slice(used, used + own);
    used += own;
    const wires = { kernels, reserve, clear, scratch, batch: batchSize, x, dx, y, dy };
    const parameters = { weights: mine.map((at) => weights + at), gradients: mine.map((at) => gradients + at) };
    operations.push(operation(description, { ...wires, ...parameters }));
    [x, dx] = [y, dy];
  }
  const [logits, logitsGradient] = [x, dx];
  const classCount = outputSize(descriptions.at(-1)!);
  let steps = 0;

  const step: CompiledStep = {
    run(batch) {
      const n = batch.length;
      integers(backend, order, n).set(batch);
      kernels.gather(address(backend, images), images.shape[0]!, rowBytes, order, n, input);
      kernels.gather(address(backend, labels), labels.size, 4, order, n, classes);
      for (const { forward } of operations) forward(n);
      const loss = kernels.softmaxLoss(logits, classes, n, classCount, logitsGradient, 1 / n);
      const correct = kernels.correctCount();
      for (let i = operations.length - 1; i >= 0; i--) operations[i]!.backward(n);
      const { rate, beta1, beta2, epsilon, correction1, correction2 } = adam.next();
      const pointers = [weights, first, second, gradients, weights, first, second] as const;
      kernels.adam(...pointers, total, rate, beta1, beta2, epsilon, correction1, correction2);
      steps++;
      return { loss, correct };
    },
    finishEpoch() {
      tf.tidy(() => {
        for (const [i, variable] of variables.entries()) {
          const out = (from: number) => copyOut(from + offsets[i]!, variable.shape);
          variable.assign(out(weights));
          adam.write(i, variable, out(first), out(second));
        }
        adam.finish(steps);
      });
      steps = 0;
    },
    dispose() {
      abandoned.unregister(step);
      tf.dispose([images, labels]);
      for (const pointer of owned.splice(0)) free(backend, pointer);
    },
  };
  abandoned.register(step, { backend, owned }, step);
  return step;

  function copyIn(tensor: tf.Tensor, to: number): void {
    floats(backend, to, tensor.size).set(floats(backend, address(backend, tensor), tensor.size));
  }
  function copyOut(from: number, shape: number[]): tf.Tensor {
    const { dataId, dtype } = backend.makeOutput(shape, 'float32');
    const tensor = tf.engine().makeTensorFromTensorInfo({ dataId, shape, dtype });
    floats(backend, address(backend, tensor), tensor.size).set(floats(backend, from, tensor.size));
    return tensor;
  }
}
