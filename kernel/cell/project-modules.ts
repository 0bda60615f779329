import { readdirSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, resolve } from 'node:path';
import { ancestors, dependencies } from './project-packages.ts';

/** Specifiers that begin so: built-in modules, packages, files of the notebook's folder. */
export function modulesLike(prefix: string, folder: string, own: string | undefined): { text: string; type: string }[] {
  const list = (path: string) => {
    try {
      return readdirSync(path, { withFileTypes: true });
    } catch {
      return [];
    }
  };
  if (/^\.{0,2}\//.test(prefix) || prefix === '.' || prefix === '..') {
    const parent = prefix.slice(0, prefix.lastIndexOf('/') + 1);
    return list(resolve(folder, parent))
      .filter((entry) => entry.isDirectory() || /\.(?:[cm]?[jt]sx?|json)$/.test(entry.name))
      .map((entry) => ({
        text: `${parent}${entry.name}${entry.isDirectory() ? '/' : ''}`,
        type: entry.isDirectory() ? 'folder' : 'file',
      }))
      .filter(({ text }) => text.startsWith(prefix) && !/(?:^|\/)node_modules\/$/.test(text));
  }
  const names = new Set(['typelab', 'typelab/kernel', 'tslab']);
  // `fs` means node:fs where somebody types it so.
  if (prefix !== '') for (const name of builtinModules) if (!/^_|:/.test(name)) names.add(name);
  for (const name of builtinModules)
    if (!name.startsWith('_')) names.add(name.startsWith('node:') ? name : `node:${name}`);
  for (const name of own ? dependencies(own) : []) names.add(name);
  for (const parent of ancestors(folder).map((one) => join(one, 'node_modules')))
    for (const entry of list(parent)) {
      if (entry.name.startsWith('@'))
        for (const inner of list(join(parent, entry.name))) names.add(`${entry.name}/${inner.name}`);
      else if (!entry.name.startsWith('.')) names.add(entry.name);
    }
  return [...names]
    .filter((name) => name.startsWith(prefix) && !name.startsWith('@types/'))
    .sort()
    .map((text) => ({ text, type: 'module' }));
}
