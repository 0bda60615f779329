import { existsSync } from 'node:fs';
import { createRequire, registerHooks } from 'node:module';
import { homedir } from 'node:os';
import { join, sep } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Engines that need more than typelab itself brings. */
export type AddedEngine = 'tfjs-node-gpu' | 'tfjs-node' | 'webgpu';

/** The packages of each; the first one says which version it is. */
export const packagesOf: Record<AddedEngine, [string, ...string[]]> = {
  'tfjs-node-gpu': ['@tensorflow/tfjs-node-gpu'],
  'tfjs-node': ['@tensorflow/tfjs-node'],
  webgpu: ['@tensorflow/tfjs-backend-webgpu', 'webgpu'],
};

/** Where `typelab engine add` puts an engine: outside any node_modules, so that `npm ci` leaves it alone. */
export function engineFolder(name: AddedEngine, env: NodeJS.ProcessEnv = process.env): string {
  return join(enginesFolder(env), name);
}

/** `TYPELAB_ENGINES`, else in the user's data folder. */
export function enginesFolder(env: NodeJS.ProcessEnv = process.env): string {
  if (env.TYPELAB_ENGINES) return env.TYPELAB_ENGINES;
  if (process.platform === 'win32')
    return join(env.LOCALAPPDATA ?? join(homedir(), 'AppData/Local'), 'typelab/engines');
  return join(env.XDG_DATA_HOME || join(homedir(), '.local/share'), 'typelab/engines');
}

/** Where the engine's package lies: as `typelab engine add` put it, or as npm did beside typelab; undefined where it is not. */
export function locate(name: AddedEngine, packageName: string = packagesOf[name][0]): string | undefined {
  if (isAdded(name)) return join(engineFolder(name), 'node_modules', packageName);
  const folders = createRequire(import.meta.url).resolve.paths(packageName) ?? [];
  return folders.map((folder) => join(folder, packageName)).find((folder) => existsSync(join(folder, 'package.json')));
}

/** Whether `typelab engine add` put it there. */
export function isAdded(name: AddedEngine): boolean {
  return existsSync(join(engineFolder(name), 'node_modules', packagesOf[name][0], 'package.json'));
}

/**
 * Makes the engine's packages use typelab's tfjs. Two tfjs in one process share their registry of kernels but not their
 * classes: every `instanceof Tensor` would lie.
 */
export function shareTfjs(name: AddedEngine): void {
  const inside = pathToFileURL(engineFolder(name) + sep).href;
  const own = createRequire(createRequire(import.meta.url).resolve('@tensorflow/tfjs'));
  registerHooks({
    resolve(specifier, context, next) {
      const shared = /^@tensorflow\/tfjs(-core|-layers|-data|-converter|-backend-cpu)?(\/|$)/.test(specifier);
      if (!shared || !context.parentURL?.startsWith(inside)) return next(specifier, context);
      // For a require, the next resolver looks beside the file that asks, whatever parentURL it is told.
      return { url: pathToFileURL(own.resolve(specifier)).href, shortCircuit: true };
    },
  });
}
