import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import { python, withoutPython } from '../../helpers/python.ts';
import { freePort, type Server, startServer } from '../process/server.ts';

type Case = {
  model: string;
  verb: string;
  body: string;
  answer?: string;
  outputs?: Record<string, unknown>;
  tolerance?: number;
};

const folder = mkdtempSync(join(tmpdir(), 'typelab-oracle-'));

describe('the program answers for TensorFlow’s models as TensorFlow computes, byte for byte', {
  skip: withoutPython,
}, () => {
  let server: Server;
  let cases: Case[];

  before(async () => {
    await promisify(execFile)(python as string, [join(import.meta.dirname, 'oracle.py'), folder]);
    cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
    const models = readdirSync(folder).filter((name) => !name.includes('.'));
    const entries = models.map(
      (name) => `config { name: '${name}' base_path: '${join(folder, name)}' model_platform: 'tensorflow' }`,
    );
    writeFileSync(join(folder, 'models.config'), `model_config_list { ${entries.join('\n')} }`);
    const rest = await freePort();
    const flags = [`--port=${await freePort()}`, `--rest_api_port=${rest}`, '--max_num_load_retries=0'];
    server = await startServer([...flags, `--model_config_file=${join(folder, 'models.config')}`], { rest });
  });
  after(async () => {
    await server?.stop();
    rmSync(folder, { recursive: true });
  });

  for (const [title, wanted] of [
    ['numbers, bools and strings of every type, by row, by column, nested and as scalars', /^same_/],
    ['sums, with int64 beyond 2^53', /^sum_/],
    ['bytes, several inputs and outputs', /^(bytes|several)$/],
    ['a TF1 model that parses examples: predict, classify and regress, with a context', /^half/],
    ['Keras, where sums are exact', /^keras_exact$/],
  ] as const) {
    test(title, async () => {
      const ours = cases.filter(({ model }) => wanted.test(model));
      assert.ok(ours.length > 0);
      for (const { model, verb, body, answer } of ours) {
        const bytes = Buffer.from(await ask(model, verb, body)).toString('latin1');
        assert.equal(bytes, Buffer.from(answer as string, 'base64').toString('latin1'), `${model}:${verb} ${body}`);
      }
    });
  }

  test('the example in an error names the model’s own features and works', async () => {
    for (const verb of ['classify', 'regress']) {
      const refused = Buffer.from(await ask('half_plus_two', verb, '{"examples": [{"x": 2}]}')).toString();
      const { signatures, features, example } = JSON.parse(refused).details;
      assert.deepEqual(features, { n: 'int64 [2]', s: 'string [2]', x: 'float32 [1]' });
      assert.ok(signatures.includes(example.signature_name));
      assert.deepEqual(example.examples, [{ n: [1, 1], s: ['text', 'text'], x: [0.5] }]);
      assert.ok(
        'results' in JSON.parse(Buffer.from(await ask('half_plus_two', verb, JSON.stringify(example))).toString()),
      );
    }
  });

  test('a softmax differs by less than one in a million', async () => {
    for (const { model, verb, body, outputs, tolerance } of cases.filter(({ outputs }) => outputs)) {
      const answer = JSON.parse(Buffer.from(await ask(model, verb, body)).toString());
      const [expected] = Object.values(outputs as Record<string, number[][]>);
      const actual: number[][] = answer.predictions ?? answer.outputs;
      const gaps = (expected as number[][]).flatMap((row, i) =>
        row.map((value, j) => Math.abs(value - (actual[i]?.[j] ?? Number.NaN))),
      );
      assert.ok(Math.max(...gaps) <= (tolerance as number), String(Math.max(...gaps)));
    }
  });

  async function ask(model: string, verb: string, body: string): Promise<ArrayBuffer> {
    const answer = await fetch(`${server.url}/v1/models/${model}:${verb}`, { method: 'POST', body });
    return answer.arrayBuffer();
  }
});
