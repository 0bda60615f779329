import type { SignatureDef } from '../../../lib/saved-model/schema.ts';
import type { HostTensor } from '../../../lib/saved-model/value.ts';
import { dtypeEnumName } from '../codec/dtype-name.ts';
import { invalidArgument } from '../codec/errors.ts';
import type { Class } from '../codec/examples-answer.ts';
import { checkMethod, examplesTensor, findSignature, runExamples, shapeText } from './examples.ts';
import type { ServableModel } from './servable.ts';
import { signatureText } from './signature-text.ts';
import type { Caller } from './turns.ts';

/** Whether TF Serving would look at a signature's method_name: --enable_signature_method_name_check. */
export type MethodCheck = boolean;

export const CLASSIFY = 'tensorflow/serving/classify';

/** The classes of each serialized tf.Example. */
export async function classify(
  model: ServableModel,
  signatureName: string,
  examples: Uint8Array[],
  checkName: MethodCheck = false,
  caller?: Caller,
): Promise<Class[][]> {
  const { name, def } = findSignature(model, signatureName);
  checkClassify(def, checkName);
  const outputs = ['classes', 'scores'].filter((key) => def.outputs.has(key));
  const results = await runExamples(model, name, examplesTensor(examples), outputs, caller);
  return toClasses(results.classes, results.scores, examples.length);
}

/** PreProcessClassification. */
export function checkClassify(def: SignatureDef, checkName: MethodCheck): void {
  checkMethod(def, 'classification', CLASSIFY, checkName);
  if (def.inputs.size !== 1) throw invalidArgument('Expected one input Tensor.');
  if (def.outputs.size !== 1 && def.outputs.size !== 2) {
    throw invalidArgument(`Expected one or two output Tensors, found ${def.outputs.size}`);
  }
  if (!def.inputs.has('inputs')) {
    throw invalidArgument(`No classification inputs found in SignatureDef: ${signatureText(def)}`);
  }
  if (!def.outputs.has('classes') && !def.outputs.has('scores')) {
    throw invalidArgument(
      `Expected classification signature outputs to contain at least one of "classes" or "scores". Signature was: ${signatureText(def)}`,
    );
  }
}

/** PostProcessClassificationResult. */
export function toClasses(classes: HostTensor | undefined, scores: HostTensor | undefined, count: number): Class[][] {
  if (classes) check('classes', classes, 'string', count);
  if (scores) check('scores', scores, 'float32', count);
  const [labels, values] = [classes?.shape[1], scores?.shape[1]];
  if (labels !== undefined && values !== undefined && labels !== values) {
    throw invalidArgument(`Tensors class and score should match in dim_size(1). Got ${labels} vs. ${values}`);
  }
  const width = labels ?? values ?? 0;
  return Array.from({ length: count }, (_, i) =>
    Array.from({ length: width }, (_, c) => ({
      label: classes ? (classes.data[i * width + c] as unknown as Uint8Array) : EMPTY,
      score: scores ? (scores.data[i * width + c] as number) : 0,
    })),
  );
}

const EMPTY = new Uint8Array(0);

function check(key: string, { shape, dtype }: HostTensor, wanted: string, count: number): void {
  if (shape.length !== 2) {
    throw invalidArgument(`Expected Tensor shape: [batch_size num_classes] but got ${shapeText(shape)}`);
  }
  const word = wanted === 'string' ? 'DT_STRING' : 'DT_FLOAT';
  if (dtype !== wanted) throw invalidArgument(`Expected ${key} Tensor of ${word}. Got: ${dtypeEnumName(dtype)}`);
  if (shape[0] !== count) {
    throw invalidArgument(`Expected ${key} output batch size of ${count}. Got: ${shape[0]}`);
  }
}
