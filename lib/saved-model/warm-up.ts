import { maskedCrc32c } from './crc32c.ts';
import { dtypeNumber } from './dtype.ts';
import { encode } from './encode.ts';
import { invalid, ModelError } from './error.ts';
import { fromPlain } from './from-plain.ts';
import type { Source } from './layers/signatures.ts';
import { isNamed } from './named.ts';
import { map, message, string, sub } from './proto.ts';
import { TensorProto } from './schema.ts';
import { toTensorProto } from './tensor-proto.ts';

/** Where a server looks for requests to answer before it lets a model serve. */
export const WARM_UP_FILE = 'assets.extra/tf_serving_warmup_requests';

const ModelSpec = message('ModelSpec', { name: string(1), signature_name: string(3) });
const PredictRequest = message('PredictRequest', {
  model_spec: sub(1, () => ModelSpec),
  inputs: map(
    2,
    sub(2, () => TensorProto),
  ),
});
const PredictLog = message('PredictLog', { request: sub(1, () => PredictRequest) });
const PredictionLog = message('PredictionLog', { predict_log: sub(6, () => PredictLog) });

/** TensorFlow Serving reads no more. */
const MOST = 1000;

/** A TFRecord file of PredictionLogs, one for each example. */
export function warmUpRecords(examples: unknown[], { inputs }: Source, modelName: string): Uint8Array {
  if (!Array.isArray(examples)) throw invalid('saveModel: warmup is not a list of requests, e.g. [images]');
  if (examples.length > MOST)
    throw invalid(`saveModel: ${examples.length} warm-up requests; a server reads at most ${MOST}`);
  return Buffer.concat(
    examples.map((example) =>
      record(encode(PredictionLog, { predict_log: { request: request(example, inputs, modelName) } })),
    ),
  );
}

function request(example: unknown, inputs: Source['inputs'], name: string) {
  const [only] = inputs;
  const given = inputs.length === 1 && only && !isNamed(example) ? { [only.key]: example } : example;
  if (!isNamed(given))
    throw invalid(`saveModel: a warm-up request must have the keys ${inputs.map(({ key }) => key).join(', ')}`);
  const tensors = inputs.map(({ key, dtype, shape }) => {
    if (!Object.hasOwn(given, key)) throw invalid(`saveModel: a warm-up request lacks the input "${key}"`);
    const tensor = fromPlain(given[key], dtype, key);
    const fits =
      tensor.shape.length === shape.length && shape.every((dim, axis) => dim === null || dim === tensor.shape[axis]);
    if (!fits)
      throw new ModelError(
        'INVALID_ARGUMENT',
        `saveModel: warm-up input "${key}" has the shape [${tensor.shape}], the model takes [${shape.map((dim) => dim ?? '?')}]`,
      );
    return [key, { ...toTensorProto(tensor), dtype: dtypeNumber(dtype) }] as const;
  });
  return { model_spec: { name, signature_name: 'serving_default' }, inputs: new Map(tensors) };
}

/** Length and its checksum, the bytes and theirs. */
function record(bytes: Uint8Array): Uint8Array {
  const file = Buffer.alloc(16 + bytes.length);
  file.writeBigUInt64LE(BigInt(bytes.length), 0);
  file.writeUInt32LE(maskedCrc32c(file.subarray(0, 8)), 8);
  file.set(bytes, 12);
  file.writeUInt32LE(maskedCrc32c(bytes), 12 + bytes.length);
  return file;
}
