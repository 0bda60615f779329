import { dtypeOf, isDType } from '../../../lib/saved-model/dtype.ts';
import type { SignatureDef, TensorInfoProto } from '../../../lib/saved-model/schema.ts';
import { StatusError } from '../codec/errors.ts';
import { byBytes } from '../codec/predict-request.ts';
import { type ProtoValue, protoJson } from '../codec/proto-json.ts';
import type { ServerCore, Wanted } from '../servable/server-core.ts';

/** GET …/metadata: the signatures, glued together from two messages exactly as TF Serving does. */
export function metadata(core: ServerCore, wanted: Wanted): string {
  if (wanted.name === '') throw new StatusError('INVALID_ARGUMENT', 'Missing model name in request.');
  const version = core.find(wanted);
  const model = version.acquire();
  try {
    const spec = protoJson({ name: version.id.name, version: String(version.id.version), signature_name: '' });
    const names = Object.keys(model.signatureDefs).sort(byBytes);
    const signatures = new Map(names.map((name) => [name, signatureJson(model.signatureDefs[name] as SignatureDef)]));
    return `{\n"model_spec":${spec},\n"metadata": {"signature_def": ${protoJson({ signature_def: signatures })}}\n}\n`;
  } finally {
    version.release();
  }
}

function signatureJson({ inputs, outputs, method_name }: SignatureDef): ProtoValue {
  return { inputs: infosJson(inputs), outputs: infosJson(outputs), method_name, defaults: {} };
}

function infosJson(infos: ReadonlyMap<string, TensorInfoProto>): ProtoValue {
  const names = [...infos.keys()].sort(byBytes);
  return new Map(names.map((name) => [name, infoJson(infos.get(name) as TensorInfoProto)]));
}

/** A oneof that is not set is not printed; everything else is, defaults included. */
function infoJson({ name, dtype, tensor_shape: shape, coo_sparse }: TensorInfoProto): ProtoValue {
  const dim = (shape?.dim ?? []).map(({ size, name: label }) => ({ size: String(size), name: label }));
  return {
    ...(coo_sparse ? {} : { name }),
    dtype: enumName(dtype),
    ...(shape && { tensor_shape: { dim, unknown_rank: shape.unknown_rank } }),
    ...(coo_sparse && { coo_sparse }),
  };
}

/** DT_FLOAT and so on; reference types (100 + n) have `_REF`. */
function enumName(number: number): string {
  if (number === 0) return 'DT_INVALID';
  if (!isDType(number)) return OTHERS[number] ?? String(number);
  const name = dtypeOf(number);
  return `DT_${(WORDS[name] ?? name).toUpperCase()}${number > 100 ? '_REF' : ''}`;
}

/** Where TensorFlow's enum has another word than Python's name. */
const WORDS: Record<string, string> = { float16: 'half', float32: 'float', float64: 'double' };
const OTHERS: Record<number, string> = { 20: 'DT_RESOURCE', 21: 'DT_VARIANT' };
