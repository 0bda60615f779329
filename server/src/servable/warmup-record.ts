import type { HostTensor } from '../../../lib/saved-model/value.ts';
import { StatusError } from '../codec/errors.ts';
import type { InputProto, PredictionLog, PredictRequest } from '../grpc/messages.ts';
import { readTensor } from '../grpc/tensors.ts';
import { classify } from './classify.ts';
import { inferTasks } from './multi-inference.ts';
import { checkPredict } from './predict-method.ts';
import { regress } from './regress.ts';
import { runModel, type ServableModel } from './servable.ts';

/** Runs one PredictionLog's request; a log of none of the known kinds does nothing, as in TF Serving. */
export async function runRecord(model: ServableModel, log: PredictionLog, checkMethodName: boolean): Promise<void> {
  if (log.predict_log?.request) await predict(model, log.predict_log.request, checkMethodName);
  for (const [kind, run] of [
    ['classify_log', classify],
    ['regress_log', regress],
  ] as const) {
    const request = log[kind]?.request;
    if (request) await run(model, request.model_spec?.signature_name ?? '', examplesOf(request.input), checkMethodName);
  }
  const several = log.multi_inference_log?.request;
  if (several) await inferTasks(model, several.tasks, examplesOf(several.input), checkMethodName);
  const other = log.predict_streamed_log ? 7 : log.session_run_log ? 5 : 0;
  if (other) throw new StatusError('UNIMPLEMENTED', `Unsupported log_type for warmup: ${other}`);
}

/** The serialized examples, perhaps none; a context's bytes go before each one's own, which merges the two. */
export function examplesOf(input: InputProto | undefined): Uint8Array[] {
  const { examples, context } = input?.example_list_with_context ?? {
    examples: input?.example_list?.examples ?? [],
    context: undefined,
  };
  return context ? examples.map((example) => Buffer.concat([context, example])) : examples;
}

function predict(model: ServableModel, request: PredictRequest, checkMethodName: boolean): unknown {
  const signature = request.model_spec?.signature_name || 'serving_default';
  checkPredict(model.signatureDefs[signature], checkMethodName);
  const inputs: Record<string, HostTensor> = Object.create(null);
  for (const [name, tensor] of request.inputs) inputs[name] = readTensor(name, tensor);
  return runModel(model, signature, inputs, request.output_filter.length > 0 ? request.output_filter : undefined);
}
