import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type AddedEngine, engineFolder, locate, packagesOf } from '../../lib/engine/place.ts';
import { add } from './engine/add.ts';

/** `typelab engine add` */
export async function addEngine(name: string, options: { dryRun?: boolean }): Promise<void> {
  await add(known(name), options);
}

/** `typelab engine list` */
export function listEngines(): void {
  console.log('embedded       always there');
  for (const name of names) {
    const folder = locate(name);
    const state = folder ? `${versionIn(folder)}  ${folder}` : `not installed (typelab engine add ${name})`;
    console.log(`${name.padEnd(14)} ${state}`);
  }
}

/** `typelab engine remove` */
export async function removeEngine(name: string, { dryRun = false }: { dryRun?: boolean }): Promise<void> {
  const folder = engineFolder(known(name));
  if (!existsSync(folder))
    throw new Error(`The engine ${name} is not in ${folder}; typelab engine list shows what is installed.`);
  if (!dryRun) await rm(folder, { recursive: true });
  console.log(`${dryRun ? 'Would remove' : 'Removed'} ${folder}`);
}

const names = Object.keys(packagesOf) as AddedEngine[];

function known(name: string): AddedEngine {
  if (name === 'embedded') throw new Error('The engine embedded is a part of typelab: always there.');
  if (!names.includes(name as AddedEngine))
    throw new Error(`There is no engine ${name}; there are ${names.join(', ')}.`);
  return name as AddedEngine;
}

function versionIn(folder: string): string {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).version;
}
