import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type TestKernel, testKernel } from '../helpers/kernel.ts';

describe('the kernel of JavaScript notebooks', () => {
  let kernel: TestKernel;
  before(async () => {
    kernel = await testKernel({}, 'javascript');
  });
  after(() => kernel[Symbol.asyncDispose]());

  test('tells front ends that files end in .js and how to colour them', async () => {
    const { content } = await kernel.client.request('kernel_info_request', {});
    assert.deepEqual((content as { language_info?: unknown }).language_info, {
      name: 'javascript',
      version: process.versions.node,
      mimetype: 'text/javascript',
      file_extension: '.js',
      pygments_lexer: 'javascript',
      codemirror_mode: { name: 'javascript' },
      nbconvert_exporter: 'script',
    });
  });

  test('runs what a type would stop, and names that nothing declares', async () => {
    const { reply } = await kernel.run('total = 0; [1, 2].forEach(function (n) { total += n });');
    assert.equal(reply.status, 'ok');
    const { outputs } = await kernel.run('total.noSuchMember === undefined && total');
    assert.deepEqual(outputs[0]?.content.data, { 'text/plain': '3' });
  });

  test('knows the types of such names for completion', async () => {
    const { content } = await kernel.client.request('complete_request', { code: 'total.toFi', cursor_pos: 10 });
    assert.deepEqual((content as { matches?: unknown }).matches, ['toFixed']);
  });
});
