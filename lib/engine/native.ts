import { createRequire } from 'node:module';
import * as tf from '@tensorflow/tfjs';

export type Native = { usesGpu: boolean; version: string };

const require = createRequire(import.meta.url);

export function isInstalled(name: 'tfjs-node' | 'tfjs-node-gpu'): boolean {
  return locate(name) !== undefined;
}

/** Loads the package's binding and makes it tfjs's backend. Throws, with the way out, where that cannot be. */
export function startNative(name: 'tfjs-node' | 'tfjs-node-gpu'): Native {
  const manifest = locate(name);
  if (!manifest) {
    throw new Error(
      `The engine ${name} is wanted, but the package @tensorflow/${name} is not installed. ` +
        `Install it (npm install @tensorflow/${name}), or unset TYPELAB_ENGINE to compute on the embedded engine.`,
    );
  }
  // Two tfjs in one process share their registry of kernels but not their classes: every `instanceof Tensor` would lie.
  const theirs = createRequire(manifest).resolve('@tensorflow/tfjs');
  const ours = require.resolve('@tensorflow/tfjs');
  if (theirs !== ours) {
    throw new Error(
      `@tensorflow/${name} brings its own tfjs (${theirs}); typelab's is ${tf.version.tfjs} (${ours}). ` +
        `Install @tensorflow/${name}@${tf.version.tfjs}, so that npm shares one copy (npm dedupe).`,
    );
  }
  restoreRemovedUtil();
  // TensorFlow's own log goes to the process' stderr, where it would look like a cell's error.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '2';
  try {
    require(manifest.replace(/package\.json$/, ''));
  } catch (cause) {
    tf.setBackend('cpu');
    throw new Error(
      `The engine ${name} is installed, but its binding does not load: ${cause instanceof Error ? cause.message : cause}. ` +
        'Unset TYPELAB_ENGINE to compute on the embedded engine.',
      { cause },
    );
  }
  const backend = tf.backend() as unknown as { isUsingGpuDevice?: boolean };
  const { version } = require(manifest) as { version: string };
  return { usesGpu: backend.isUsingGpuDevice === true, version: `${name} ${version}` };
}

function locate(name: string): string | undefined {
  try {
    return require.resolve(`@tensorflow/${name}/package.json`);
  } catch {
    return undefined;
  }
}

/** tfjs-node 4.22 calls two functions that Node 23 removed. */
function restoreRemovedUtil(): void {
  const util = require('node:util') as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}
