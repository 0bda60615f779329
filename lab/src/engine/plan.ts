import { existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type AddedEngine, packagesOf } from '../../../lib/engine/place.ts';
import { compiler, freeBytes, nvidiaGpus, thisMachine } from './machine.ts';
import { pipSettings } from './pip-index.ts';
import { findWheel, type Wheel } from './wheel.ts';

/** All that `typelab engine add` will do, known before anything is downloaded. */
export type Plan = {
  name: AddedEngine;
  /** For npm, with versions. */
  packages: string[];
  /** Where TensorFlow's library comes from; none for webgpu. */
  library?: { kind: 'index'; index: string; wheel: Wheel } | { kind: 'wheel' | 'folder'; path: string };
  compiler?: string;
  /** CUDA's libraries are wanted: there is a driver for them. */
  cuda: boolean;
  /** What is on the disk at the most, the wheel beside what it holds. */
  diskBytes: number;
  notes: string[];
};

/** The version that typelab's own tfjs has; the packages must be of the same. */
const tfjsVersion = '4.22.0';
const webgpuVersion = '0.6.2';
const headersVersion = '1.9.0';
/** A TensorFlow wheel unpacks to so many times its size (measured: 274 MB, 853 MB of libraries), and lies beside it meanwhile. */
const unpackedRatio = 4.2;

/** Throws, with the way out, where this machine lacks something. */
export async function plan(name: AddedEngine, folder: string, env: NodeJS.ProcessEnv = process.env): Promise<Plan> {
  const packages = packagesOf[name].map((one) => `${one}@${one === 'webgpu' ? webgpuVersion : tfjsVersion}`);
  if (name === 'webgpu') {
    const whole: Plan = { name, packages, cuda: false, diskBytes: 210e6, notes: hasVulkan(env) ? [] : [noVulkan] };
    await checkDisk(whole, folder);
    return whole;
  }
  if (process.platform !== 'linux') {
    throw new Error(
      `typelab engine add ${name} works on Linux only: TensorFlow's wheels for ${process.platform} have no library to build against. ` +
        'On this machine: typelab engine add webgpu',
    );
  }
  const cxx = await compiler(env);
  if (!cxx) {
    throw new Error(
      `The engine ${name} needs a C++ compiler to build its binding, and there is none` +
        `${env.CXX ? ` (CXX is ${env.CXX})` : ''}. Debian and Ubuntu: apt-get install g++; Fedora: dnf install gcc-c++`,
    );
  }
  const machine = thisMachine();
  if (!machine.glibc)
    throw new Error(`The engine ${name} needs glibc, which TensorFlow is built for; this system has none (Alpine?).`);

  const notes: string[] = [];
  const gpus = name === 'tfjs-node-gpu' ? await nvidiaGpus() : [];
  if (name === 'tfjs-node-gpu' && gpus.length === 0) {
    notes.push(
      'No NVIDIA driver answers (nvidia-smi): CUDA’s libraries are left out and the engine will compute on the CPU. ' +
        'Install the driver and add the engine again to have them.',
    );
  }
  const library = await whereLibraryIs(name, env);
  const diskBytes =
    310e6 + (library.kind === 'index' ? library.wheel.bytes * unpackedRatio : 0) + (gpus.length > 0 ? 6e9 : 0);
  const whole: Plan = {
    name,
    packages: [...packages, `node-api-headers@${headersVersion}`],
    library,
    compiler: cxx,
    cuda: gpus.length > 0,
    diskBytes,
    notes,
  };
  await checkDisk(whole, folder);
  return whole;
}

const noVulkan =
  'No Vulkan driver is listed in the usual folders; without one the engine will not start. Debian and Ubuntu: apt-get install mesa-vulkan-drivers, or the driver of the GPU’s maker.';

/** Dawn loads drivers by Vulkan's files on Linux, and needs no look on macOS and Windows. */
function hasVulkan(env: NodeJS.ProcessEnv): boolean {
  if (process.platform !== 'linux' || env.VK_ICD_FILENAMES || env.VK_DRIVER_FILES) return true;
  const folders = ['/usr/share', '/usr/local/share', '/etc', '/run/opengl-driver/share'];
  return folders.some((folder) => existsSync(join(folder, 'vulkan/icd.d')));
}

async function whereLibraryIs(name: AddedEngine, env: NodeJS.ProcessEnv): Promise<NonNullable<Plan['library']>> {
  const own = env.TYPELAB_TF_WHEEL;
  if (own) {
    const path = resolve(own);
    if (!existsSync(path)) throw new Error(`TYPELAB_TF_WHEEL is ${own}, which is not there.`);
    if (statSync(path).isFile()) return { kind: 'wheel', path };
    if (!existsSync(join(path, 'tensorflow', 'include')))
      throw new Error(
        `TYPELAB_TF_WHEEL is ${own}: neither a wheel nor a folder (site-packages) with tensorflow in it.`,
      );
    return { kind: 'folder', path };
  }
  const { index } = await pipSettings(env);
  // Without CUDA's kernels the wheel has half the size; there is one for x86-64 only.
  const project = name === 'tfjs-node' && process.arch === 'x64' ? 'tensorflow-cpu' : 'tensorflow';
  return { kind: 'index', index, wheel: await findWheel(index, project, thisMachine()) };
}

async function checkDisk({ name, diskBytes }: Plan, folder: string): Promise<void> {
  const free = await freeBytes(folder);
  if (free >= diskBytes) return;
  throw new Error(
    `The engine ${name} needs ${size(diskBytes)} on the disk of ${folder}, where ${size(free)} are free. ` +
      'Make room, or set TYPELAB_ENGINES to a folder on another disk.',
  );
}

export function size(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}
