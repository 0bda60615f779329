import { create } from '../../../lib/saved-model/proto.ts';
import type { Class } from '../codec/examples-answer.ts';
import { classify } from '../servable/classify.ts';
import { inferTasks } from '../servable/multi-inference.ts';
import { regress } from '../servable/regress.ts';
import type { ServableModel } from '../servable/servable.ts';
import type { ServerCore } from '../servable/server-core.ts';
import type { Caller } from '../servable/turns.ts';
import { examplesOf } from '../servable/warmup-record.ts';
import * as messages from './messages.ts';
import { answerSpec, specOf, wantedOf } from './model-spec.ts';

/** PredictionService.Classify. */
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

/** PredictionService.MultiInference: which version answers is the first task's word. */
export function multiInference(
  core: ServerCore,
  request: messages.MultiInferenceRequest,
  caller: Caller,
): Promise<messages.MultiInferenceResponse> {
  const first = request.tasks[0]?.model_spec ?? create(messages.ModelSpec);
  return withModel(core, first, async (model, version) => {
    const { tasks, input } = request;
    const results = await inferTasks(model, tasks, examplesOf(input), core.checkMethodName, caller);
    return {
      results: results.map((result) =>
        create(messages.InferenceResult, {
          model_spec: answerSpec(version, result.signature),
          ...('classes' in result
            ? { classification_result: classifications(result.classes) }
            : { regression_result: regressions(result.values) }),
        }),
      ),
    };
  });
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
