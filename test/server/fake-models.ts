import { decode } from '../../lib/saved-model/decode.ts';
import { dtypeNumber } from '../../lib/saved-model/dtype.ts';
import type { ExampleFeatures } from '../../lib/saved-model/example-features.ts';
import { Example } from '../../lib/saved-model/example-schema.ts';
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

/** Signatures over serialized examples: the float feature x becomes scores, the bytes feature s labels. */
export function examples(): ServableModel {
  const inputs = { inputs: info('inputs', 'string', [-1]) };
  const [classes, scores] = [info('classes', 'string', [-1, -1]), info('scores', 'float32', [-1, -1])];
  const signatures: Record<string, Signature> = {
    serving_default: { inputs, outputs: { classes, scores }, methodName: 'tensorflow/serving/classify' },
    labels: { inputs, outputs: { classes }, methodName: 'tensorflow/serving/classify' },
    scores: { inputs, outputs: { scores }, methodName: 'tensorflow/serving/classify' },
    flat: { inputs, outputs: { scores }, methodName: 'tensorflow/serving/classify' },
    regress: { inputs, outputs: { outputs: info('y', 'float32', [-1, 1]) }, methodName: 'tensorflow/serving/regress' },
    wide: { inputs, outputs: { outputs: info('y', 'float32', [-1, 2]) }, methodName: 'tensorflow/serving/regress' },
    strings: { inputs, outputs: { outputs: info('y', 'string', [-1]) }, methodName: 'tensorflow/serving/regress' },
    three: { inputs, outputs: { classes, scores, more: scores }, methodName: PREDICT },
  };
  const features = (name: string): ExampleFeatures => ({
    x: { dtype: 'float32', shape: [name === 'regress' ? 1 : 2] },
    s: { dtype: 'string', shape: [2] },
  });
  const made = model(signatures, (name, { inputs: given }, wanted = []) => {
    const rows = (given as HostTensor).data as Uint8Array[];
    const features = rows.map((row) => decode(Example, row).features?.feature);
    const numbers = table('float32', features, (row) => row?.get('x')?.float_list?.value);
    const words = table('string', features, (row) => row?.get('s')?.bytes_list?.value);
    const flat = { ...numbers, shape: [numbers.data.length] };
    const all: Record<string, HostTensor> = {
      classes: words,
      scores: name === 'flat' ? flat : numbers,
      outputs: name === 'strings' ? { ...words, shape: [words.data.length] } : numbers,
    };
    return Object.fromEntries(wanted.map((key) => [key, all[key] as HostTensor]));
  });
  return { ...made, features };
}

/** A row for each example, as wide as the first one. */
function table<T>(dtype: DType, features: T[], valuesOf: (row: T) => ArrayLike<unknown> | undefined): HostTensor {
  const rows = features.map((row) => Array.from(valuesOf(row) ?? []));
  const data = rows.flat();
  const shape = [rows.length, rows[0]?.length ?? 0];
  return {
    dtype,
    shape,
    data: (dtype === 'string' ? data : Float32Array.from(data as number[])) as HostTensor['data'],
  };
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
