import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { isAdded, locate, shareTfjs } from './place.ts';

export type Native = { usesGpu: boolean; version: string };

const require = createRequire(import.meta.url);

/** Loads the package's binding and makes it tfjs's backend. Throws, with the way out, where that cannot be. */
export function startNative(name: 'tfjs-node' | 'tfjs-node-gpu'): Native {
  const folder = locate(name);
  if (!folder) {
    throw new Error(
      `The engine ${name} is wanted, but it is not installed. ` +
        `Install it (typelab engine add ${name}), or unset TYPELAB_ENGINE to compute on the embedded engine.`,
    );
  }
  if (isAdded(name)) shareTfjs(name);
  else checkShared(name, folder);
  restoreRemovedUtil();
  // TensorFlow's own log goes to the process' stderr, where it would look like a cell's error; "no GPU" is an error in it.
  process.env.TF_CPP_MIN_LOG_LEVEL ??= '3';
  try {
    require(folder);
  } catch (cause) {
    tf.setBackend('cpu');
    throw new Error(
      `The engine ${name} is installed, but its binding does not load: ${cause instanceof Error ? cause.message : cause}. ` +
        `Build it again (typelab engine add ${name}), or unset TYPELAB_ENGINE to compute on the embedded engine.`,
      { cause },
    );
  }
  const backend = tf.backend() as unknown as { isUsingGpuDevice?: boolean; binding: { TF_Version: string } };
  const { version } = require(join(folder, 'package.json')) as { version: string };
  return {
    usesGpu: backend.isUsingGpuDevice === true,
    version: `${name} ${version}, TensorFlow ${backend.binding.TF_Version}`,
  };
}

/** A package that npm put beside typelab may have brought a tfjs of its own. */
function checkShared(name: string, folder: string): void {
  const theirs = createRequire(join(folder, 'package.json')).resolve('@tensorflow/tfjs');
  const ours = require.resolve('@tensorflow/tfjs');
  if (theirs === ours) return;
  throw new Error(
    `@tensorflow/${name} brings its own tfjs (${theirs}); typelab's is ${tf.version.tfjs} (${ours}). ` +
      `Install @tensorflow/${name}@${tf.version.tfjs}, so that npm shares one copy (npm dedupe).`,
  );
}

/** tfjs-node 4.22 calls two functions that Node 23 removed. */
function restoreRemovedUtil(): void {
  const util = require('node:util') as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}
