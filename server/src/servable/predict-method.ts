import type { SignatureDef } from '../../../lib/saved-model/schema.ts';
import { StatusError } from '../codec/errors.ts';
import { CLASSIFY, type MethodCheck } from './classify.ts';
import { REGRESS } from './regress.ts';

const METHODS = ['tensorflow/serving/predict', CLASSIFY, REGRESS];

/** Predict runs signatures of all three methods; INTERNAL is TF Serving's own code for another one. */
export function checkPredict(def: SignatureDef | undefined, checkName: MethodCheck): void {
  if (!checkName || !def || METHODS.includes(def.method_name)) return;
  const wanted = METHODS.join(', ');
  throw new StatusError(
    'INTERNAL',
    `Expected prediction signature method_name to be one of {${wanted}}. Was: ${def.method_name}`,
  );
}
