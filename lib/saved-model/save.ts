import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import type { tf } from '../engine/index.ts';
import { ModelError } from './error.ts';
import type { ModelFiles } from './export.ts';
import { exportModel } from './export.ts';
import type { GraphModel } from './layers/graph-model.ts';
import { isGraphModel } from './layers/graph-model.ts';
import type { Model } from './layers/model.ts';
import type { SignatureOption } from './layers/signatures.ts';
import { recover, savePlaces } from './replaced.ts';

export type SaveOptions = {
  /** A whole number; the next free one when absent. Servers serve the highest. */
  version?: number;
  /** Replace the version if it exists. */
  overwrite?: boolean;
  /** More signatures by name, beside `serving_default`: chosen outputs, or what `:classify` and `:regress` ask for. */
  signatures?: Record<string, SignatureOption>;
  /** Requests that a server answers before it lets the model serve, each as `SavedModel.predict` takes it. */
  warmup?: unknown[];
  /** Files for the folder `assets`: by their name there, where to copy them from, or their bytes. */
  assets?: Record<string, string | Uint8Array>;
};

/**
 * Saves a model as a SavedModel that TensorFlow and TensorFlow Serving load: `basePath/version`. The folder appears at
 * once and complete, so that a server which watches `basePath` never sees half of it.
 *
 * @param basePath the model's folder, e.g. `models/digits`; relative paths start at the current folder
 * @returns the export path, e.g. `/home/ada/models/digits/1`
 * @throws when the version exists, the folder cannot be written, or a layer cannot be saved; then nothing was written
 * @example
 * const exportPath = await saveModel(digitsModel(), 'models/digits'); // …/models/digits/1
 */
export async function saveModel(
  model: tf.LayersModel | tf.GraphModel,
  basePath: string,
  options: SaveOptions = {},
): Promise<string> {
  const base = checkBase(basePath);
  const { version, overwrite = false } = options;
  if (version !== undefined) checkVersion(version);
  if (existsSync(base)) recover(base);
  if (version !== undefined && !overwrite) refuseExisting(base, version);
  const { signatures = {}, warmup } = options;
  if ('layers' in model) await Promise.all(model.weights.map((weight) => weight.read().data())); // A GPU gives them later.
  const files = exportModel(checkModel(model), {
    signatures,
    ...(warmup && { warmup }),
    assets: Object.fromEntries(
      Object.entries(options.assets ?? {}).map(([name, from]) => [name, assetBytes(name, from)]),
    ),
    modelName: basename(base),
  });
  for (;;) {
    const target = join(base, String(version ?? nextVersion(base)));
    if (publish(base, files, target, overwrite)) return target;
    // Another program took the number between our look and our rename: the next one is as good, unless it was asked for.
    if (version !== undefined) refuseExisting(base, version);
  }
}

function checkBase(basePath: string): string {
  if (typeof basePath !== 'string' || basePath.trim() === '') {
    throw new ModelError(
      'INVALID_ARGUMENT',
      `saveModel: the base path is ${JSON.stringify(basePath)}; give the model's folder, e.g. 'models/digits'.`,
    );
  }
  const base = resolve(basePath);
  for (let path = base; ; path = dirname(path)) {
    if (!existsSync(path)) continue;
    if (statSync(path).isDirectory()) return base;
    throw new ModelError(
      'INVALID_ARGUMENT',
      `saveModel: ${path} is a file, so nothing can be saved in ${base}. Choose another base path or move the file.`,
    );
  }
}

function checkVersion(version: number): void {
  if (!Number.isSafeInteger(version) || version < 0) {
    throw new ModelError(
      'INVALID_ARGUMENT',
      `saveModel: version is ${version}; expected a whole number, 0 or more, or none for the next free one.`,
    );
  }
}

function refuseExisting(base: string, version: number): void {
  const target = join(base, String(version));
  if (!existsSync(target)) return;
  throw new ModelError(
    'ALREADY_EXISTS',
    `saveModel: ${target} exists. Pass { version: ${version}, overwrite: true } to replace it, or no version for the next free one (${nextVersion(base)}).`,
  );
}

function assetBytes(name: string, from: string | Uint8Array): Uint8Array {
  if (typeof from !== 'string') return from;
  try {
    return readFileSync(from);
  } catch (error) {
    const { message } = error as Error;
    throw new ModelError(
      'NOT_FOUND',
      `saveModel: the asset "${name}" cannot be read: ${message}. Nothing was written.`,
    );
  }
}

function checkModel(model: tf.LayersModel | tf.GraphModel): Model | GraphModel {
  if (isGraphModel(model)) return model;
  const parts = model as unknown as Partial<Model>;
  if (!Array.isArray(parts?.layers)) {
    throw new ModelError(
      'INVALID_ARGUMENT',
      'saveModel: the model is neither a LayersModel of tfjs (made by tf.sequential, tf.model or digitsModel) nor a GraphModel (by tf.loadGraphModel).',
    );
  }
  if (!parts.outputs?.length || !parts.inputs?.length) {
    throw new ModelError(
      'INVALID_ARGUMENT',
      'saveModel: the model has no input shape yet; give its first layer an inputShape, or call model.build().',
    );
  }
  return parts as Model;
}

/** One more than the highest; other names in the folder do not count, as for a server. */
function nextVersion(base: string): number {
  const names = existsSync(base) ? readdirSync(base) : [];
  const versions = names.filter((name) => /^\d{1,15}$/.test(name)).map(Number);
  return Math.max(0, ...versions) + 1;
}

/** Written aside, flushed, renamed. False when the target appeared in the meantime. */
function publish(base: string, files: ModelFiles, target: string, overwrite: boolean): boolean {
  const { aside, replaced } = savePlaces(base, basename(target));
  try {
    for (const [name, bytes] of files) write(join(aside, name), bytes);
    mkdirSync(join(aside, 'assets'), { recursive: true });
    for (const folder of ['variables', '']) flush(join(aside, folder));
    if (overwrite && existsSync(target)) renameSync(target, replaced);
    renameSync(aside, target);
    flush(base);
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (existsSync(replaced) && !existsSync(target)) renameSync(replaced, target);
    if (code === 'ENOTEMPTY' || code === 'EEXIST') return false;
    throw unwritable(base, error as NodeJS.ErrnoException);
  } finally {
    rmSync(aside, { recursive: true, force: true });
    rmSync(replaced, { recursive: true, force: true });
  }
}

function unwritable(base: string, error: NodeJS.ErrnoException): Error {
  const reasons: Record<string, string> = {
    EACCES: 'you have no permission to write there',
    EPERM: 'you have no permission to write there',
    EROFS: 'it lies on a read-only file system',
    ENOSPC: 'the disk is full',
    EDQUOT: 'your quota is used up',
    EFBIG: 'a file may not become so large there',
    ENAMETOOLONG: 'the path is too long',
  };
  const reason = reasons[error.code ?? ''];
  if (!reason) return error;
  return new ModelError(
    'FAILED_PRECONDITION',
    `saveModel: cannot write to ${base}: ${reason} (${error.code}). Nothing was saved.`,
    { cause: error },
  );
}

function write(path: string, bytes: Uint8Array): void {
  mkdirSync(dirname(path), { recursive: true });
  const file = openSync(path, 'wx');
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function flush(folder: string): void {
  // Windows cannot open folders.
  if (process.platform === 'win32') return;
  const file = openSync(folder, 'r');
  fsyncSync(file);
  closeSync(file);
}
