import { dtypeNumber } from '../../../lib/saved-model/dtype.ts';
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

function textOf({ dtype, shape }: TensorInfo): string {
  return `${dtype} ${shape ? shapeText(shape) : '(any shape)'}`;
}

/** The batch and every other free size are a question mark. */
function shapeText(shape: number[]): string {
  return `[${shape.map((dim) => (dim < 0 ? '?' : dim)).join(', ')}]`;
}

function example(signatureName: string, inputs: Record<string, TensorInfo>): unknown {
  const names = Object.keys(inputs);
  if (Object.values(inputs).some(({ shape }) => !shape || shape.length === 0 || size(shape) > MAX_EXAMPLE))
    return undefined;
  const values = Object.values(inputs).map(({ dtype, shape }) => nested(dtype, (shape as number[]).slice(1)));
  const instance = names.length === 1 ? values[0] : Object.fromEntries(names.map((name, i) => [name, values[i]]));
  return { signature_name: signatureName, instances: [instance] };
}

/** More zeros than this teach nothing. */
const MAX_EXAMPLE = 32;

const size = (shape: number[]): number => shape.slice(1).reduce((product, dim) => product * Math.max(dim, 1), 1);

function nested(dtype: TensorInfo['dtype'], shape: number[]): unknown {
  const [dim, ...rest] = shape;
  if (dim === undefined)
    return dtype === 'string' ? 'text' : dtype === 'bool' ? true : dtypeNumber(dtype) === 1 ? 0.5 : 1;
  return Array.from({ length: Math.max(dim, 1) }, () => nested(dtype, rest));
}
