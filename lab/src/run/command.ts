import { globSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { type Ran, toAnnotation, toJson, toJunit } from './ci-reports.ts';
import { NotebookError, readNotebook, writeNotebook } from './notebook.ts';
import { toPage } from './page.ts';
import { type Parameters, parseParameter } from './parameters.ts';
import { explain, progressOn, type Reporter } from './report.ts';
import { type RunResult, runNotebook } from './run.ts';
import { toSummaryPage } from './summary-page.ts';
import { watch } from './watch.ts';

export type RunCommandOptions = {
  /** A file; for several notebooks a folder, as `html` is. */
  output?: string;
  html?: string;
  cellTimeout?: number;
  timeout?: number;
  parameters?: Parameters;
  update?: boolean;
  signal?: AbortSignal;
};

export type RunAllOptions = Omit<RunCommandOptions, 'parameters' | 'signal'> & {
  jobs?: number;
  param?: string[];
  paramsFile?: string;
  junit?: string;
  json?: string;
  /** One HTML page about all of them. */
  report?: string;
  /** Again whenever a cell has been edited. */
  watch?: boolean;
};

/** `typelab run` on several notebooks: the worst end counts. @throws NotebookError before anything runs, when a pattern finds nothing */
export async function runAll(patterns: string[], options: RunAllOptions): Promise<RunResult['status']> {
  const paths = patterns.flatMap((one) => {
    const found = /[*?[{]/.test(one) ? globSync(one).sort() : [one];
    if (found.length === 0) throw new NotebookError(`${one}: there is no such file`);
    return found;
  });
  const { jobs = 1, param = [], paramsFile, junit, json, report, watch: again, ...rest } = options;
  const parameters = { ...(await readParameters(paramsFile)), ...Object.fromEntries(param.map(parseParameter)) };
  for (const path of paths) await readNotebook(path);
  const within = (folder: string | undefined, path: string, end: string) =>
    folder && paths.length > 1 ? join(folder, `${basename(path, '.ipynb')}${end}`) : folder;
  for (const folder of [rest.output, rest.html])
    if (folder && new Set(paths.map((path) => within(folder, path, ''))).size < paths.length)
      throw new NotebookError(`two notebooks would be written to the same file in ${folder}; run them one by one`);

  const interrupt = new AbortController();
  const abort = () => interrupt.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, abort);
  const once = async (): Promise<RunResult['status']> => {
    const runs: Ran[] = [];
    const waiting = paths.entries();
    const work = async () => {
      for (const [i, path] of waiting) {
        if (interrupt.signal.aborted) return;
        const to = { output: within(rest.output, path, '.ipynb'), html: within(rest.html, path, '.html') };
        const result = await runOne(path, { ...rest, ...to, parameters, signal: interrupt.signal });
        runs[i] = { path, result };
      }
    };
    // The iterator is shared: each worker takes the next notebook.
    await Promise.all(Array.from({ length: Math.min(jobs, paths.length) }, work));

    const done = runs.filter(Boolean);
    for (const [file, text] of [
      [junit, toJunit(done)],
      [json, toJson(done)],
      [report, toSummaryPage(done)],
    ] as const) {
      if (!file) continue;
      await mkdir(dirname(resolve(file)), { recursive: true });
      await writeFile(file, text);
    }
    if (process.env.GITHUB_ACTIONS === 'true')
      for (const ran of done) if (toAnnotation(ran)) console.log(toAnnotation(ran));
    if (interrupt.signal.aborted) return 'interrupted';
    const worst = (['dead', 'timeout', 'failed'] as const).find((one) =>
      done.some(({ result }) => result.status === one),
    );
    return worst ?? 'passed';
  };
  return again ? watch(paths, once, interrupt.signal) : once();
}

/** One notebook: progress on stderr, the failing cell at the end, the files wherever the run ended. */
export async function run(path: string, options: RunCommandOptions, also?: Reporter): Promise<RunResult['status']> {
  const interrupt = new AbortController();
  const abort = () => interrupt.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, abort);
  return (await runOne(path, { ...options, signal: interrupt.signal }, also)).status;
}

async function runOne(path: string, options: RunCommandOptions, also?: Reporter): Promise<RunResult> {
  const progress = progressOn(process.stderr, path);
  for (const file of [options.output, options.html]) if (file) await mkdir(dirname(resolve(file)), { recursive: true });
  const result = await runNotebook(path, {
    ...options,
    onEvent: (event) => {
      progress(event);
      also?.(event);
    },
  });
  if (options.html) await writeFile(options.html, await toPage(result.notebook, basename(path, '.ipynb')));
  // Only a run that passed may become what later runs are compared with.
  if (options.update && result.status === 'passed') await writeNotebook(path, result.notebook);
  if (result.status !== 'passed') console.error(`\n${plainUnlessTerminal(explain(result, path))}`);
  return result;
}

async function readParameters(file: string | undefined): Promise<Parameters> {
  if (file === undefined) return {};
  try {
    const value = JSON.parse(await readFile(file, 'utf8'));
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
    throw new Error('it is no JSON object');
  } catch (error) {
    throw new NotebookError(`--params-file ${file}: cannot be read (${(error as Error).message})`);
  }
}

function plainUnlessTerminal(text: string): string {
  return process.stderr.hasColors?.() ? text : stripVTControlCharacters(text);
}
