import type { ExampleFeatures } from '../../../lib/saved-model/example-features.ts';
import type { SignatureDef } from '../../../lib/saved-model/schema.ts';
import { isTransient, toStatus } from '../codec/errors.ts';
import { writeClassifications, writeRegressions } from '../codec/examples-answer.ts';
import { readExamplesRequest } from '../codec/examples-request.ts';
import { CLASSIFY, classify } from '../servable/classify.ts';
import { REGRESS, regress } from '../servable/regress.ts';
import type { ServableModel } from '../servable/servable.ts';
import type { ServerCore, Wanted } from '../servable/server-core.ts';
import type { Caller } from '../servable/turns.ts';
import { sample, textOf } from './predict-details.ts';
import type { Trace } from './trace.ts';

/** POST …:classify and …:regress. As in TF Serving, the body is read before the model is looked for. */
export async function classifyOrRegress(
  core: ServerCore,
  verb: 'classify' | 'regress',
  wanted: Wanted,
  body: Buffer,
  trace: Trace | undefined,
  caller?: Caller,
): Promise<string> {
  const { signatureName, examples } = readExamplesRequest(body);
  trace?.end('parse');
  const version = core.find(wanted);
  const model = version.acquire();
  if (trace) {
    const signature_name = signatureName || 'serving_default';
    trace.signature = { model_name: wanted.name, version: String(version.id.version), signature_name };
  }
  try {
    const check = core.checkMethodName;
    if (verb === 'classify') {
      const results = await classify(model, signatureName, examples, check, caller);
      trace?.end('run');
      return writeClassifications(results);
    }
    const results = await regress(model, signatureName, examples, check, caller);
    trace?.end('run');
    return writeRegressions(results);
  } catch (error) {
    const status = toStatus(error);
    if (!isTransient(status)) status.details ??= details(model, verb, signatureName || 'serving_default');
    throw status;
  } finally {
    trace?.end('write');
    version.release();
  }
}

/** The signatures that were made for this call, and a request that works. */
function details(model: ServableModel, verb: 'classify' | 'regress', signature: string): Record<string, unknown> {
  const method = verb === 'classify' ? CLASSIFY : REGRESS;
  const outputs = verb === 'classify' ? ['classes', 'scores'] : ['outputs'];
  const keys = (def: SignatureDef): boolean =>
    [...def.inputs.keys()].join() === 'inputs' && [...def.outputs.keys()].every((name) => outputs.includes(name));
  const fitting = Object.entries(model.signatureDefs)
    .filter(([, def]) => def.method_name === method || keys(def))
    .map(([name]) => name);
  const [best = fitting[0]] = fitting.filter((name) => name === signature);
  if (best === undefined) {
    return { signature, signatures: [], hint: `This model has no signature for ${verb}; try :predict.` };
  }
  const features = model.features?.(best);
  return {
    signature,
    signatures: fitting,
    ...(features && {
      features: Object.fromEntries(Object.entries(features).map(([name, feature]) => [name, textOf(feature)])),
      example: { signature_name: best, examples: [exampleOf(features)] },
    }),
  };
}

/** The right number of values of the right kind: a decimal is a float, an integer an int64. */
function exampleOf(features: ExampleFeatures): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(features).map(([name, { dtype, shape }]) => {
      const count = (shape ?? []).reduce((product, dim) => product * dim, 1);
      const value = sample(dtype);
      return [name, shape === null || shape.length > 0 ? Array.from({ length: count }, () => value) : value];
    }),
  );
}
