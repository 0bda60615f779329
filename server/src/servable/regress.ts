import type { SignatureDef } from '../../../lib/saved-model/schema.ts';
import type { HostTensor } from '../../../lib/saved-model/value.ts';
import { dtypeEnumName } from '../codec/dtype-name.ts';
import { invalidArgument } from '../codec/errors.ts';
import type { MethodCheck } from './classify.ts';
import { checkMethod, examplesTensor, findSignature, runExamples, shapeText } from './examples.ts';
import type { ServableModel } from './servable.ts';
import { signatureText } from './signature-text.ts';
import type { Caller } from './turns.ts';

export const REGRESS = 'tensorflow/serving/regress';

/** One value for each serialized tf.Example. */
export async function regress(
  model: ServableModel,
  signatureName: string,
  examples: Uint8Array[],
  checkName: MethodCheck = false,
  caller?: Caller,
): Promise<ArrayLike<number>> {
  const { name, def } = findSignature(model, signatureName);
  checkRegress(def, checkName);
  const results = await runExamples(model, name, examplesTensor(examples), ['outputs'], caller);
  return toRegressions(results.outputs as HostTensor, examples.length);
}

/** PreProcessRegression. */
export function checkRegress(def: SignatureDef, checkName: MethodCheck): void {
  checkMethod(def, 'regression', REGRESS, checkName);
  if (def.inputs.size !== 1) throw invalidArgument('Expected one input Tensor.');
  if (def.outputs.size !== 1) throw invalidArgument('Expected one output Tensor.');
  for (const [side, key] of [
    ['inputs', 'inputs'],
    ['outputs', 'outputs'],
  ] as const) {
    if (!def[side].has(key))
      throw invalidArgument(`No regression ${side} found in SignatureDef: ${signatureText(def)}`);
  }
}

/** PostProcessRegressionResult. */
export function toRegressions({ shape, dtype, data }: HostTensor, count: number): ArrayLike<number> {
  if (!(shape.length === 1 || (shape.length === 2 && shape[1] === 1))) {
    throw invalidArgument(
      `Expected output Tensor shape to be either [batch_size] or [batch_size, 1] but got ${shapeText(shape)}`,
    );
  }
  if (shape[0] !== count) {
    throw invalidArgument(`Input batch size did not match output batch size: ${count} vs. ${shape[0]}`);
  }
  if (dtype !== 'float32') {
    throw invalidArgument(`Expected output Tensor of DT_FLOAT.  Got: ${dtypeEnumName(dtype)}`);
  }
  return data as Float32Array;
}
