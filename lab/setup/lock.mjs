import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { root } from './root.mjs';

const folder = join(root, '.setup.lock');

/** Runs `work` alone: two scripts started at once in one clone must not install into the same folder. */
export async function alone(work) {
  while (!(await take())) await sleep(200);
  try {
    return await work();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function take() {
  try {
    await mkdir(folder);
    await writeFile(join(folder, 'pid'), String(process.pid));
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
    if (await ownerIsGone()) await rm(folder, { recursive: true, force: true });
    return false;
  }
}

async function ownerIsGone() {
  const pid = Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => 0));
  // No pid yet: the owner is between mkdir and writeFile. It gets two seconds, then counts as killed there.
  if (!pid) {
    await sleep(2000);
    return !Number(await readFile(join(folder, 'pid'), 'utf8').catch(() => 1));
  }
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
