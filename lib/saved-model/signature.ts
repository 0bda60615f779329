import { dtypeOf, isDType } from './dtype.ts';
import type { SignatureDef, TensorInfoProto, TensorProto } from './schema.ts';
import { fromShapeProto, fromTensorProto } from './tensor-proto.ts';
import type { HostTensor, Signature, TensorInfo } from './value.ts';

/** The op that sets up tables and assets is listed as a signature, but takes no requests. */
export const INIT_SIGNATURE = '__saved_model_init_op';

/** Signatures in our terms, without the init op and without those whose tensors cannot be numbers or strings. */
export function readSignatures(defs: ReadonlyMap<string, SignatureDef>): Record<string, Signature> {
  const signatures: Record<string, Signature> = Object.create(null);
  for (const [name, def] of defs) {
    const infos = [...def.inputs.values(), ...def.outputs.values()];
    if (name === INIT_SIGNATURE || !infos.every((info) => isDType(info.dtype) && info.name !== '')) continue;
    signatures[name] = {
      inputs: toInfos(def.inputs),
      outputs: toInfos(def.outputs),
      methodName: def.method_name,
      ...(def.defaults.size > 0 && { defaults: toTensors(def.defaults) }),
    };
  }
  return signatures;
}

function toInfos(infos: ReadonlyMap<string, TensorInfoProto>): Record<string, TensorInfo> {
  const result: Record<string, TensorInfo> = Object.create(null);
  for (const [key, { name, dtype, tensor_shape }] of infos) {
    // An absent shape is an unknown rank: TF1 exporters leave it out.
    result[key] = { name, dtype: dtypeOf(dtype), shape: tensor_shape ? fromShapeProto(tensor_shape) : null };
  }
  return result;
}

function toTensors(protos: ReadonlyMap<string, TensorProto>): Record<string, HostTensor> {
  const result: Record<string, HostTensor> = Object.create(null);
  for (const [key, proto] of protos) result[key] = fromTensorProto(proto);
  return result;
}
