import { readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { execa } from 'execa';
import { type AddedEngine, engineFolder, enginesFolder } from '../../../lib/engine/place.ts';
import { download } from './download.ts';
import { thisMachine } from './machine.ts';
import { pipSettings } from './pip-index.ts';
import { type Plan, plan, size } from './plan.ts';
import { showBytes } from './show-bytes.ts';
import { tryEngine } from './try-engine.ts';
import { readInside, unzip } from './unzip.ts';
import { findWheel } from './wheel.ts';

/** Of a wheel's gigabyte this is what the binding needs: libraries and the headers they are built against. */
const needed =
  /^tensorflow\/(libtensorflow[^/]*\.so[^/]*$|include\/(tensorflow\/c|tensorflow\/core\/platform|tsl|xla\/tsl)\/.*\.h$)/;
const cudaLibraries = /^nvidia\/[^/]+\/(lib\/[^/]+\.so[^/]*|bin\/.*|nvvm\/.*)$/;

/** `typelab engine add NAME`: everything is put together beside the old one and takes its place when one op has run. */
export async function add(name: AddedEngine, { dryRun = false }: { dryRun?: boolean }): Promise<void> {
  await trustPipsCertificates();
  const folder = engineFolder(name);
  const whole = await plan(name, folder);
  for (const line of describe(whole, folder)) console.log(line);
  if (dryRun) return;

  const staging = `${folder}.new`;
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { recursive: true });
  try {
    if (whole.library) await bringLibrary(whole, staging);
    await installPackages(whole, staging);
    if (whole.library) await buildBinding(whole, staging);
    const old = `${folder}.old`;
    await rm(old, { recursive: true, force: true });
    await rename(folder, old).catch(() => undefined); // There was none.
    await rename(staging, folder);
    try {
      const { device } = await tryEngine(name);
      console.log(`Added ${name}: one op ran on ${device}. Use it with TYPELAB_ENGINE=${name}`);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      await rename(old, folder).catch(() => undefined);
      throw error;
    }
    await rm(old, { recursive: true, force: true });
    await rm(join(enginesFolder(), 'downloads'), { recursive: true, force: true });
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function describe({ packages, library, cuda, diskBytes, notes }: Plan, folder: string): string[] {
  const lines = [`Into ${folder} (at most ${size(diskBytes)} on the disk):`, `  npm: ${packages.join(', ')}`];
  if (library?.kind === 'index')
    lines.push(
      `  TensorFlow ${library.wheel.version}: ${library.wheel.file}, ${size(library.wheel.bytes)} to download`,
    );
  else if (library) lines.push(`  TensorFlow: ${library.path} (TYPELAB_TF_WHEEL)`);
  if (cuda) lines.push('  CUDA and cuDNN: the nvidia-* wheels that TensorFlow names, about 2.5 GB to download');
  return [...lines, ...notes];
}

async function installPackages({ packages }: Plan, folder: string): Promise<void> {
  await writeFile(join(folder, 'package.json'), '{"private":true}\n');
  const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  // npm's own settings say from which registry.
  await execa('npm', ['install', '--prefix', folder, ...quiet, ...packages], { cwd: folder });
  // typelab's own tfjs is used in their place.
  for (const one of [
    'tfjs',
    'tfjs-core',
    'tfjs-layers',
    'tfjs-data',
    'tfjs-converter',
    'tfjs-backend-webgl',
    'tfjs-backend-cpu',
  ])
    await rm(join(folder, 'node_modules/@tensorflow', one), { recursive: true, force: true });
}

async function bringLibrary({ library, cuda }: Plan, folder: string): Promise<void> {
  if (library!.kind === 'folder') {
    await symlink(join(library!.path, 'tensorflow'), join(folder, 'tensorflow'));
    return;
  }
  const wheel = library!.kind === 'index' ? await fetchWheel(library!.wheel) : library!.path;
  console.log(`Unpacking ${basename(wheel)} …`);
  const files = await unzip(wheel, folder, (path) => needed.test(path));
  if (!files.some((path) => /libtensorflow_cc\.so/.test(path)))
    throw new Error(
      `${wheel} holds no tensorflow/libtensorflow_cc.so; it must be a TensorFlow wheel for Linux, 2.12 or newer.`,
    );
  if (cuda) await bringCuda(wheel, folder);
}

/** The libraries that TensorFlow's own metadata name for `tensorflow[and-cuda]`, beside its library, whose search path begins there. */
async function bringCuda(tensorflow: string, folder: string): Promise<void> {
  const metadata = (await readInside(tensorflow, /\.dist-info\/METADATA$/)) ?? '';
  const wanted = [...metadata.matchAll(/^Requires-Dist:\s*(nvidia-[\w-]+)\s*\(?([^;)]*)\)?\s*;.*and-cuda/gm)];
  const { index } = await pipSettings();
  for (const [, project = '', specifier = ''] of wanted) {
    const wheel = await findWheel(index, project, thisMachine(), specifier.trim());
    const files = await unzip(await fetchWheel(wheel), folder, (path) => cudaLibraries.test(path));
    for (const path of files.filter((one) => /\/lib\/[^/]+\.so/.test(one)))
      await symlink(join('..', path), join(folder, 'tensorflow', basename(path)));
  }
}

async function fetchWheel(wheel: Awaited<ReturnType<typeof findWheel>>): Promise<string> {
  const file = join(enginesFolder(), 'downloads', wheel.file);
  const shown = showBytes(wheel.file, wheel.bytes);
  try {
    await download(wheel, file, shown.progress);
  } finally {
    shown.close();
  }
  return file;
}

/** tfjs-node's binding as its binding.gyp has it, by one call of the compiler: node-gyp would download Node's headers from outside any registry. */
async function buildBinding({ name, compiler }: Plan, folder: string): Promise<void> {
  console.log('Building the binding …');
  const own = join(folder, 'node_modules/@tensorflow', name);
  const sources = (await readdir(join(own, 'binding'))).filter((file) => file.endsWith('.cc'));
  const to = join(own, 'lib/napi-v8');
  await mkdir(to, { recursive: true });
  const includes = [
    join(folder, 'node_modules/node-api-headers/include'),
    join(folder, 'tensorflow/include'),
    join(own, 'binding'),
  ];
  const options = ['-std=c++17', '-O2', '-fPIC', '-DNAPI_VERSION=8', '-DNODE_GYP_MODULE_NAME=tfjs_binding'];
  const objects = sources.map((file) => join(to, `${file}.o`));
  const compile = (file: string, i: number) =>
    execa(compiler!, [
      ...[...options, ...includes.map((include) => `-I${include}`)],
      ...['-c', join(own, 'binding', file), '-o', objects[i]!],
    ]);
  await Promise.all(sources.map(compile));
  await execa(compiler!, [
    ...['-shared', ...objects, '-o', join(to, 'tfjs_binding.node')],
    ...[`-L${join(folder, 'tensorflow')}`, '-l:libtensorflow_cc.so.2', '-l:libtensorflow_framework.so.2'],
    // Found from where it lies, so that the folder may be moved.
    '-Wl,-rpath,$ORIGIN/../../../../../tensorflow',
  ]);
  await Promise.all(objects.map((object) => rm(object)));
}

/** pip's `cert` besides Node's own, as pip trusts it. */
async function trustPipsCertificates(): Promise<void> {
  if (process.env.TYPELAB_TF_WHEEL) return;
  const { certificates } = await pipSettings().catch(() => ({ certificates: undefined }));
  if (certificates) setDefaultCACertificates([...getCACertificates(), readFileSync(certificates, 'utf8')]);
}
