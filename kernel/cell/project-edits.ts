import { statSync } from 'node:fs';

/** Local files of the program, with the time of their last change. */
export type LocalModules = Map<string, number>;

/** Those that were written since they were last asked for. */
export function editedModules(modules: LocalModules): string[] {
  const edited: string[] = [];
  for (const [file, time] of modules) {
    const now = statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (now !== time) {
      edited.push(file);
      modules.set(file, now);
    }
  }
  return edited;
}

export function rememberModules(files: readonly string[], modules: LocalModules): void {
  for (const file of files) {
    if (
      modules.has(file) ||
      /[\\/]node_modules[\\/]|^bundled:|[\\/]typelab-(?:imports|cells|cell)\.(?:m[tj]s|[tj]sx)$/.test(file)
    )
      continue;
    modules.set(file, statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
  }
}
