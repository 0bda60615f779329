import { dirname, resolve } from 'node:path';
import type { ExecuteReply, Message } from '../../../kernel/wire/protocol.ts';
import { type RunningKernel, startKernel } from '../../../kernel/wire/start.ts';
import { differenceOf } from './compare.ts';
import { Deadline, TimeLimit } from './deadline.ts';
import { kernelFor } from './kernel-for.ts';
import { type Cell, isTagged, type Notebook, type Output, readNotebook, textOf, writeNotebook } from './notebook.ts';
import { Outputs } from './outputs.ts';
import { injectParameters, type Parameters } from './parameters.ts';

export type RunOptions = {
  /** Where the executed notebook goes, written anew after every cell; nowhere when absent. */
  output?: string;
  /** Seconds for one cell, and for all of them; no limit when absent. */
  cellTimeout?: number;
  timeout?: number;
  /** Values for the cell tagged `parameters`. */
  parameters?: Parameters;
  /** New outputs replace the stored ones: cells tagged `check-output` are not compared. */
  update?: boolean;
  /** Ends the run as ^C does. */
  signal?: AbortSignal;
  onEvent?: (event: RunEvent) => void;
};

export type RunEvent =
  | { kind: 'start'; cells: number }
  | { kind: 'kernel'; seconds: number }
  /** `heading` is the last Markdown heading before the cell. */
  | { kind: 'cell'; number: number; heading: string; cell: Cell }
  | { kind: 'output'; number: number; message: Message }
  | { kind: 'done'; number: number; seconds: number }
  /** Of the whole run, however it ended. */
  | { kind: 'end' };

export type RunResult = {
  status: 'passed' | 'failed' | 'timeout' | 'dead' | 'interrupted';
  notebook: Notebook;
  seconds: number;
  /** The cells that ran to their end. */
  cells: { number: number; seconds: number }[];
  /** The cell that ended the run and why, unless it passed. `number` counts code cells from 1. */
  problem?: { number: number; source: string; text: string };
};

/** Runs a notebook's cells in order, in a kernel of its own that is started as any front end starts it. @throws NotebookError */
export async function runNotebook(path: string, options: RunOptions = {}): Promise<RunResult> {
  const { output, onEvent = () => {} } = options;
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const notebook = await readNotebook(path);
  const spec = await kernelFor(notebook, path);
  injectParameters(notebook, options.parameters ?? {}, spec.language);
  const stored = new Map(notebook.cells.map((cell) => [cell, cell.outputs ?? []]));
  const ran: RunResult['cells'] = [];
  const save = async () => output && (await writeNotebook(output, notebook));
  const cells = clear(notebook);
  onEvent({ kind: 'start', cells: cells.length });
  await save(); // A path that cannot be written is told before the hour of training, not after it.

  const whole = new Deadline(options.timeout, 'the notebook', '--timeout', options.signal);
  const kernel = await startKernel(spec, { cwd: dirname(resolve(path)) });
  onEvent({ kind: 'kernel', seconds: seconds() });
  notebook.metadata.language_info = kernel.info.language_info;

  // Late output belongs to the cell that started it, also when others ran since.
  const outputs = new Outputs();
  const owners = new Map<string, Numbered>();
  kernel.client.onIopub((message) => {
    const owner = owners.get(message.parent.msg_id ?? '');
    if (!owner) return;
    outputs.add(owner.cell.outputs!, { type: message.header.msg_type, content: message.content });
    onEvent({ kind: 'output', number: owner.number, message });
  });

  let current: Numbered | undefined;
  try {
    for (current of cells) {
      const { number, cell } = current;
      if (isSkipped(cell)) continue;
      const started = performance.now();
      onEvent({ kind: 'cell', ...current });
      const limit = new Deadline(options.cellTimeout, `cell ${number}`, '--cell-timeout');
      const reply = await runCell(kernel, current, owners, [limit, whole]);
      await save();
      const took = (performance.now() - started) / 1000;
      ran.push({ number, seconds: took });
      onEvent({ kind: 'done', number, seconds: took });
      if (reply.status !== 'ok' && !isTagged(cell, 'raises-exception'))
        return {
          status: 'failed',
          notebook,
          cells: ran,
          seconds: seconds(),
          problem: problemOf(current, tracebackOf(cell)),
        };
      const checked = !options.update && isTagged(cell, 'check-output');
      const difference = checked ? differenceOf(stored.get(cell) ?? [], cell.outputs!) : undefined;
      if (difference !== undefined)
        return {
          status: 'failed',
          notebook,
          cells: ran,
          seconds: seconds(),
          problem: problemOf(current, `${difference}\n--update stores the new ones`),
        };
    }
    return { status: 'passed', notebook, cells: ran, seconds: seconds() };
  } catch (error) {
    const problem = current && problemOf(current, (error as Error).message);
    const status = error instanceof TimeLimit ? error.status : 'dead';
    return { status, notebook, cells: ran, seconds: seconds(), problem };
  } finally {
    onEvent({ kind: 'end' });
    whole.clear();
    await kernel.shutdown();
    await save();
  }
}

type Numbered = { number: number; heading: string; cell: Cell };

/** The code cells without the outputs of an earlier run; those that are not run keep theirs. */
function clear(notebook: Notebook): Numbered[] {
  const cells: Numbered[] = [];
  let heading = '';
  for (const cell of notebook.cells) {
    if (cell.cell_type === 'markdown') heading = /^#{1,6} +(.*)$/m.exec(textOf(cell.source))?.[1] ?? heading;
    if (cell.cell_type !== 'code') continue;
    const kept = textOf(cell.source).trim() !== '' && isSkipped(cell);
    cell.outputs = (kept && cell.outputs) || [];
    cell.execution_count = (kept && cell.execution_count) || null;
    cells.push({ number: cells.length + 1, heading, cell });
  }
  return cells;
}

function isSkipped(cell: Cell): boolean {
  return !textOf(cell.source).trim() || isTagged(cell, 'skip-execution');
}

/** @throws TimeLimit, or the client's error when the kernel has died. */
async function runCell(
  kernel: RunningKernel,
  owner: Numbered,
  owners: Map<string, Numbered>,
  limits: Deadline[],
): Promise<ExecuteReply> {
  const { id, reply, iopub } = kernel.client.execute(textOf(owner.cell.source));
  owners.set(id, owner);
  const finished = (async () => {
    const { content } = await reply;
    owner.cell.execution_count = content.execution_count;
    for await (const _ of iopub); // until idle: the listener has filed every output by then
    return content;
  })();
  try {
    return await Promise.race([finished, ...limits.map((limit) => limit.passed)]);
  } catch (error) {
    // An interrupted cell still tells where it was; it gets a moment for that, and then the kernel is shut down anyway.
    if (error instanceof TimeLimit) {
      await kernel.interrupt().catch(() => {});
      await Promise.race([finished.catch(() => {}), new Promise((done) => setTimeout(done, 3000))]);
    }
    throw error;
  } finally {
    limits[0]!.clear();
  }
}

function problemOf({ number, cell }: Numbered, text: string): RunResult['problem'] {
  return { number, source: textOf(cell.source), text };
}

function tracebackOf({ outputs = [] }: Cell): string {
  const error = outputs.find((one): one is Output & { output_type: 'error' } => one.output_type === 'error');
  return error ? error.traceback.join('\n') : 'the cell was not run';
}
