import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { describe, test } from 'node:test';
import { createFrames, createLink } from '../../../kernel/cell/project-link.ts';

const framed = (body: string) => Buffer.from(`Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`);

describe('the frames of JSON-RPC', () => {
  const bodies = ['{"a":1}', '{"text":"été €\u{1f600}"}', `{"long":"${'x'.repeat(3000)}"}`, '{}'];
  const bytes = Buffer.concat(bodies.map(framed));

  for (const size of [1, 2, 7, 100, bytes.length])
    test(`come whole from chunks of ${size} bytes`, () => {
      const found: string[] = [];
      const push = createFrames((body) => void found.push(body));
      for (let at = 0; at < bytes.length; at += size) push(bytes.subarray(at, at + size));
      assert.deepEqual(found, bodies);
    });

  test('a head without a length is passed over', () => {
    const found: string[] = [];
    createFrames((body) => void found.push(body))(Buffer.concat([Buffer.from('nonsense\r\n\r\n'), framed('{}')]));
    assert.deepEqual(found, ['{}']);
  });
});

describe('the link to the TypeScript process', () => {
  function open() {
    const stdin = new PassThrough();
    const stdout = new PassThrough();
    const sent: object[] = [];
    stdin.on(
      'data',
      createFrames((body) => void sent.push(JSON.parse(body) as object)),
    );
    const link = createLink({ stdin, stdout }, (method, params) =>
      method === 'readFile' ? { content: params } : undefined,
    );
    const say = (message: object) => stdout.write(framed(JSON.stringify({ jsonrpc: '2.0', ...message })));
    return { link, sent, say };
  }

  test('answers reach who asked, in any order, and an error rejects', async () => {
    const { link, say } = open();
    const first = link.sendRequest({ method: 'one' }, { n: 1 });
    const second = link.sendRequest({ method: 'two' }, null);
    const third = link.sendRequest({ method: 'three' }, null);
    say({ id: 2, result: 'second' });
    say({ id: 3, error: { code: -1, message: 'no such snapshot' } });
    say({ id: 1, result: null });
    assert.equal(await second, 'second');
    await assert.rejects(third, /no such snapshot/);
    assert.equal(await first, null);
  });

  test('what TypeScript asks is answered under its id', async () => {
    const { sent, say } = open();
    say({ id: 'api1', method: 'readFile', params: '/a.mts' });
    say({ id: 'api2', method: 'realpath', params: '/a.mts' });
    await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(sent, [
      { jsonrpc: '2.0', id: 'api1', result: { content: '/a.mts' } },
      { jsonrpc: '2.0', id: 'api2', result: null },
    ]);
  });
});
