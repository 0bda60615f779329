import { startEmbedded } from './embedded/start.ts';
import { startNative } from './native.ts';
import { locate } from './place.ts';
import { startWebgpu } from './webgpu.ts';

export type EngineName = 'tfjs-node-gpu' | 'webgpu' | 'tfjs-node' | 'embedded';

export type Engine = {
  name: EngineName;
  /** A sentence for people: why this engine and not another. */
  why: string;
  /** Of the packages that compute, e.g. `tfjs 4.22.0`. */
  version: string;
};

/** Starts the wanted engine; without a wish the GPU package where it is installed and a GPU answers, else the embedded one. */
export async function chooseEngine(wish: string | undefined): Promise<Engine> {
  if (wish) return startWanted(wish);
  if (!locate('tfjs-node-gpu')) {
    return embedded('no GPU engine is installed, and on a CPU WebAssembly SIMD trains fastest');
  }
  try {
    const gpu = startNative('tfjs-node-gpu');
    if (gpu.usesGpu) return { name: 'tfjs-node-gpu', why: 'it is installed and a GPU answers', version: gpu.version };
    return embedded('@tensorflow/tfjs-node-gpu is installed but finds no GPU');
  } catch (error) {
    return embedded(`@tensorflow/tfjs-node-gpu is installed but does not start (${firstLine(error)})`);
  }
}

async function startWanted(wish: string): Promise<Engine> {
  const why = `TYPELAB_ENGINE is ${wish}`;
  if (wish === 'embedded') return embedded(why);
  if (wish === 'tfjs-node' || wish === 'tfjs-node-gpu') {
    const native = startNative(wish);
    const device = wish === 'tfjs-node-gpu' && !native.usesGpu ? '; it finds no GPU and computes on the CPU' : '';
    return { name: wish, why: why + device, version: native.version };
  }
  if (wish === 'webgpu') {
    const { device, version } = await startWebgpu();
    return { name: 'webgpu', why: `${why}; it computes on ${device}`, version };
  }
  throw new Error(
    `TYPELAB_ENGINE is ${JSON.stringify(wish)}, which is no engine. Possible: embedded, tfjs-node-gpu, webgpu, tfjs-node; unset it to let typelab choose.`,
  );
}

async function embedded(why: string): Promise<Engine> {
  return { name: 'embedded', why, version: await startEmbedded() };
}

function firstLine(error: unknown): string {
  return String(error instanceof Error ? error.message : error).split('\n', 1)[0]!;
}
