import type { HostTensor, TensorInfo } from '../../../lib/saved-model/value.ts';
import { FastReader } from './fast-reader.ts';
import type { InputsOf, PredictRequest } from './predict-request.ts';
import { leafOf, TensorBuilder } from './tensor-builder.ts';

/**
 * The usual predict request in one pass over its bytes, straight into typed arrays. undefined for anything else, right or wrong:
 * predict-request.ts then reads it step by step and finds TF Serving's words for what is wrong. Where this gives a request, that
 * one gives the same (a test compares them).
 */
export function readFastRequest(body: Buffer, inputsOf: InputsOf): PredictRequest | undefined {
  const reader = new FastReader(body);
  // The signature decides the types; a name that comes after the values costs a second look at the body.
  const first = readDocument(reader, inputsOf, undefined);
  if (first !== 'again') return first;
  const again = readDocument(new FastReader(body), inputsOf, reader.signatureName);
  return again === 'again' ? undefined : again;
}

function readDocument(
  reader: FastReader,
  inputsOf: InputsOf,
  signature: string | undefined,
): PredictRequest | 'again' | undefined {
  if (!reader.take(OPEN_OBJECT)) return undefined;
  let format: PredictRequest['format'] | undefined;
  let inputs: Map<string, HostTensor> | undefined;
  let used: string | undefined;
  do {
    const key = reader.key();
    if (key === undefined) return undefined;
    if (key === 'signature_name') {
      const name = reader.text();
      if (name === undefined) return undefined;
      reader.signatureName ??= name;
    } else if (key === 'instances' || key === 'inputs') {
      if (format) return undefined;
      used = signature ?? reader.signatureName ?? '';
      const infos = lookUp(inputsOf, used);
      if (!infos) return undefined;
      format = key === 'instances' ? 'row' : 'columnar';
      inputs = format === 'row' ? readRows(reader, infos) : readColumns(reader, infos);
      if (!inputs) return undefined;
    } else if (!reader.skip()) return undefined;
  } while (reader.take(COMMA));
  if (!reader.take(CLOSE_OBJECT) || !format || !inputs) return undefined;
  if ((reader.signatureName ?? '') !== used) return 'again';
  return { signatureName: used, format, inputs };
}

/** What is wrong with the model or the signature is only said once the whole body is known to be JSON: by the other reader. */
function lookUp(inputsOf: InputsOf, signatureName: string): ReadonlyMap<string, TensorInfo> | undefined {
  try {
    const infos = inputsOf(signatureName);
    return infos.size > 0 ? infos : undefined;
  } catch {
    return undefined;
  }
}

function readRows(reader: FastReader, infos: ReadonlyMap<string, TensorInfo>): Map<string, HostTensor> | undefined {
  if (!reader.opensNamedRows()) {
    // A plain list of instances is one tensor whose first dimension is the batch.
    return infos.size === 1 ? readOne(reader, infos, 1) : undefined;
  }
  const builders = buildersOf(infos);
  if (!builders || !reader.take(OPEN_LIST)) return undefined;
  let count = 0;
  do {
    if (!readNamed(reader, builders)) return undefined;
    count++;
  } while (reader.take(COMMA));
  if (!reader.take(CLOSE_LIST)) return undefined;
  return new Map([...builders].map(([name, builder]) => [name, builder.finish(count)]));
}

/** One object with each input once, in any order. */
function readNamed(reader: FastReader, builders: Map<string, TensorBuilder>): boolean {
  if (!reader.take(OPEN_OBJECT)) return false;
  const seen = new Set<string>();
  do {
    const key = reader.key();
    const builder = key === undefined ? undefined : builders.get(key);
    if (!builder || seen.has(key as string) || !reader.tensor(builder)) return false;
    seen.add(key as string);
  } while (reader.take(COMMA));
  return seen.size === builders.size && reader.take(CLOSE_OBJECT);
}

function readColumns(reader: FastReader, infos: ReadonlyMap<string, TensorInfo>): Map<string, HostTensor> | undefined {
  if (!reader.peek(OPEN_OBJECT)) return infos.size === 1 ? readOne(reader, infos, 0) : undefined;
  // `{"b64": "…"}` is a base64 string also where the input has that name.
  if (infos.size === 1 && infos.has('b64')) return undefined;
  const builders = buildersOf(infos);
  if (!builders || !readNamed(reader, builders)) return undefined;
  return new Map([...builders].map(([name, builder]) => [name, builder.finish()]));
}

function readOne(
  reader: FastReader,
  infos: ReadonlyMap<string, TensorInfo>,
  minRank: number,
): Map<string, HostTensor> | undefined {
  const [only, info] = infos.entries().next().value as [string, TensorInfo];
  if (info.dtype === 'float32') {
    const found = reader.floats();
    if (found && found.dims.length < minRank) return undefined;
    if (found) return new Map([[only, { dtype: 'float32', shape: found.dims, data: found.values }]]);
  }
  const builders = buildersOf(infos);
  if (!builders) return undefined;
  const [name, builder] = builders.entries().next().value as [string, TensorBuilder];
  if (!reader.tensor(builder) || builder.rank < minRank) return undefined;
  return new Map([[name, builder.finish()]]);
}

function buildersOf(infos: ReadonlyMap<string, TensorInfo>): Map<string, TensorBuilder> | undefined {
  const builders = new Map<string, TensorBuilder>();
  for (const [name, { dtype }] of infos) {
    const leaf = leafOf(dtype);
    if (!leaf) return undefined;
    builders.set(name, new TensorBuilder(dtype, leaf));
  }
  return builders;
}

const OPEN_LIST = 91;
const CLOSE_LIST = 93;
const OPEN_OBJECT = 123;
const CLOSE_OBJECT = 125;
const COMMA = 44;
