import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { toPage } from './page.ts';
import { explain, progressOn, type Reporter } from './report.ts';
import { type RunResult, runNotebook } from './run.ts';

export type RunCommandOptions = { output?: string; html?: string; cellTimeout?: number; timeout?: number };

/** `typelab run`: progress on stderr, the failing cell at the end, the files wherever the run ended. */
export async function run(path: string, options: RunCommandOptions, also?: Reporter): Promise<RunResult['status']> {
  const interrupt = new AbortController();
  const abort = () => interrupt.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, abort);
  const progress = progressOn(process.stderr, path);
  for (const file of [options.output, options.html]) if (file) await mkdir(dirname(resolve(file)), { recursive: true });

  const result = await runNotebook(path, {
    ...options,
    signal: interrupt.signal,
    onEvent: (event) => {
      progress(event);
      also?.(event);
    },
  });
  if (options.html) await writeFile(options.html, await toPage(result.notebook, basename(path, '.ipynb')));
  if (result.status !== 'passed') console.error(`\n${plainUnlessTerminal(explain(result, path))}`);
  return result.status;
}

function plainUnlessTerminal(text: string): string {
  return process.stderr.hasColors?.() ? text : stripVTControlCharacters(text);
}
