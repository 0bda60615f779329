import { stat } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { readNotebook, textOf } from './notebook.ts';
import type { RunResult } from './run.ts';

/** Runs again whenever a cell of a notebook has been edited, until `signal` aborts. Outputs that a run writes are no edit. */
export async function watch(
  paths: string[],
  run: () => Promise<RunResult['status']>,
  signal: AbortSignal,
): Promise<RunResult['status']> {
  let before = new Map<string, string>();
  for (const path of paths) before.set(path, await sourcesOf(path));
  for (;;) {
    const status = await run();
    if (status === 'interrupted' || signal.aborted) return 'interrupted';
    console.error(`\n${status}; waiting for an edit (^C ends this)`);
    const after = await nextEdit(before, signal);
    if (!after) return 'interrupted';
    before = after;
  }
}

/** Looked at every so often: editors write aside and rename, which watchers of a file lose. */
async function nextEdit(before: Map<string, string>, signal: AbortSignal): Promise<Map<string, string> | undefined> {
  const times = new Map<string, number>();
  while (!signal.aborted) {
    const now = new Map(before);
    for (const path of before.keys()) {
      const time = await stat(path).then(
        ({ mtimeMs }) => mtimeMs,
        () => 0,
      );
      if (times.get(path) === time) continue;
      times.set(path, time);
      // A file that is just being written is read again when it is complete.
      now.set(path, await sourcesOf(path).catch(() => before.get(path)!));
    }
    if ([...now].some(([path, text]) => before.get(path) !== text)) return now;
    await setTimeout(300, undefined, { signal }).catch(() => {});
  }
  return undefined;
}

async function sourcesOf(path: string): Promise<string> {
  const { cells } = await readNotebook(path);
  return JSON.stringify(cells.map(({ cell_type, source, metadata }) => [cell_type, textOf(source), metadata]));
}
