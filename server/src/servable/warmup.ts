import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decode } from '../../../lib/saved-model/decode.ts';
import { invalidArgument, StatusError, statusText, toStatus } from '../codec/errors.ts';
import type { PredictionLog } from '../grpc/messages.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { ServableModel } from './servable.ts';

export type WarmUpOptions = {
  /** How often each record is replayed. */
  iterations: number;
  checkMethodName: boolean;
  metrics?: Metrics | undefined;
};

/**
 * Replays the records that lie beside a model before it becomes available; one that fails fails the load. Between records it
 * lets go of the thread, so that the version that serves meanwhile answers.
 */
export async function warmUp(model: ServableModel, path: string, options: WarmUpOptions, log: Log): Promise<void> {
  const file = join(path, 'assets.extra', 'tf_serving_warmup_requests');
  if (!existsSync(file)) return log('I', 'no warmup', `No warmup data file found at ${file}`);
  const started = performance.now();
  const shown = options.iterations === 1 ? '' : `num_request_iterations { value: ${options.iterations} }`;
  log('I', 'warmup starts', `Starting to read warmup data for model at ${file} with model-warmup-options ${shown}`);
  let count = 0;
  let status: StatusError | undefined;
  try {
    count = await replay(model, file, options);
  } catch (error) {
    status = toStatus(error);
  }
  const micros = Math.round((performance.now() - started) * 1000);
  options.metrics?.warmUp(path, status ? statusText(status) : 'OK', micros, count);
  if (status?.code === 'DATA_LOSS') {
    throw new StatusError('DATA_LOSS', `${status.message}. Please verify your warmup data is in TFRecord format.`);
  }
  if (status) throw status;
  log(
    'I',
    'warmup done',
    `Finished reading warmup data for model at ${file}. Number of warmup records read: ${count}. Elapsed time (microseconds): ${micros}.`,
  );
}

const MAX_RECORDS = 1000;

async function replay(model: ServableModel, file: string, options: WarmUpOptions): Promise<number> {
  // Most models bring no records: what reads them is imported only here.
  const { readRecords } = await import('./record-file.ts');
  const { runRecord } = await import('./warmup-record.ts');
  const { PredictionLog: schema } = await import('../grpc/messages.ts');
  let count = 0;
  for (const bytes of readRecords(readFileSync(file))) {
    let record: PredictionLog;
    try {
      record = decode(schema, bytes);
    } catch {
      throw invalidArgument(`Failed to parse warmup record: ${bytes.toString('latin1').slice(0, 200)} from ${file}`);
    }
    for (let i = 0; i < options.iterations; i++) {
      await runRecord(model, record, options.checkMethodName);
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (++count > MAX_RECORDS) {
      throw invalidArgument(`Number of warmup records exceeds the maximum (${MAX_RECORDS}) at ${file}`);
    }
  }
  return count;
}
