import { statSync } from 'node:fs';
import type { Log } from '../log.ts';
import type { ServerCore } from '../servable/server-core.ts';
import { readError } from './config-files.ts';
import { readModelConfigFile } from './model-config-file.ts';

/**
 * Reads the model configuration again every `seconds` (0: never) and on SIGHUP. One that does not parse or is refused leaves the
 * old one as it is. Returns what stops it.
 */
export function watchModelConfig(
  path: string,
  seconds: number,
  core: ServerCore,
  log: Log,
  /** Tells other processes that serve the same file that it has changed: they look at it at other times. */
  changed: () => void = () => {},
): () => void {
  let applied = printOf(path);
  let [busy, again] = [false, false];
  const reload = async (): Promise<void> => {
    // What is written meanwhile is read afterwards.
    again = true;
    if (busy) return;
    busy = true;
    while (again) {
      again = false;
      applied = printOf(path);
      if (!(await apply(path, core, log))) applied = '';
    }
    busy = false;
  };
  let told = applied;
  const look = (): void => {
    const print = printOf(path);
    if (print === applied) return;
    if (print !== told) changed();
    told = print;
    reload();
  };
  // A refused file is tried again each time: a label may name a version that becomes available later.
  const timer = seconds > 0 ? setInterval(look, seconds * 1000) : undefined;
  process.on('SIGHUP', reload);
  return () => {
    clearInterval(timer);
    process.off('SIGHUP', reload);
  };
}

async function apply(path: string, core: ServerCore, log: Log): Promise<boolean> {
  let models: ReturnType<typeof readModelConfigFile>;
  try {
    models = readModelConfigFile(path, log);
  } catch (error) {
    log('E', 'config file', `Failed to read ModelServerConfig file: ${readError(error)}`);
    return false;
  }
  if (!models) {
    log('I', 'no config', 'Taking no action for empty config.');
    return true;
  }
  try {
    await core.configure(models);
    log('I', 'finished reloading', 'Finished reloading config');
    return true;
  } catch (error) {
    log('E', 'reload failed', `PollFilesystemAndReloadConfig failed to ReloadConfig: ${readError(error)}`);
    return false;
  }
}

/** Changes with the file; empty while it is missing. */
function printOf(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  return stat ? `${stat.ino}:${stat.size}:${stat.mtimeMs}` : '';
}
