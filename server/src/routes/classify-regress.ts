import { toStatus } from '../codec/errors.ts';
import { writeClassifications, writeRegressions } from '../codec/examples-answer.ts';
import { readExamplesRequest } from '../codec/examples-request.ts';
import { CLASSIFY, classify } from '../servable/classify.ts';
import { REGRESS, regress } from '../servable/regress.ts';
import type { ServableModel } from '../servable/servable.ts';
import type { ServerCore, Wanted } from '../servable/server-core.ts';
import type { Trace } from './trace.ts';

/** POST …:classify and …:regress. As in TF Serving, the body is read before the model is looked for. */
export async function classifyOrRegress(
  core: ServerCore,
  verb: 'classify' | 'regress',
  wanted: Wanted,
  body: Buffer,
  trace: Trace | undefined,
): Promise<string> {
  const { signatureName, examples } = readExamplesRequest(body);
  trace?.end('parse');
  const version = core.find(wanted);
  const model = version.acquire();
  if (trace) {
    const signature_name = signatureName || 'serving_default';
    trace.signature = { model_name: wanted.name, version: String(version.id.version), signature_name };
    trace.end('queue');
  }
  try {
    const check = core.checkMethodName;
    if (verb === 'classify') {
      const results = await classify(model, signatureName, examples, check);
      trace?.end('run');
      return writeClassifications(results);
    }
    const results = await regress(model, signatureName, examples, check);
    trace?.end('run');
    return writeRegressions(results);
  } catch (error) {
    const status = toStatus(error);
    status.details ??= details(model, verb, signatureName || 'serving_default');
    throw status;
  } finally {
    trace?.end('write');
    version.release();
  }
}

/** The signatures that were made for this call, and a request of the right form. */
function details(model: ServableModel, verb: 'classify' | 'regress', signature: string): Record<string, unknown> {
  const method = verb === 'classify' ? CLASSIFY : REGRESS;
  const [output, input] = [verb === 'classify' ? ['classes', 'scores'] : ['outputs'], 'inputs'];
  const fitting = Object.entries(model.signatureDefs)
    .filter(
      ([, def]) =>
        def.method_name === method || (def.inputs.has(input) && output.some((name) => def.outputs.has(name))),
    )
    .map(([name]) => name);
  return {
    signature,
    signatures: fitting,
    ...(fitting.length === 0 && { hint: `This model has no signature for ${verb}; try :predict.` }),
    ...(fitting.length > 0 && {
      example: { signature_name: fitting.includes(signature) ? signature : fitting[0], examples: [{ FEATURE: 1.5 }] },
    }),
  };
}
