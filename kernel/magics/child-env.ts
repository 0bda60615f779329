import { randomUUID } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const launchers = fileURLToPath(new URL('../../lab/bin', import.meta.url));

/** In the environment of everything a shell magic starts, so that it is found when the session is over, also after setsid. */
export const mark = randomUUID();
const variable = 'TYPELAB_SESSION';

/** The commands `tensorflow_model_server` and `typelab` are this repository's, run by the Node that runs the kernel. */
export function putLaunchersOnPath(): void {
  const folders = (process.env.PATH ?? '').split(delimiter);
  if (folders[0] !== launchers)
    process.env.PATH = [launchers, ...folders.filter((folder) => folder !== launchers)].join(delimiter);
  process.env.TYPELAB_NODE = process.execPath;
}

export function childEnv({ keep = false } = {}): Record<string, string> {
  putLaunchersOnPath();
  const { [variable]: _, ...env } = process.env as Record<string, string>;
  return keep ? env : { ...env, [variable]: mark };
}

let found: string | undefined;

/** bash as IPython's users expect; a slim image may have sh only. */
export function shell(): string {
  found ??= which('bash') ?? which('sh') ?? (process.platform === 'win32' ? 'cmd.exe' : '/bin/sh');
  return found;
}

export function which(program: string): string | undefined {
  if (/[\\/]/.test(program)) return program;
  for (const folder of (process.env.PATH ?? '').split(delimiter)) {
    for (const suffix of process.platform === 'win32' ? ['.exe', '.cmd', '.bat'] : ['']) {
      const path = join(folder || '.', program + suffix);
      try {
        accessSync(path, constants.X_OK);
        return path;
      } catch {}
    }
  }
  return undefined;
}
