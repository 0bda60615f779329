import { existsSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';

/**
 * What a submission must not find on the teacher's disk, where copies of the solution and of others' answers lie: the folders
 * of these files, with the whole of the git repository that they are in, and `folders`. Where that would take the program along
 * (`root`), the files alone and the repository's history.
 */
export function hiddenFrom(files: string[], folders: string[], root: string): string[] {
  const places = files.flatMap((one) => {
    const file = resolve(one);
    const folder = dirname(file);
    const repository = repositoryOf(folder);
    if (repository && !contains(repository, root)) return [repository];
    const history = repository ? [join(repository, '.git')] : [];
    return [contains(folder, root) ? file : folder, ...history];
  });
  const all = [...new Set([...places, ...folders.map((one) => resolve(one))])];
  return all.filter((one) => !all.some((other) => other !== one && contains(other, one)));
}

export function contains(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

function repositoryOf(folder: string): string | undefined {
  if (existsSync(join(folder, '.git'))) return folder;
  return dirname(folder) === folder ? undefined : repositoryOf(dirname(folder));
}
