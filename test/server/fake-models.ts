import { dtypeNumber } from '../../lib/saved-model/dtype.ts';
import type { DType, HostTensor, Signature, TensorInfo } from '../../lib/saved-model/value.ts';
import type { ServableModel } from '../../server/src/servable/servable.ts';

/** Models without a file, for tests of everything around them. */

const info = (name: string, dtype: DType, shape: number[] | null): TensorInfo => ({ name: `${name}:0`, dtype, shape });

function model(signatures: Record<string, Signature>, run: ServableModel['run']): ServableModel {
  const proto = ({ name, dtype, shape }: TensorInfo) => ({
    name,
    dtype: dtypeNumber(dtype),
    tensor_shape: { dim: (shape ?? []).map((size) => ({ size, name: '' })), unknown_rank: shape === null },
    coo_sparse: undefined,
  });
  const protos = (infos: Record<string, TensorInfo>) =>
    new Map(Object.entries(infos).map(([key, value]) => [key, proto(value)]));
  const signatureDefs = Object.fromEntries(
    Object.entries(signatures).map(([key, { inputs, outputs, methodName }]) => [
      key,
      { inputs: protos(inputs), outputs: protos(outputs), method_name: methodName, defaults: new Map() },
    ]),
  );
  return { signatures, signatureDefs, run, close() {} };
}

const PREDICT = 'tensorflow/serving/predict';

/** y = x / 2 + add, like TF Serving's half_plus_two. */
export function half(add = 2): ServableModel {
  const signature: Signature = {
    inputs: { x: info('x', 'float32', [-1, 1]) },
    outputs: { y: info('y', 'float32', [-1, 1]) },
    methodName: PREDICT,
  };
  return model({ serving_default: signature }, (_name, inputs) => {
    const x = inputs.x as HostTensor;
    return { y: { ...x, data: (x.data as Float32Array).map((value) => value / 2 + add) } };
  });
}

/** Gives back its inputs as its outputs. */
export function echo(inputs: Record<string, { dtype: DType; shape?: number[] }>, suffix = ''): ServableModel {
  const side = (end: string) =>
    Object.fromEntries(
      Object.entries(inputs).map(([name, { dtype, shape }]) => [`${name}${end}`, info(name, dtype, shape ?? null)]),
    );
  const signature: Signature = { inputs: side(''), outputs: side(suffix), methodName: PREDICT };
  const empty: Signature = { inputs: {}, outputs: {}, methodName: PREDICT };
  return model({ serving_default: signature, nothing: empty }, (_name, given) =>
    Object.fromEntries(Object.entries(given).map(([name, tensor]) => [`${name}${suffix}`, tensor])),
  );
}
