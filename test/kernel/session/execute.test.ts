import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { connectKernel } from '../../../kernel/wire/client.ts';
import type { Message } from '../../../kernel/wire/protocol.ts';
import { type TestKernel, testKernel } from '../../helpers/kernel.ts';

let kernel: TestKernel;
before(async () => {
  kernel = await testKernel();
});
after(() => kernel[Symbol.asyncDispose]());

const types = (messages: Message[]) =>
  messages.map(({ header, content }) => (content.execution_state as string) ?? header.msg_type);
const count = async () => (await kernel.run('0')).reply as unknown as { execution_count: number };

describe('execute_request', () => {
  test('outputs come between busy and idle, in order, each with the request as parent', async () => {
    const { reply, all } = await kernel.run("console.log('a'); console.error('b'); console.log('c'); 1 + 2");
    assert.deepEqual(types(all), ['busy', 'execute_input', 'stream', 'stream', 'stream', 'execute_result', 'idle']);
    assert.deepEqual(
      all.slice(2, 5).map(({ content }) => [content.name, content.text]),
      [
        ['stdout', 'a\n'],
        ['stderr', 'b\n'],
        ['stdout', 'c\n'],
      ],
    );
    assert.equal(reply.status, 'ok');
    assert.deepEqual(reply, { status: 'ok', execution_count: 1, user_expressions: {}, payload: [] });
    assert.equal((all[5]!.content.data as Record<string, unknown>)['text/plain'], '3');
    assert.equal(all[5]!.content.execution_count, 1);
    assert.equal(all[1]!.content.execution_count, 1);
  });

  test('an error is told once, and the reply repeats its fields', async () => {
    for (const [code, ename] of [
      ["throw new RangeError('too far')", 'RangeError'],
      ['const = 1', 'SyntaxError'],
      ['const text: string = 1', 'TypeScriptError'],
    ]) {
      const { reply, outputs } = await kernel.run(code!);
      assert.deepEqual(types(outputs), ['error'], code);
      const { status, execution_count: _, ...error } = reply as unknown as Record<string, unknown>;
      assert.equal(status, 'error');
      assert.deepEqual(outputs[0]!.content, error);
      assert.equal(error.ename, ename);
      assert.doesNotMatch(error.evalue as string, /\x1b/);
    }
  });

  test('the counter goes up by one with each cell that is stored, whether it fails or not', async () => {
    const { execution_count: first } = await count();
    await kernel.run('throw 1', { stop_on_error: false });
    await kernel.run('1', { store_history: false });
    await kernel.run('1', { silent: true });
    await kernel.run('  \n ');
    assert.equal((await count()).execution_count, first + 2);
  });

  test('a silent cell runs and shows nothing but busy and idle', async () => {
    const { reply, all } = await kernel.run("var quiet = 5; console.log('x'); quiet", { silent: true });
    assert.equal(reply.status, 'ok');
    assert.deepEqual(types(all), ['busy', 'idle']);
    assert.equal((await kernel.run('console.log(quiet)')).stdout, '5\n');
    const failed = await kernel.run("throw new Error('quietly')", { silent: true });
    assert.deepEqual(types(failed.all), ['busy', 'idle']);
    assert.equal(failed.reply.status, 'error');
  });

  test('user_expressions are evaluated after the cell, each with its own result or error', async () => {
    const user_expressions = { good: 'later * 2', bad: 'nowhere', broken: '1 +' };
    const { reply } = await kernel.run('const later = 21', { user_expressions });
    const { good, bad, broken } = (reply as unknown as { user_expressions: Record<string, Record<string, unknown>> })
      .user_expressions;
    assert.equal(good!.status, 'ok');
    assert.equal((good!.data as Record<string, string>)['text/plain'], '42');
    assert.equal(bad!.status, 'error');
    assert.equal(bad!.ename, 'ReferenceError');
    assert.equal(broken!.status, 'error');
    assert.equal(broken!.ename, 'SyntaxError');
  });

  test('after an error what is queued is aborted at once, and what comes later runs', async () => {
    const started = Date.now();
    const codes = ['1', "throw new Error('stop')", 'await new Promise((done) => setTimeout(done, 60_000))', '3'];
    const exchanges = codes.map((code) => kernel.client.execute(code, { timeout: 10_000 }));
    const replies = await Promise.all(exchanges.map(async ({ reply }) => (await reply).content));
    assert.deepEqual(
      replies.map(({ status }) => status),
      ['ok', 'error', 'aborted', 'aborted'],
    );
    const aborted: Message[] = [];
    for await (const message of exchanges[3]!.iopub) aborted.push(message);
    assert.deepEqual(types(aborted), ['busy', 'idle']);
    assert.ok(Date.now() - started < 10_000);
    assert.equal((await kernel.run('4')).reply.status, 'ok');
  });

  test('with stop_on_error false the queue goes on', async () => {
    const exchanges = ['throw 1', '2'].map((code) =>
      kernel.client.execute(code, { stop_on_error: false, timeout: 10_000 }),
    );
    const replies = await Promise.all(exchanges.map(async ({ reply }) => (await reply).content.status));
    assert.deepEqual(replies, ['error', 'ok']);
  });

  test('a silent request that fails aborts nothing', async () => {
    const exchanges = [true, false].map((silent) =>
      kernel.client.execute(silent ? 'throw 1' : '2', { silent, timeout: 10_000 }),
    );
    const replies = await Promise.all(exchanges.map(async ({ reply }) => (await reply).content.status));
    assert.deepEqual(replies, ['error', 'ok']);
  });

  test('100,000 printed lines arrive, every one and in order, in few messages', async () => {
    const { stdout, outputs } = await kernel.run('for (let i = 0; i < 100_000; i++) console.log(i)');
    assert.equal(stdout, Array.from({ length: 100_000 }, (_, i) => `${i}\n`).join(''));
    assert.ok(outputs.length < 1000, `${outputs.length} messages`);
  });

  test('100 cells queued at once all run, one after the other', async () => {
    await kernel.run('const order: number[] = []');
    const exchanges = Array.from({ length: 100 }, (_, n) =>
      kernel.client.execute(`order.push(${n})`, { timeout: 20_000 }),
    );
    for (const { reply } of exchanges) assert.equal((await reply).content.status, 'ok');
    const { stdout } = await kernel.run('console.log(order.join())');
    assert.equal(stdout.trim(), Array.from({ length: 100 }, (_, n) => n).join());
  });

  test('what a timer prints after its cell goes to that cell', async () => {
    const late = new Promise<Message>((resolve) => {
      const stop = kernel.client.onIopub((message) => {
        if (message.content.text !== 'late\n') return;
        stop();
        resolve(message);
      });
    });
    const { id, reply } = kernel.client.execute("setTimeout(() => console.log('late'), 50)");
    await reply;
    await kernel.run('1');
    assert.equal((await late).parent.msg_id, id);
  });

  test('input() asks the client that sent the cell, passwords too', async () => {
    const asked: [string, boolean][] = [];
    const onInput = (prompt: string, password: boolean) => {
      asked.push([prompt, password]);
      return 'Ada 😀';
    };
    const code =
      "import { input } from 'typelab/kernel'; console.log(await input('name? '), await input('key? ', { password: true }))";
    const { stdout } = await kernel.run(code, { onInput });
    assert.equal(stdout, 'Ada 😀 Ada 😀\n');
    assert.deepEqual(asked, [
      ['name? ', false],
      ['key? ', true],
    ]);
  });

  test('two clients share variables and the counter, and each sees the other on iopub', async () => {
    const other = connectKernel(kernel.connection);
    try {
      await other.ready(5000);
      await kernel.run('const shared = 7');
      const seen: string[] = [];
      kernel.client.onIopub(({ header, content }) => {
        if (header.msg_type === 'execute_input') seen.push(content.code as string);
      });
      const exchange = other.execute('shared + 1', { timeout: 5000 });
      let result = '';
      for await (const { header, content } of exchange.iopub) {
        if (header.msg_type === 'execute_result') result = (content.data as Record<string, string>)['text/plain']!;
      }
      assert.equal(result, '8');
      assert.deepEqual(seen, ['shared + 1']);
    } finally {
      other.close();
    }
  });

  test('a request without code gets an error as its reply', async () => {
    const { content } = await kernel.client.request('execute_request', { code: 5 }, { timeout: 5000 });
    assert.equal(content.status, 'error');
    assert.match(content.evalue as string, /string as code/);
  });
});

describe('what is shown', () => {
  for (const [what, text] of [
    ['with all that JSON escapes', String.raw`'<b title="\\">\n\u{1f600}\ud800</b>'.repeat(20_000)`],
    ['with nothing to escape', "'abcd'.repeat(50_000)"],
  ])
    test(`a long text ${what} arrives as it was`, async () => {
      const { outputs } = await kernel.run(`import { display } from 'typelab/kernel';
        const long = ${text};
        await display({ 'text/html': long, 'text/plain': 'short' }, { raw: true });
        const units = Uint16Array.from({ length: long.length }, (_, i) => long.charCodeAt(i));
        [...new Uint8Array(await crypto.subtle.digest('SHA-256', units))].join()`);
      const [shown, digest] = outputs.map(({ content }) => content.data as Record<string, string>);
      assert.deepEqual(Object.keys(shown!).sort(), ['text/html', 'text/plain']);
      const html = shown!['text/html']!;
      const units = Uint16Array.from({ length: html.length }, (_, i) => html.charCodeAt(i));
      const expected = new Uint8Array(await crypto.subtle.digest('SHA-256', units));
      assert.equal(digest!['text/plain'], `'${[...expected].join()}'`);
    });
});
