import * as tf from '@tensorflow/tfjs';
// Registers the backend 'wasm'; its .wasm lies beside it in the package, so no network is needed.
import { version_wasm } from '@tensorflow/tfjs-backend-wasm';
import { mendBackend } from './backend.ts';
import { fuseAdam } from './fused-adam.ts';
import { fuseBatchNorm } from './fused-batch-norm.ts';
import { fuseCrossEntropy } from './fused-cross-entropy.ts';
import { fuseDescent } from './fused-descent.ts';
import { fuseLayers } from './fused-layers.ts';
import { registerKernels } from './kernels.ts';
import { registerMissingGradients } from './missing-gradients.ts';

/** Makes tfjs WASM with our kernels the backend; gives its version. */
export async function startEmbedded(): Promise<string> {
  const before = handlers();
  await tf.setBackend('wasm');
  // Emscripten's start-up code makes every unhandled rejection fatal; in a notebook that would kill the kernel.
  for (const [event, listeners] of Object.entries(handlers())) {
    for (const listener of listeners) {
      if (!before[event]!.includes(listener)) process.removeListener(event, listener as () => void);
    }
  }
  registerKernels();
  mendBackend();
  registerMissingGradients();
  fuseAdam();
  fuseDescent();
  fuseCrossEntropy();
  fuseLayers();
  fuseBatchNorm();
  return `tfjs-wasm ${version_wasm}`;
}

function handlers(): Record<string, unknown[]> {
  return {
    uncaughtException: process.listeners('uncaughtException'),
    unhandledRejection: process.listeners('unhandledRejection'),
  };
}
