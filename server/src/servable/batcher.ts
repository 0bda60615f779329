import type { HostTensor } from '../../../lib/saved-model/value.ts';
import { invalidArgument, StatusError } from '../codec/errors.ts';
import type { BatchingParameters } from '../config/batching-config.ts';
import type { BatchReport } from '../metrics.ts';
import { joinRows, padRows, sliceRows } from './rows.ts';
import { type ServableModel, type Submit, stepsOf } from './servable.ts';
import { type Caller, NOBODY, type Steps } from './turns.ts';

type Tensors = Record<string, HostTensor>;

/**
 * TensorFlow Serving's BatchingSession: tasks for one signature and one set of outputs wait in a queue of batches. A batch runs
 * when it is full, or when its first task has waited for batch_timeout_micros; there is one thread that runs them, ours.
 */
export function createBatcher(
  model: ServableModel,
  parameters: BatchingParameters,
  report: (batch: BatchReport) => void = () => {},
  /** Lets a batch have its turn. */
  turn: (caller: Caller, begin: () => Steps<void>) => void | Promise<void> = (_, begin) => finish(begin()),
): Batched {
  const queues = new Map<string, Batch[]>();
  const limit = parameters.splitLarge ? parameters.maxExecutionBatchSize : parameters.maxBatchSize;

  function submit(signature: string, given: Tensors, outputs: string[] | undefined, caller: Caller): Promise<Tensors> {
    // Default values have rows too, and are all that a request without inputs has.
    const inputs = Object.keys(given).length > 0 ? given : { ...model.signatures[signature]?.defaults };
    const rows = rowsOf(inputs);
    if (rows > parameters.maxBatchSize) {
      throw invalidArgument(`Task size ${rows} is larger than maximum input batch size ${parameters.maxBatchSize}`);
    }
    const key = keyOf(signature, inputs, outputs, parameters.padVariableLengthInputs);
    const queue = queues.get(key) ?? [];
    queues.set(key, queue);
    const sizes = split(rows, limit, queue.at(-1));
    const opened = sizes.length - (isOpenFor(queue.at(-1), sizes[0] as number, limit) ? 1 : 0);
    if (queue.length + opened > parameters.maxEnqueuedBatches) {
      throw new StatusError('UNAVAILABLE', fullText(rows, queue, limit, parameters));
    }
    let from = 0;
    const parts = sizes.map((size) => {
      const part = mapTensors(inputs, (tensor) => sliceRows(tensor, from, from + size));
      const task = { inputs: part, rows: size, asked: from === 0 ? rows : 0, caller };
      from += size;
      return enqueue(key, queue, task, signature, outputs);
    });
    return parts.length === 1 ? (parts[0] as Promise<Tensors>) : Promise.all(parts).then(together);
  }

  function enqueue(
    key: string,
    queue: Batch[],
    { inputs, rows, asked, caller }: Pick<Task, 'inputs' | 'rows' | 'asked' | 'caller'>,
    signature: string,
    outputs: string[] | undefined,
  ): Promise<Tensors> {
    let batch = queue.at(-1);
    if (!batch || !isOpenFor(batch, rows, limit)) {
      if (batch) start(key, queue, batch);
      batch = { signature, outputs, tasks: [], rows: 0, timer: undefined, started: false };
      queue.push(batch);
      wait(key, queue, batch);
    }
    batch.rows += rows;
    const full = batch.rows >= limit;
    const { tasks } = batch;
    const since = performance.now();
    const result = new Promise<Tensors>((resolve, reject) =>
      tasks.push({ inputs, rows, asked, since, caller, resolve, reject }),
    );
    if (full) start(key, queue, batch);
    return result;
  }

  function wait(key: string, queue: Batch[], batch: Batch): void {
    const ms = parameters.batchTimeoutMicros / 1000;
    // What is in the sockets already comes in before the next immediate: under load that fills a batch without any waiting.
    if (ms <= 0) start(key, queue, batch);
    else batch.timer = setTimeout(() => start(key, queue, batch), Math.max(1, Math.round(ms)));
  }

  /** Not at once: what comes in until its turn still joins it while it has room. */
  function start(key: string, queue: Batch[], batch: Batch): void {
    if (batch.started) return;
    batch.started = true;
    clearTimeout(batch.timer);
    const caller: Caller = {
      get deadline() {
        return Math.max(...batch.tasks.map((task) => task.caller.deadline));
      },
      gone: () => batch.tasks.every((task) => task.caller.gone()),
    };
    const begin = (): Steps<void> => {
      leave(key, queue, batch);
      return runBatch(model, batch, parameters, report);
    };
    setImmediate(async () => {
      try {
        await turn(caller, begin);
      } catch (error) {
        leave(key, queue, batch);
        for (const { reject } of batch.tasks) reject(error);
      }
    });
  }

  function leave(key: string, queue: Batch[], batch: Batch): void {
    if (queue.includes(batch)) queue.splice(queue.indexOf(batch), 1);
    if (queue.length === 0 && queues.get(key) === queue) queues.delete(key);
  }

  return async (signature, inputs, outputs, caller = NOBODY) => submit(signature, inputs, outputs, caller);
}

type Task = {
  inputs: Tensors;
  rows: number;
  /** Rows of the whole request, in its first part. */
  asked: number;
  since: number;
  caller: Caller;
  resolve: (outputs: Tensors) => void;
  reject: (error: unknown) => void;
};
/** Rejects with what the run, or the queue, says. */
export type Batched = (...call: Parameters<Submit>) => Promise<Tensors>;

type Batch = {
  signature: string;
  outputs: string[] | undefined;
  tasks: Task[];
  rows: number;
  timer: NodeJS.Timeout | undefined;
  started: boolean;
};

/** All inputs have a first dimension, and it is the same. */
function rowsOf(inputs: Tensors): number {
  const tensors = Object.values(inputs);
  const first = tensors[0];
  if (!first) throw invalidArgument('Batching Run() must have at least one input tensor');
  for (const { shape } of tensors) {
    if (shape.length === 0) {
      throw invalidArgument('Batching Run() input tensors must have at least one dimension');
    }
    if (shape[0] !== first.shape[0]) {
      throw invalidArgument('Batching Run() input tensors must have equal 0th-dimension size');
    }
  }
  return first.shape[0] as number;
}

/**
 * Only what can be put below each other shares a batch. TF Serving fails a batch of mixed shapes as a whole; here the shapes wait
 * in queues of their own, so that nobody pays for another's request.
 */
function keyOf(signature: string, inputs: Tensors, outputs: string[] | undefined, pads: boolean): string {
  const shapes = Object.entries(inputs).map(([name, { dtype, shape }]) => [
    name,
    dtype,
    pads ? shape.length : shape.slice(1),
  ]);
  return JSON.stringify([signature, outputs, shapes]);
}

function isOpenFor(batch: Batch | undefined, rows: number, limit: number): boolean {
  return batch !== undefined && batch.rows < limit && batch.rows + rows <= limit;
}

/** In the words of TensorFlow's scheduler, which always has one batch open. */
function fullText(
  rows: number,
  queue: Batch[],
  limit: number,
  { splitLarge, maxEnqueuedBatches }: BatchingParameters,
): string {
  const start = 'The batch scheduling queue to which this task was submitted is full';
  if (!splitLarge) {
    return `${start}; currently ${queue.length} batches enqueued and max_enqueued_batches is ${maxEnqueuedBatches}`;
  }
  const batches = Math.max(queue.length, 1);
  const open = queue.at(-1)?.rows ?? 0;
  const room = (maxEnqueuedBatches - batches) * limit + limit - open;
  return (
    `${start}; task size is ${rows} but scheduling capacity is only ${room} (num_enqueued_batches=${batches}, ` +
    `max_enqueued_batches=${maxEnqueuedBatches}, open_batch_size=${open}, max_execution_batch_size=${limit})`
  );
}

/** The sizes of a task's parts: what still fits into the open batch, then whole batches. */
function split(rows: number, limit: number, open: Batch | undefined): number[] {
  if (rows <= limit) return [rows];
  const free = open ? limit - open.rows : 0;
  const sizes = free > 0 ? [free] : [];
  for (let left = rows - free; left > 0; left -= limit) sizes.push(Math.min(left, limit));
  return sizes;
}

function* runBatch(
  model: ServableModel,
  { signature, outputs, tasks: waited }: Batch,
  { allowedBatchSizes, padVariableLengthInputs }: BatchingParameters,
  report: (batch: BatchReport) => void,
): Steps<void> {
  const tasks = waited.filter(({ caller, reject }) => {
    if (caller.gone()) reject(new StatusError('CANCELLED', 'The client has gone away'));
    else if (caller.deadline <= performance.now()) {
      reject(new StatusError('RESOURCE_EXHAUSTED', 'Run() timeout exceeded while waiting in batching queue'));
    } else return true;
    return false;
  });
  if (tasks.length === 0) return;
  for (const { caller } of tasks) caller.begun?.();
  const rows = tasks.reduce((sum, task) => sum + task.rows, 0);
  const padding = (allowedBatchSizes.find((size) => size >= rows) ?? rows) - rows;
  const now = performance.now();
  report({
    rows,
    padding,
    asked: tasks.flatMap(({ asked, inputs }) => (asked > 0 ? Object.keys(inputs).map(() => asked) : [])),
    queued: tasks.map(({ since }) => (now - since) * 1000),
  });
  let results: Tensors;
  try {
    const inputs = mapTensors((tasks[0] as Task).inputs, (_, name) => {
      const given = tasks.map((task) => task.inputs[name] as HostTensor);
      return joinRows(padVariableLengthInputs ? alike(given) : given, padding);
    });
    results = yield* stepsOf(model, signature, inputs, outputs);
    checkRows(results, rows + padding);
  } catch (error) {
    if (tasks.length === 1) (tasks[0] as Task).reject(error);
    else yield* runApart(model, signature, outputs, tasks);
    return;
  }
  let from = 0;
  for (const task of tasks) {
    const start = from;
    from += task.rows;
    task.resolve(mapTensors(results, (tensor) => sliceRows(tensor, start, start + task.rows)));
  }
}

function checkRows(results: Tensors, rows: number): void {
  for (const { shape } of Object.values(results)) {
    if (shape.length === 0) throw failed('Batched output tensor has 0 dimensions');
    if (shape[0] !== rows) {
      throw failed(
        "Batched output tensor's 0th dimension does not equal the sum of the 0th dimension sizes of the input tensors",
      );
    }
  }
}

/** One request may be at fault for a batch: each gets its own answer or its own error. */
function* runApart(model: ServableModel, signature: string, outputs: string[] | undefined, tasks: Task[]): Steps<void> {
  for (const { inputs, resolve, reject } of tasks) {
    try {
      resolve(yield* stepsOf(model, signature, inputs, outputs));
    } catch (error) {
      reject(error);
    }
  }
}

function finish(steps: Steps<void>): void {
  while (!steps.next().done);
}

const failed = (message: string): StatusError => new StatusError('FAILED_PRECONDITION', message);

/** All rows as long as the longest, in every dimension. */
function alike(tensors: HostTensor[]): HostTensor[] {
  const row = (tensors[0] as HostTensor).shape
    .slice(1)
    .map((_, axis) => Math.max(...tensors.map(({ shape }) => shape[axis + 1] as number)));
  return tensors.map((tensor) => padRows(tensor, row));
}

function together(parts: Tensors[]): Tensors {
  return mapTensors(parts[0] as Tensors, (_, name) => joinRows(parts.map((part) => part[name] as HostTensor)));
}

function mapTensors(tensors: Tensors, change: (tensor: HostTensor, name: string) => HostTensor): Tensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [name, change(tensor, name)]));
}
