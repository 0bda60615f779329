import { invalidArgument, StatusError } from '../codec/errors.ts';
import type { Class } from '../codec/examples-answer.ts';
import type { MultiInferenceRequest } from '../grpc/messages.ts';
import { CLASSIFY, checkClassify, classify, type MethodCheck } from './classify.ts';
import { checkRegress, REGRESS, regress } from './regress.ts';
import type { ServableModel } from './servable.ts';
import type { Caller } from './turns.ts';

/** What one task gave. */
export type TaskResult = { signature: string; classes: Class[][] } | { signature: string; values: ArrayLike<number> };

/** Several signatures of one model on the same examples. Nothing runs unless all can. */
export async function inferTasks(
  model: ServableModel,
  tasks: MultiInferenceRequest['tasks'],
  examples: Uint8Array[],
  checkName: MethodCheck,
  caller?: Caller,
): Promise<TaskResult[]> {
  checkTasks(model, tasks, checkName);
  const runs = tasks.map(async ({ model_spec, method_name }): Promise<TaskResult> => {
    const signature = model_spec?.signature_name ?? '';
    return method_name === CLASSIFY
      ? { signature, classes: await classify(model, signature, examples, false, caller) }
      : { signature, values: await regress(model, signature, examples, false, caller) };
  });
  return Promise.all(runs);
}

function checkTasks(model: ServableModel, tasks: MultiInferenceRequest['tasks'], checkName: MethodCheck): void {
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
