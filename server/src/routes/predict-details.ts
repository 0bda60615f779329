import type { TensorInfo } from '../../../lib/saved-model/value.ts';
import type { PredictRequest } from '../codec/predict-request.ts';
import type { ServableModel } from '../servable/servable.ts';

/** What comes after TF Serving's error text: what the signature wants, what came, and a request that would work. */
export function predictDetails(
  model: ServableModel,
  signatureName: string,
  request: PredictRequest | undefined,
  modelName: string,
): Record<string, unknown> {
  const signature = Object.hasOwn(model.signatures, signatureName) ? model.signatures[signatureName] : undefined;
  if (!signature) return { signatures: Object.keys(model.signatures) };
  const expected = Object.fromEntries(Object.entries(signature.inputs).map(([name, info]) => [name, textOf(info)]));
  const got =
    request &&
    Object.fromEntries([...request.inputs].map(([name, { dtype, shape }]) => [name, `${dtype} ${shapeText(shape)}`]));
  return {
    model: modelName,
    signature: signatureName,
    expected,
    ...(got && { got }),
    example: example(signatureName, signature.inputs),
  };
}

/** `float32 [?, 28, 28, 1]` */
export function textOf({ dtype, shape }: Pick<TensorInfo, 'dtype' | 'shape'>): string {
  return `${dtype} ${shape ? shapeText(shape) : '(any shape)'}`;
}

/** The batch and every other free size are a question mark. */
function shapeText(shape: number[]): string {
  return `[${shape.map((dim) => (dim < 0 ? '?' : dim)).join(', ')}]`;
}

/** By row where there is a batch, by column where an input is a scalar; a free rank gets one value for each row. */
function example(signatureName: string, inputs: Record<string, TensorInfo>): unknown {
  const entries = Object.entries(inputs);
  if (entries.length === 0) return undefined;
  if (entries.some(([, { dtype, shape }]) => UNSPOKEN.has(dtype) || size(shape ?? []) > MAX_EXAMPLE)) return undefined;
  const scalars = entries.some(([, { shape }]) => shape?.length === 0);
  const values = entries.map(([name, { dtype, shape }]) => {
    const dims = shape ?? [-1];
    return [name, nested(dtype, scalars ? dims : dims.slice(1))] as const;
  });
  const content = values.length === 1 ? values[0]?.[1] : Object.fromEntries(values);
  return { signature_name: signatureName, ...(scalars ? { inputs: content } : { instances: [content] }) };
}

/** Types that TF Serving does not read from JSON: gRPC is the way. */
const UNSPOKEN = new Set(['float16', 'bfloat16', 'uint16', 'complex64', 'complex128']);

/** More values than an image of the course has teach nothing. */
const MAX_EXAMPLE = 1024;

const size = (shape: number[]): number => shape.slice(1).reduce((product, dim) => product * Math.max(dim, 1), 1);

function nested(dtype: TensorInfo['dtype'], shape: number[]): unknown {
  const [dim, ...rest] = shape;
  if (dim === undefined) return sample(dtype);
  return Array.from({ length: Math.max(dim, 1) }, () => nested(dtype, rest));
}

/** A value that JSON shows to be of its type: 1.0 would print as an integer. */
export function sample(dtype: TensorInfo['dtype']): string | number | boolean {
  if (dtype === 'string') return 'text';
  if (dtype === 'bool') return true;
  return dtype.includes('int') ? 1 : 0.5;
}
