import { encode } from '../../../lib/saved-model/encode.ts';
import type { HostTensor } from '../../../lib/saved-model/value.ts';
import { grpcStatus, invalidArgument, StatusError } from '../codec/errors.ts';
import { modelStatus } from '../routes/status.ts';
import { checkPredict } from '../servable/predict-method.ts';
import { runModel } from '../servable/servable.ts';
import type { ServerCore } from '../servable/server-core.ts';
import { STATES } from '../servable/states.ts';
import type { Caller } from '../servable/turns.ts';
import * as messages from './messages.ts';
import { answerSpec, specOf, versionSpec, wantedOf } from './model-spec.ts';
import { readTensor, writeTensor } from './tensors.ts';

/** PredictionService.Predict. */
export async function predict(
  core: ServerCore,
  request: messages.PredictRequest,
  asContent: boolean,
  caller: Caller,
): Promise<messages.PredictResponse> {
  const spec = specOf(request.model_spec);
  const version = core.find(wantedOf(spec));
  const model = version.acquire();
  try {
    const signature = spec.signature_name || 'serving_default';
    if (!Object.hasOwn(model.signatures, signature)) {
      throw new StatusError('FAILED_PRECONDITION', `Serving signature key "${signature}" not found.`);
    }
    checkPredict(model.signatureDefs[signature], core.checkMethodName);
    const inputs: Record<string, HostTensor> = Object.create(null);
    for (const [name, tensor] of request.inputs) inputs[name] = readTensor(name, tensor);
    const filter = request.output_filter.length > 0 ? request.output_filter : undefined;
    const outputs = await runModel(model, signature, inputs, filter, caller);
    const tensors = Object.entries(outputs).map(([name, tensor]) => [name, writeTensor(tensor, asContent)] as const);
    return { outputs: new Map(tensors), model_spec: answerSpec(version.id, signature) };
  } finally {
    version.release();
  }
}

/** PredictionService.GetModelMetadata: the one field there is. */
export function metadata(
  core: ServerCore,
  request: messages.GetModelMetadataRequest,
): messages.GetModelMetadataResponse {
  if (!request.model_spec) throw invalidArgument('Missing ModelSpec');
  if (request.metadata_field.length === 0) {
    throw invalidArgument('GetModelMetadataRequest must specify at least one metadata_field');
  }
  const unknown = request.metadata_field.find((field) => field !== 'signature_def');
  if (unknown !== undefined) throw invalidArgument(`Metadata field ${unknown} is not supported`);
  const version = core.find(wantedOf(request.model_spec));
  const model = version.acquire();
  try {
    const value = encode(messages.SignatureDefMap, { signature_def: new Map(Object.entries(model.signatureDefs)) });
    const any = { type_url: 'type.googleapis.com/tensorflow.serving.SignatureDefMap', value };
    return { model_spec: versionSpec(version.id), metadata: new Map([['signature_def', any]]) };
  } finally {
    version.release();
  }
}

/** ModelService.GetModelStatus. */
export function status(core: ServerCore, request: messages.GetModelStatusRequest): messages.GetModelStatusResponse {
  const spec = specOf(request.model_spec);
  const versions = modelStatus(core, wantedOf(spec));
  return {
    model_version_status: versions.map(({ version, state, error }) => ({
      version,
      state: STATES[state],
      status: { error_code: grpcStatus(error?.code ?? 'OK'), error_message: error?.message ?? '' },
    })),
  };
}
