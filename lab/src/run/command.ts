import { existsSync, globSync } from 'node:fs';
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import { type Ran, toAnnotation, toJson, toJunit } from './ci-reports.ts';
import { kernelFor } from './kernel-for.ts';
import { formatNotebook, NotebookError, readNotebook, writeNotebook } from './notebook.ts';
import { toPage } from './page.ts';
import { type Parameters, parseParameter } from './parameters.ts';
import { explain, type Progress, progressOn, type Reporter } from './report.ts';
import { type RunResult, runNotebook } from './run.ts';
import { toSummaryPage } from './summary-page.ts';
import { watch } from './watch.ts';

export type RunCommandOptions = {
  /** A file, or - for stdout; for several notebooks a folder, as `html` is. */
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
  const paths = filesOf(patterns);
  const { jobs = 1, param = [], paramsFile, junit, json, report, watch: again, ...rest } = options;
  const parameters = { ...(await readParameters(paramsFile)), ...Object.fromEntries(param.map(parseParameter)) };
  for (const path of paths) await kernelFor(await readNotebook(path), path);
  const within = (folder: string | undefined, path: string, end: string) =>
    folder && paths.length > 1 ? join(folder, `${basename(path, '.ipynb')}${end}`) : folder;
  if (rest.output === '-' && paths.length > 1) throw new NotebookError('-o -: several notebooks need a folder');
  for (const folder of [rest.output, rest.html])
    if (folder && new Set(paths.map((path) => within(folder, path, ''))).size < paths.length)
      throw new NotebookError(`two notebooks would be written to the same file in ${folder}; run them one by one`);
  for (const file of [junit, json, report, ...paths.map((path) => within(rest.html, path, '.html'))])
    if (file) await mustBeWritable(file);

  const interrupt = new AbortController();
  const abort = () => interrupt.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, abort);
  const progress = progressOn(process.stderr);
  const named = jobs > 1 && paths.length > 1;
  const once = async (): Promise<RunResult['status']> => {
    const runs: Ran[] = [];
    const waiting = paths.entries();
    let refused: unknown;
    const work = async () => {
      for (const [i, path] of waiting) {
        if (interrupt.signal.aborted || refused) return;
        const to = { output: within(rest.output, path, '.ipynb'), html: within(rest.html, path, '.html') };
        try {
          const result = await runOne(path, { ...rest, ...to, parameters, signal: interrupt.signal }, progress, named);
          runs[i] = { path, result };
        } catch (error) {
          refused ??= error;
        }
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
      if (file) await writeFile(file, text);
    }
    // What ran beside it has come to its end, and is in the reports.
    if (refused) throw refused;
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

/** In the order of the patterns, each file once; a file's own name may look like a pattern. */
function filesOf(patterns: string[]): string[] {
  const found = patterns.flatMap((one) => {
    // `**` is meant for the notebooks that somebody wrote here, not for those of packages.
    const exclude = (name: string) => basename(name) === 'node_modules' && !one.includes('node_modules');
    const files = /[*?[{]/.test(one) && !existsSync(one) ? globSync(one, { exclude }).sort() : [one];
    if (files.length === 0) throw new NotebookError(`${one}: there is no such file`);
    return files;
  });
  const whole = found.map((file) => resolve(file));
  return found.filter((_, i) => whole.indexOf(whole[i]!) === i);
}

/** Told before anything runs: what a long run has found would be lost. */
async function mustBeWritable(file: string): Promise<void> {
  try {
    await mkdir(dirname(resolve(file)), { recursive: true });
    const isNew = !existsSync(file);
    await (await open(file, 'a')).close();
    if (isNew) await rm(file);
  } catch (error) {
    throw new NotebookError(`${file}: cannot be written (${(error as Error).message})`);
  }
}

/** One notebook: progress on stderr, the failing cell at the end, the files wherever the run ended. */
export async function run(path: string, options: RunCommandOptions, also?: Reporter): Promise<RunResult['status']> {
  const interrupt = new AbortController();
  const abort = () => interrupt.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, abort);
  return (await runOne(path, { ...options, signal: interrupt.signal }, progressOn(process.stderr), false, also)).status;
}

async function runOne(
  path: string,
  options: RunCommandOptions,
  progress: Progress,
  named: boolean,
  also?: Reporter,
): Promise<RunResult> {
  const report = progress.reporter(path, named);
  const output = options.output === '-' ? undefined : options.output;
  for (const file of [output, options.html]) if (file) await mkdir(dirname(resolve(file)), { recursive: true });
  const result = await runNotebook(path, {
    ...options,
    output,
    onEvent: (event) => {
      report(event);
      also?.(event);
    },
  });
  if (options.output === '-') process.stdout.write(formatNotebook(result.notebook));
  if (options.html) await writeFile(options.html, await toPage(result.notebook, basename(path, '.ipynb')));
  // Only a run that passed may become what later runs are compared with.
  if (options.update && result.status === 'passed') await writeNotebook(path, result.notebook);
  if (result.status !== 'passed') progress.say(`\n${plainUnlessTerminal(explain(result, path))}`);
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
