import type { SignatureDef, TensorInfoProto, TensorProto } from '../../../lib/saved-model/schema.ts';
import { enumName } from '../codec/dtype-name.ts';
import { StatusError } from '../codec/errors.ts';
import { byBytes } from '../codec/predict-request.ts';
import { type ProtoValue, protoJson } from '../codec/proto-json.ts';
import type { ServerCore, Wanted } from '../servable/server-core.ts';
import { tensorJson } from './tensor-json.ts';

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

function signatureJson({ inputs, outputs, method_name, defaults }: SignatureDef): ProtoValue {
  const byName = new Map(sortedNames(defaults).map((name) => [name, tensorJson(defaults.get(name) as TensorProto)]));
  return { inputs: infosJson(inputs), outputs: infosJson(outputs), method_name, defaults: byName };
}

function infosJson(infos: ReadonlyMap<string, TensorInfoProto>): ProtoValue {
  return new Map(sortedNames(infos).map((name) => [name, infoJson(infos.get(name) as TensorInfoProto)]));
}

const sortedNames = (entries: ReadonlyMap<string, unknown>): string[] => [...entries.keys()].sort(byBytes);

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
