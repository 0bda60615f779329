import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { execa } from 'execa';
import type { Machine } from './wheel.ts';

/** What the wheels are picked for. */
export function thisMachine(): Machine {
  const { header } = process.report.getReport() as { header: { glibcVersionRuntime?: string } };
  return { arch: process.arch, glibc: header.glibcVersionRuntime };
}

/** The C++ compiler, `CXX` or the first one found; undefined where there is none. */
export async function compiler(env: NodeJS.ProcessEnv = process.env): Promise<string | undefined> {
  for (const name of env.CXX ? [env.CXX] : ['g++', 'c++', 'clang++']) {
    const { exitCode } = await execa(name, ['--version'], { reject: false, env });
    if (exitCode === 0) return name;
  }
  return undefined;
}

export type Gpu = { name: string; driver: string; cuda?: string };

/** NVIDIA's GPUs, as its driver tells; none without it. */
export async function nvidiaGpus(): Promise<Gpu[]> {
  const query = ['--query-gpu=name,driver_version', '--format=csv,noheader'];
  const { exitCode, stdout } = await execa('nvidia-smi', query, { reject: false });
  if (exitCode !== 0 || !stdout) {
    const version = '/proc/driver/nvidia/version';
    if (!existsSync(version)) return [];
    const driver = /\s(\d+\.\d+(?:\.\d+)?)\s/.exec(readFileSync(version, 'utf8'))?.[1] ?? 'unknown';
    return [{ name: 'an NVIDIA GPU (nvidia-smi does not run)', driver }];
  }
  const table = await execa('nvidia-smi', { reject: false });
  const cuda = /CUDA Version:\s*([\d.]+)/.exec(table.stdout ?? '')?.[1];
  return stdout.split('\n').map((line) => {
    const [name = '', driver = ''] = line.split(',').map((part) => part.trim());
    return { name, driver, ...(cuda && { cuda }) };
  });
}

/** Bytes that may still be written below the folder, which need not be there yet. */
export async function freeBytes(folder: string): Promise<number> {
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  const { bavail, bsize } = await statfs(existing);
  return bavail * bsize;
}
