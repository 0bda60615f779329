import type { Kernels } from '../memory.ts';
import type { Description } from './describe.ts';
import { type Block, type Operation, operation, outputSize } from './layers.ts';

/**
 * A training step with all its addresses fixed, in a memory of its own that threads share. The batch is cut into parts, each
 * with its own room for activations and gradients; who computes which part changes no bit of the result.
 */
export type Program = {
  /** Bytes of memory that it needs. */
  bytes: number;
  /** Where the images [batch][…] and their labels [batch] belong. */
  images: number;
  labels: number;
  /** All variables in one block, in the order of the layers; and each part's gradients in the same order. */
  weights: number;
  gradients: number[];
  /** Blocks of the optimizer's state, as long as the weights. */
  slots: number[];
  /** How many floats those blocks have. */
  count: number;
  /** Computes the gradients of part `part` of a step of `n` images, and its loss and number of right answers. */
  run(part: number, n: number): void;
  /** Sums of all parts, after they ran. */
  sums(): { loss: number; correct: number };
};

/** What a program is made of; it crosses to other threads, where the same addresses come out. */
export type Blueprint = {
  layers: Description[];
  /** Images in a full step. */
  batch: number;
  /** Numbers of an image. */
  inputSize: number;
  /** The optimizer's floats for each weight. */
  slots: number;
};

/** Where the addresses begin; before it are the words by which threads agree (crew.ts) and the parts' results. */
const start = 256;
const results = 64;

/** Floats of activations that stay in a core's cache. */
const near = 128 * 1024;

/** As many parts on every machine, so that a seed gives the same training on each. */
export const partsOf = ({ batch }: Pick<Blueprint, 'batch'>): number => Math.min(batch, 2);

export function createProgram(kernels: Kernels, memory: WebAssembly.Memory, blueprint: Blueprint): Program {
  const { layers, batch, inputSize } = blueprint;
  const parts = partsOf(blueprint);
  const perPart = Math.ceil(batch / parts);
  // Convolutions and poolings take a few images at a time, so that what one writes is still near when the next reads it.
  const chunked = layers.findIndex(({ kind }) => kind === 'dense');
  const perImage = layers.slice(0, chunked).reduce((sum, layer) => sum + outputSize(layer), inputSize);
  const chunk = Math.max(1, Math.min(perPart, Math.floor(near / perImage)));
  const inChunks = (count: number, run: (first: number, count: number) => void) => {
    for (let first = 0; first < count && chunked > 0; first += chunk) run(first, Math.min(chunk, count - first));
  };
  let end = start;
  // The tile reads up to 28 bytes past the end of a matrix. The ends of the blocks lie in different lines of the cache.
  const reserve = (floats: number) => {
    const address = end;
    end += Math.ceil((floats * 4 + 32) / 64) * 64;
    return address;
  };
  const clear = (address: number, floats: number) => new Float32Array(memory.buffer, address, floats).fill(0);

  const sizes = layers.flatMap(({ variables }) => variables);
  const count = sizes.reduce((sum, size) => sum + size, 0);
  const images = reserve(batch * inputSize);
  const labels = reserve(batch);
  const weights = reserve(count);
  const slots = Array.from({ length: blueprint.slots }, () => reserve(count));
  const gradients = Array.from({ length: parts }, () => reserve(count));
  const runs = gradients.map((own, part) => {
    const { operations, logits, logitsGradient } = chain(part, own);
    return (n: number) => {
      const own = Math.max(0, Math.min(perPart, n - part * perPart));
      inChunks(own, (first, count) => {
        for (let i = 0; i < chunked; i++) operations[i]!.forward(first, count);
      });
      for (let i = chunked; i < layers.length; i++) operations[i]!.forward(0, own);
      const classes = labels + part * perPart * 4;
      const loss = kernels.softmaxLoss(logits, classes, own, outputSize(layers.at(-1)!), logitsGradient, 1 / n);
      const correct = kernels.correctCount();
      for (let i = layers.length - 1; i >= chunked; i--) operations[i]!.backward(0, own);
      inChunks(own, (first, count) => {
        for (let i = chunked - 1; i >= 0; i--) operations[i]!.backward(first, count);
      });
      new Float64Array(memory.buffer, results + part * 16, 2).set([loss, correct]);
    };
  });

  return {
    bytes: end,
    images,
    labels,
    weights,
    gradients,
    slots,
    count,
    run(part, n) {
      if (n > part * perPart) runs[part]!(n);
      // The last step of an epoch may have no image for this part.
      else {
        clear(gradients[part]!, count);
        new Float64Array(memory.buffer, results + part * 16, 2).fill(0);
      }
    },
    sums() {
      const values = new Float64Array(memory.buffer, results, 2 * parts);
      let [loss, correct] = [0, 0];
      for (let part = 0; part < parts; part++) {
        loss += values[2 * part]!;
        correct += values[2 * part + 1]!;
      }
      return { loss, correct };
    },
  };

  function chain(part: number, gradient: number) {
    const operations: Operation[] = [];
    const scratch = reserve(kernels.matmulScratch() / 4);
    const block = (size: number, again: boolean): Block => ({
      start: reserve((again ? chunk : perPart) * size),
      step: again ? 0 : size * 4,
    });
    const sizes = layers.map(outputSize);
    // In front of a pooling, a convolution's output is read by it alone; gradients within the chunk, at once.
    const outputs = layers.map((_, i) => block(sizes[i]!, isPooled(i)));
    const slopes = layers.map((_, i) => block(sizes[i]!, i < chunked - 1));
    let offset = 0;
    for (const [i, layer] of layers.entries()) {
      const own = layer.variables.map((size) => {
        const at = offset;
        offset += size * 4;
        return at;
      });
      const previous = layers[i - 1];
      const pooling = layers[i + 1];
      operations.push(
        operation(layer, {
          ...{ kernels, reserve, clear, scratch, batch: perPart },
          x: outputs[i - 1] ?? { start: images + part * perPart * inputSize * 4, step: inputSize * 4 },
          dx: slopes[i - 1],
          y: outputs[i]!,
          dy: slopes[i]!,
          weights: own.map((at) => weights + at),
          gradients: own.map((at) => gradient + at),
          pooled: isPooled(i) ? { dy: slopes[i + 1]!, pixels: pixelsOf(pooling) } : undefined,
          afterRelu: previous?.kind === 'convolution' && previous.relu,
        }),
      );
    }
    return { operations, logits: outputs.at(-1)!.start, logitsGradient: slopes.at(-1)!.start };
  }

  function isPooled(i: number): boolean {
    return layers[i]!.kind === 'convolution' && layers[i + 1]?.kind === 'maxPool';
  }
}

function pixelsOf(layer: Description | undefined): number {
  return layer && layer.kind !== 'dense' ? layer.conv.outHeight * layer.conv.outWidth : 0;
}
