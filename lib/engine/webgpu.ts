import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import * as tf from '@tensorflow/tfjs';
import { startEmbedded } from './embedded/start.ts';
import { keepHostValues } from './host-values.ts';
import { locate, shareTfjs } from './place.ts';

/** Dawn's Node package, as far as it is used. */
type Dawn = { create(options: string[]): GPU; globals: Record<string, unknown> };
type GPU = { requestAdapter(): Promise<{ info: { vendor: string; description: string; device: string } } | null> };

/** Makes a GPU tfjs's backend through Dawn (Vulkan, Metal, D3D12). Throws, with the way out, where none answers. */
export async function startWebgpu(): Promise<{ device: string; version: string }> {
  const [backend, dawn] = [locate('webgpu'), locate('webgpu', 'webgpu')];
  if (!backend || !dawn) {
    throw new Error(
      'The engine webgpu is wanted, but it is not installed. ' +
        'Install it (typelab engine add webgpu), or unset TYPELAB_ENGINE to compute on the embedded engine.',
    );
  }
  shareTfjs('webgpu');
  const { create, globals } = (await import(pathToFileURL(join(dawn, 'index.js')).href)) as Dawn;
  Object.assign(globalThis, globals);
  const gpu = create([]);
  Object.defineProperty(globalThis.navigator, 'gpu', { value: gpu, configurable: true });
  const adapter = await gpu.requestAdapter();
  if (!adapter) {
    throw new Error(
      'The engine webgpu is wanted, but Dawn finds no GPU (Linux: a Vulkan driver is needed; vulkaninfo lists them). ' +
        'Unset TYPELAB_ENGINE to compute on the embedded engine.',
    );
  }
  // SavedModels read numbers while they run, which a GPU gives only later: they compute on this one.
  await startEmbedded();
  const require = createRequire(join(backend, 'package.json'));
  require(backend);
  if (!(await tf.setBackend('webgpu')))
    throw new Error('The engine webgpu is wanted, but tfjs cannot start on this GPU. Unset TYPELAB_ENGINE.');
  await tf.ready();
  keepHostValues();
  const { version } = require(join(backend, 'package.json')) as { version: string };
  const { description, device, vendor } = adapter.info;
  return { device: description || device || vendor, version: `tfjs-webgpu ${version}` };
}
