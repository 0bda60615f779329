import type { HostTensor, Signature, TensorInfo } from '../../../lib/saved-model/value.ts';
import { invalidArgument, isTransient, toStatus } from '../codec/errors.ts';
import { readFastRequest } from '../codec/fast-request.ts';
import { writePredictAnswer } from '../codec/predict-answer.ts';
import { byBytes, type PredictRequest, readPredictRequest } from '../codec/predict-request.ts';
import { checkPredict } from '../servable/predict-method.ts';
import { runModel, type ServableModel } from '../servable/servable.ts';
import type { ServerCore, Wanted } from '../servable/server-core.ts';
import type { Caller } from '../servable/turns.ts';
import type { Version } from '../servable/version.ts';
import { predictDetails } from './predict-details.ts';
import type { Trace } from './trace.ts';

/** POST …:predict. One version answers the whole request, also when a newer one becomes available meanwhile. */
export function predict(
  core: ServerCore,
  wanted: Wanted,
  body: Buffer,
  trace?: Trace,
  caller?: Caller,
): string | Promise<string> {
  let version: Version | undefined;
  let model: ServableModel | undefined;
  let request: PredictRequest | undefined;
  let signature = DEFAULT;
  const inputsOf = (signatureName: string): ReadonlyMap<string, TensorInfo> => {
    version ??= core.find(wanted);
    model ??= version.acquire();
    signature = signatureName || DEFAULT;
    return shapeOf(model, signature).inputs;
  };
  let waits = false;
  try {
    request = readFastRequest(body, inputsOf) ?? readPredictRequest(body, inputsOf);
    trace?.end('parse');
    checkPredict((model as unknown as ServableModel).signatureDefs[signature], core.checkMethodName);
    const answer = run(model as unknown as ServableModel, request, trace, caller);
    if (typeof answer === 'string') return answer;
    waits = true;
    return answer.catch(explained).finally(done);
  } catch (error) {
    return explained(error);
  } finally {
    if (!waits) done();
  }

  function explained(error: unknown): never {
    const status = toStatus(error);
    // Where the text is no JSON at all, or time or room was missing, what the model expects is not the point.
    const explain = model && !status.message.startsWith('JSON Parse error') && !isTransient(status);
    if (explain) status.details ??= predictDetails(model as unknown as ServableModel, signature, request, wanted.name);
    throw status;
  }

  function done(): void {
    if (trace && version) {
      const { name, version: number } = (version as Version).id;
      trace.signature = { model_name: name, version: String(number), signature_name: signature };
    }
    if (model) (version as unknown as Version).release();
  }
}

const DEFAULT = 'serving_default';

function run(
  model: ServableModel,
  request: PredictRequest,
  trace: Trace | undefined,
  caller: Caller | undefined,
): string | Promise<string> {
  const { outputs } = shapeOf(model, request.signatureName || DEFAULT);
  const inputs: Record<string, HostTensor> = Object.create(null);
  for (const [name, tensor] of request.inputs) inputs[name] = tensor;
  const write = (results: Record<string, HostTensor>): string => {
    trace?.end('run');
    const answer = writePredictAnswer(
      new Map(outputs.map((name) => [name, results[name] as HostTensor])),
      request.format,
    );
    trace?.end('write');
    return answer;
  };
  const results = runModel(model, request.signatureName || DEFAULT, inputs, undefined, caller);
  return results instanceof Promise ? results.then(write) : write(results);
}

type SignatureShape = { inputs: ReadonlyMap<string, TensorInfo>; outputs: string[] };

/** Inputs and outputs by name, sorted once for each model. */
const shapes = new WeakMap<ServableModel, Map<string, SignatureShape>>();

function shapeOf(model: ServableModel, name: string): SignatureShape {
  let known = shapes.get(model);
  if (!known) {
    // A signature that only does something, such as the init op, has no inputs to fill.
    known = new Map(Object.keys(model.signatureDefs).map((key) => [key, { inputs: new Map(), outputs: [] }]));
    for (const [key, signature] of Object.entries(model.signatures)) known.set(key, sorted(signature));
    shapes.set(model, known);
  }
  const shape = known.get(name);
  if (!shape) throw invalidArgument(`Serving signature name: "${name}" not found in signature def`);
  return shape;
}

function sorted(signature: Signature): SignatureShape {
  const names = Object.keys(signature.inputs).sort(byBytes);
  return {
    inputs: new Map(names.map((name) => [name, signature.inputs[name] as TensorInfo])),
    outputs: Object.keys(signature.outputs).sort(byBytes),
  };
}
