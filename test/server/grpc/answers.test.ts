import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { create } from '../../../lib/saved-model/proto.ts';
import { toTensorProto } from '../../../lib/saved-model/tensor-proto.ts';
import { encodeExample } from '../../../server/src/codec/example.ts';
import { metadata, predict, status } from '../../../server/src/grpc/answers.ts';
import { classifyExamples, multiInference, regressExamples } from '../../../server/src/grpc/examples.ts';
import * as messages from '../../../server/src/grpc/messages.ts';
import type { ServableModel } from '../../../server/src/servable/servable.ts';
import { NOBODY } from '../../../server/src/servable/turns.ts';
import { baseFolder, config, fakeCore } from '../fake-core.ts';
import { examples, half } from '../fake-models.ts';

async function serve(model: ServableModel, checkMethodName = false) {
  const { core } = fakeCore(() => model, { checkMethodName });
  await core.configure([config('m', baseFolder(1))]);
  return core;
}

const spec = (name: string, signature_name = ''): messages.ModelSpec =>
  create(messages.ModelSpec, { name, signature_name });

const example = encodeExample(
  new Map([
    ['x', { kind: 'float', values: [1] }],
    ['s', { kind: 'bytes', values: [Buffer.from('a')] }],
  ]),
);
const input = create(messages.InputProto, {
  example_list: { examples: [example] },
});

describe('answers of gRPC', () => {
  test('an empty signature name comes back as serving_default, except in metadata', async () => {
    const core = await serve(examples());
    const request = { model_spec: spec('m'), input };
    assert.equal((await classifyExamples(core, request, NOBODY)).model_spec?.signature_name, 'serving_default');
    const named = { model_spec: spec('m', 'regress'), input };
    assert.equal((await regressExamples(core, named, NOBODY)).model_spec?.signature_name, 'regress');
    const tasks = [{ model_spec: spec('m'), method_name: 'tensorflow/serving/classify' }];
    const { results } = await multiInference(core, { tasks, input }, NOBODY);
    assert.equal(results[0]?.model_spec?.signature_name, 'serving_default');
    const fields = { model_spec: spec('m'), metadata_field: ['signature_def'] };
    assert.equal(metadata(core, fields).model_spec?.signature_name, '');
  });

  test('a wrong signature is said before a missing input', async () => {
    const core = await serve(examples());
    await assert.rejects(classifyExamples(core, { model_spec: spec('m', 'none'), input: undefined }, NOBODY), {
      message: 'No signature was found with the name: none',
    });
    await assert.rejects(classifyExamples(core, { model_spec: spec('m'), input: undefined }, NOBODY), {
      message: 'Input is empty.',
    });
  });

  test('a model without a name has no versions, whichever is asked for', async () => {
    const core = await serve(half());
    assert.throws(() => status(core, { model_spec: spec('') }), { message: 'Could not find any versions of model ' });
    const third = { ...spec(''), version: { value: 3n } };
    assert.throws(() => status(core, { model_spec: third }), { message: 'Could not find version 3 of model ' });
  });

  test('with the check of method names, predict takes those of TensorFlow Serving only', async () => {
    const model = half();
    const def = model.signatureDefs.serving_default as (typeof model.signatureDefs)[string];
    const x = toTensorProto({ dtype: 'float32', shape: [1], data: Float32Array.of(2) });
    const ask = async (method_name: string, check: boolean) => {
      const core = await serve({ ...model, signatureDefs: { serving_default: { ...def, method_name } } }, check);
      const request = { model_spec: spec('m'), inputs: new Map([['x', x]]), output_filter: [] };
      return (await predict(core, request, false, NOBODY)).outputs.size;
    };
    for (const method of ['predict', 'classify', 'regress'])
      assert.equal(await ask(`tensorflow/serving/${method}`, true), 1);
    assert.equal(await ask('not/supported/method', false), 1);
    await assert.rejects(ask('not/supported/method', true), {
      code: 'INTERNAL',
      message:
        'Expected prediction signature method_name to be one of {tensorflow/serving/predict, tensorflow/serving/classify, tensorflow/serving/regress}. Was: not/supported/method',
    });
  });
});
