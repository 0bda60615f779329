import { availableParallelism } from 'node:os';
import { invalidArgument } from '../codec/errors.ts';
import type { Log } from '../log.ts';
import { one, readConfigFile } from './config-files.ts';
import type { FieldType, MessageType, TextMessage } from './text-proto.ts';

/** BatchingParameters with TensorFlow's defaults filled in. */
export type BatchingParameters = {
  maxBatchSize: number;
  batchTimeoutMicros: number;
  maxEnqueuedBatches: number;
  numBatchThreads: number;
  threadPoolName: string;
  /** Splits a request with more rows than maxExecutionBatchSize. */
  splitLarge: boolean;
  maxExecutionBatchSize: number;
  /** Batches are filled up to one of these sizes; none: any size. */
  allowedBatchSizes: number[];
  padVariableLengthInputs: boolean;
};

export function readBatchingConfig(path: string, log: Log): BatchingParameters {
  return toBatchingParameters(readConfigFile(path, BatchingParametersProto, log));
}

/** Throws what TF Serving says about sizes that do not fit together. */
export function toBatchingParameters(message: TextMessage | undefined): BatchingParameters {
  const wrapped = <T>(field: string, otherwise: T): T => {
    const value = message?.get(field)?.[0] as TextMessage | undefined;
    return value ? one(value, 'value', zeroOf(otherwise)) : otherwise;
  };
  const number = (field: string, otherwise: number): number => Number(wrapped<bigint | number>(field, otherwise));
  const maxBatchSize = number('max_batch_size', 1000);
  const splitLarge = wrapped('enable_large_batch_splitting', false);
  const maxEnqueued = number('max_enqueued_batches', 10);
  const parameters: BatchingParameters = {
    maxBatchSize,
    batchTimeoutMicros: number('batch_timeout_micros', 0),
    // TensorFlow's scheduler takes none for one, for the sake of models that say so.
    maxEnqueuedBatches: maxEnqueued === 0 && !splitLarge ? 1 : maxEnqueued,
    numBatchThreads: number('num_batch_threads', availableParallelism()),
    threadPoolName: wrapped('thread_pool_name', 'model_server_batch_threads'),
    splitLarge,
    maxExecutionBatchSize: number('max_execution_batch_size', maxBatchSize),
    allowedBatchSizes: ((message?.get('allowed_batch_sizes') ?? []) as bigint[]).map(Number),
    padVariableLengthInputs: one(message, 'pad_variable_length_inputs', false),
  };
  checkSizes(parameters);
  return parameters;
}

/** A wrapper message without its value is the type's zero. */
function zeroOf<T>(value: T): T {
  return (typeof value === 'number' ? 0 : typeof value === 'string' ? '' : false) as T;
}

/** The texts are those of TensorFlow's batch scheduler, which calls max_batch_size by another name. */
function checkSizes({ allowedBatchSizes: sizes, ...parameters }: BatchingParameters): void {
  const { maxBatchSize, maxExecutionBatchSize, splitLarge } = parameters;
  for (const [name, value] of [
    ['num_batch_threads', parameters.numBatchThreads],
    ['input_batch_size_limit', maxBatchSize],
    ['max_enqueued_batches', parameters.maxEnqueuedBatches],
  ] as const) {
    if (value < 1) throw invalidArgument(`${name} must be positive; was ${value}`);
  }
  if (parameters.batchTimeoutMicros < 0) {
    throw invalidArgument(`batch_timeout_micros must be non-negative; was ${parameters.batchTimeoutMicros}`);
  }
  if (splitLarge && maxBatchSize < maxExecutionBatchSize) {
    throw invalidArgument(
      'When enable_large_batch_splitting is true, input_batch_size_limit must be greater than or equal to max_execution_batch_size.',
    );
  }
  if (sizes.some((size, i) => i > 0 && size <= (sizes[i - 1] as number))) {
    throw invalidArgument('allowed_batch_sizes entries must be monotonically increasing');
  }
  const last = sizes.at(-1);
  // Batches are never larger than max_execution_batch_size: an end there makes sense too, though TF Serving refuses it.
  if (last === undefined || last === maxBatchSize || (splitLarge && last === maxExecutionBatchSize)) return;
  throw invalidArgument(
    `Last entry in allowed_batch_sizes must match max_batch_size; last entry was ${last}; expected ${maxBatchSize}`,
  );
}

const wrapper = (name: string, kind: FieldType['kind']): FieldType => ({
  kind: 'message',
  message: () => ({ name: `google.protobuf.${name}`, fields: { value: { kind } } }),
});
export const Int32Value = wrapper('Int32Value', 'int');
const Int64Value = wrapper('Int64Value', 'int');

export const BatchingParametersProto: MessageType = {
  name: 'tensorflow.serving.BatchingParameters',
  fields: {
    max_batch_size: Int64Value,
    batch_timeout_micros: Int64Value,
    max_enqueued_batches: Int64Value,
    num_batch_threads: Int64Value,
    thread_pool_name: wrapper('StringValue', 'string'),
    enable_large_batch_splitting: wrapper('BoolValue', 'bool'),
    max_execution_batch_size: Int64Value,
    allowed_batch_sizes: { kind: 'int', many: true },
    pad_variable_length_inputs: { kind: 'bool' },
  },
};
