import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { FastifyInstance } from 'fastify';
import { build } from '../../server/src/app.ts';
import { baseFolder, config, fakeCore } from './fake-core.ts';
import { echo, examples, half } from './fake-models.ts';

/**
 * golden/<case>/request: method and path, headers, an empty line, the body. golden/<case>/answer: status and content type, an empty
 * line, the body, byte for byte. Reviewed against TF Serving's source; UPDATE_GOLDEN=1 writes the answers anew.
 */
const folder = join(import.meta.dirname, 'golden');

const MODELS = {
  half: () => half(),
  named: () => echo({ a: { dtype: 'int64' }, b: { dtype: 'float32' }, s: { dtype: 'string' } }, '_bytes'),
  float: () => echo({ x: { dtype: 'float32' } }),
  double: () => echo({ x: { dtype: 'float64' } }),
  int8: () => echo({ x: { dtype: 'int8' } }),
  int32: () => echo({ x: { dtype: 'int32' } }),
  int64: () => echo({ x: { dtype: 'int64' } }),
  uint8: () => echo({ x: { dtype: 'uint8' } }),
  uint32: () => echo({ x: { dtype: 'uint32' } }),
  uint64: () => echo({ x: { dtype: 'uint64' } }),
  bool: () => echo({ x: { dtype: 'bool' } }),
  text: () => echo({ x: { dtype: 'string' } }),
  bytes: () => echo({ x: { dtype: 'string' } }, '_bytes'),
  examples: () => examples(),
  float16: () => echo({ x: { dtype: 'float16' } }),
};

describe('golden answers', () => {
  let app: FastifyInstance;
  const { core } = fakeCore((path) => MODELS[basename(join(path, '..')) as keyof typeof MODELS]());

  before(async () => {
    const base = baseFolder(...Object.keys(MODELS).map((name) => `${name}/123`));
    await core.configure(Object.keys(MODELS).map((name) => config(name, join(base, name))));
    app = build({ core });
  });
  after(() => app.close());

  for (const name of readdirSync(folder).sort()) {
    test(name.replaceAll('-', ' '), async () => {
      const answer = await send(app, readFileSync(join(folder, name, 'request')));
      const file = join(folder, name, 'answer');
      if (process.env.UPDATE_GOLDEN || !existsSync(file)) writeFileSync(file, answer);
      assert.equal(answer.toString('latin1'), readFileSync(file, 'latin1'));
    });
  }

  test('the example in an error works when it is sent', async () => {
    let sent = 0;
    for (const name of readdirSync(folder)) {
      const example = /"example":(\{.*\})\}\n\}$/s.exec(readFileSync(join(folder, name, 'answer'), 'utf8'))?.[1];
      if (!example || AT_FAULT.includes(JSON.parse(example).signature_name)) continue;
      const [first] = readFileSync(join(folder, name, 'request'), 'utf8').split('\n');
      const answer = await send(app, Buffer.from(`${first}\n\n${example}`));
      assert.match(answer.toString(), /^200 /, `${name}: ${example}`);
      sent++;
    }
    assert.ok(sent > 20);
  });
});

/** Signatures of the test's models whose outputs are wrong for their method, whatever comes in. */
const AT_FAULT = ['flat', 'wide', 'strings'];

async function send(app: FastifyInstance, request: Buffer): Promise<Buffer> {
  const end = request.indexOf('\n\n');
  const [first = '', ...headers] = request
    .toString('utf8', 0, end < 0 ? undefined : end)
    .trimEnd()
    .split('\n');
  const [method = '', url = ''] = first.split(' ');
  const body = end < 0 ? undefined : request.subarray(end + 2);
  const answer = await app.inject({
    method: method as 'GET',
    url,
    headers: Object.fromEntries(headers.map((line) => line.split(': ') as [string, string])),
    ...(body && { payload: body }),
  });
  return Buffer.concat([
    Buffer.from(`${answer.statusCode} ${answer.headers['content-type'] ?? ''}\n\n`),
    answer.rawPayload,
  ]);
}
