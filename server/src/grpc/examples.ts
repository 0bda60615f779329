import { create } from '../../../lib/saved-model/proto.ts';
import { invalidArgument, StatusError } from '../codec/errors.ts';
import type { Class } from '../codec/examples-answer.ts';
import { CLASSIFY, checkClassify, classify } from '../servable/classify.ts';
import { checkRegress, REGRESS, regress } from '../servable/regress.ts';
import type { ServableModel } from '../servable/servable.ts';
import type { ServerCore } from '../servable/server-core.ts';
import type { Caller } from '../servable/turns.ts';
import { examplesOf } from '../servable/warmup-record.ts';
import * as messages from './messages.ts';
import { answerSpec, specOf, wantedOf } from './model-spec.ts';

/** PredictionService.Classify. The answer keeps the request's signature name, also an empty one. */
export function classifyExamples(
  core: ServerCore,
  request: messages.ExamplesRequest,
  caller: Caller,
): Promise<messages.ClassificationResponse> {
  const { signature_name } = specOf(request.model_spec);
  return withModel(core, request.model_spec, async (model, version) => ({
    result: classifications(
      await classify(model, signature_name, examplesOf(request.input), core.checkMethodName, caller),
    ),
    model_spec: answerSpec(version, signature_name),
  }));
}

/** PredictionService.Regress. */
export function regressExamples(
  core: ServerCore,
  request: messages.ExamplesRequest,
  caller: Caller,
): Promise<messages.RegressionResponse> {
  const { signature_name } = specOf(request.model_spec);
  return withModel(core, request.model_spec, async (model, version) => ({
    result: regressions(await regress(model, signature_name, examplesOf(request.input), core.checkMethodName, caller)),
    model_spec: answerSpec(version, signature_name),
  }));
}

/** PredictionService.MultiInference: several signatures of one model on the same examples. Nothing runs unless all can. */
export function multiInference(
  core: ServerCore,
  request: messages.MultiInferenceRequest,
  caller: Caller,
): Promise<messages.MultiInferenceResponse> {
  // Which version answers is the first task's word.
  const first = request.tasks[0]?.model_spec ?? create(messages.ModelSpec);
  return withModel(core, first, async (model, version) => {
    checkTasks(model, request, core.checkMethodName);
    const examples = examplesOf(request.input);
    const runs = request.tasks.map(async ({ model_spec, method_name }) => {
      const signature = model_spec?.signature_name ?? '';
      const spec = answerSpec(version, signature);
      return method_name === CLASSIFY
        ? {
            model_spec: spec,
            classification_result: classifications(await classify(model, signature, examples, false, caller)),
          }
        : {
            model_spec: spec,
            regression_result: regressions(await regress(model, signature, examples, false, caller)),
          };
    });
    const results = await Promise.all(runs);
    return { results: results.map((result) => create(messages.InferenceResult, result)) };
  });
}

function checkTasks(model: ServableModel, { tasks }: messages.MultiInferenceRequest, checkName: boolean): void {
  const names = new Set<string>();
  for (const { model_spec, method_name } of tasks) {
    if (!model_spec?.name) throw invalidArgument('Found ModelSpec with an empty model name.');
    if (model_spec.name !== tasks[0]?.model_spec?.name) {
      throw invalidArgument('All ModelSpecs in a MultiInferenceRequest must access the same model name.');
    }
    const name = model_spec.signature_name || 'serving_default';
    if (names.has(name)) throw invalidArgument(`Duplicate evaluation of signature: ${name}`);
    names.add(name);
    const def = Object.hasOwn(model.signatureDefs, name) ? model.signatureDefs[name] : undefined;
    if (!def) throw invalidArgument(`Requested signature not found in model graph: ${name}`);
    if (method_name === CLASSIFY) checkClassify(def, checkName);
    else if (method_name === REGRESS) checkRegress(def, checkName);
    else throw new StatusError('UNIMPLEMENTED', `Unsupported signature method_name: ${method_name}`);
  }
}

async function withModel<A>(
  core: ServerCore,
  spec: messages.ModelSpec | undefined,
  run: (model: ServableModel, version: { name: string; version: bigint }) => Promise<A>,
): Promise<A> {
  const version = core.find(wantedOf(specOf(spec)));
  const model = version.acquire();
  try {
    return await run(model, version.id);
  } finally {
    version.release();
  }
}

const classifications = (results: Class[][]): messages.ClassificationResult => ({
  classifications: results.map((classes) => ({ classes })),
});

const regressions = (values: ArrayLike<number>): messages.RegressionResult => ({
  regressions: Array.from(values, (value) => ({ value })),
});
