import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { predict, ServerError } from '../../lib/client.ts';
import { tf } from '../../lib/engine/index.ts';
import { freePort } from '../../lib/free-port.ts';
import { fromJson, toJson } from '../../lib/json.ts';

type Answer = { status?: number; body: string; delay?: number };
const seen: { url: string | undefined; body: string }[] = [];
let answer: Answer = { body: '{"predictions": [1]}' };
const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    seen.push({ url: request.url, body });
    setTimeout(
      () => response.writeHead(answer.status ?? 200, { 'content-type': 'application/json' }).end(answer.body),
      answer.delay ?? 0,
    );
  });
});
await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
after(() => {
  server.closeAllConnections();
  server.close();
});
const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/models/m`;

describe('predict', () => {
  test('posts to :predict whether the URL ends so or not, tensors and typed arrays as lists', async () => {
    const request = { signature_name: 's', instances: tf.tensor2d([[1, 2.5]]), inputs: undefined };
    for (const target of [url, `${url}/`, `${url}:predict`])
      assert.deepEqual(await predict(target, request), { predictions: [1] });
    assert.deepEqual(new Set(seen.map((r) => r.url)), new Set(['/v1/models/m:predict']));
    assert.equal(seen.at(-1)?.body, '{"signature_name":"s","instances":[[1,2.5]]}');
    await predict(url, {
      inputs: { x: Float32Array.of(1, Number.NaN), y: [BigInt64Array.of(2n ** 60n)], z: { b64: 'AA==' } },
    });
    assert.equal(seen.at(-1)?.body, '{"inputs":{"x":[1,NaN],"y":[[1152921504606846976]],"z":{"b64":"AA=="}}}');
  });

  test("a server's error has its text, status and details", async () => {
    answer = {
      status: 400,
      body: '{"error": "convolution input must be 4-dimensional: [1,2]", "details": {"got": [1, 2]}}',
    };
    await assert.rejects(predict(url, { instances: [[1, 2]] }), (error: ServerError) => {
      assert.ok(error instanceof ServerError);
      assert.match(error.message, /^convolution input must be 4-dimensional: \[1,2\] \(400 Bad Request, http:\/\/127/);
      assert.deepEqual([error.status, error.details], [400, { got: [1, 2] }]);
      return true;
    });
    answer = { status: 502, body: '<html>bad gateway' };
    await assert.rejects(predict(url, { instances: [1] }), {
      message: /<html>bad gateway \(502 Bad Gateway/,
      details: '<html>bad gateway',
    });
    answer = { body: 'hello' };
    await assert.rejects(predict(url, { instances: [1] }), /answered something that is not JSON: hello/);
  });

  test('NaN and infinities in an answer are numbers', async () => {
    answer = { body: '{"predictions": [NaN, -Infinity, Infinity, 1], "text": "NaN \\" Infinity"}' };
    assert.deepEqual(await predict(url, { instances: [1] }), {
      predictions: [Number.NaN, Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY, 1],
      text: 'NaN " Infinity',
    });
  });

  test('no answer in time, nobody there and no URL are errors with the way out', async () => {
    answer = { body: '{}', delay: 300 };
    await assert.rejects(
      predict(url, { instances: [1] }, { timeout: 0.05 }),
      /No answer from http.* within 0\.05 s; pass \{ timeout \}/,
    );
    const port = await freePort();
    await assert.rejects(
      predict(`http://localhost:${port}/v1/models/digits_model`, { instances: [1] }),
      new RegExp(
        `Nothing listens on localhost:${port} .*tensorflow_model_server --rest_api_port=${port} --model_name=digits_model`,
      ),
    );
    await assert.rejects(predict('localhost/v1', { instances: [1] }), /is no URL; expected e\.g\. http/);
  });
});

describe('JSON as model servers write it', () => {
  test('what JSON.stringify writes is written the same', () => {
    for (const value of [null, true, 'a"\n', -0.5, 1e21, [], {}, { a: [1, { b: null }] }])
      assert.equal(toJson(value), JSON.stringify(value));
    assert.throws(() => fromJson('{"a": nope}'), SyntaxError);
    assert.throws(() => fromJson('[NaN'), SyntaxError);
  });
});
