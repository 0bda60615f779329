import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { type TestKernel, testKernel } from '../../helpers/kernel.ts';

let kernel: TestKernel;
before(async () => {
  kernel = await testKernel();
  await kernel.run(`
    import { createInterface } from 'node:readline';
    import * as later from 'node:readline/promises';
    import { input } from 'typelab/kernel';`);
});
after(() => kernel[Symbol.asyncDispose]());

/** Runs a cell that asks; @returns what it printed and the questions */
async function talk(code: string, answers: string[]) {
  const asked: string[] = [];
  const onInput = (prompt: string, password: boolean) => {
    asked.push(password ? `${prompt}(secret)` : prompt);
    return answers[asked.length - 1] ?? '';
  };
  const { stdout, reply } = await kernel.run(code, { onInput });
  assert.equal(reply.status, 'ok', JSON.stringify(reply));
  return { asked, stdout, reply };
}

describe('a cell that reads', () => {
  test('with prompt() and confirm(), which do not wait for anything', async () => {
    const code = `
      const name = prompt('Name?'), town = prompt('Town?', 'Ulm');
      console.log(name, town, confirm('Sure?'), confirm('Really?'));`;
    const { asked, stdout } = await talk(code, ['Ada', '', 'y', 'no']);
    assert.deepEqual(asked, ['Name?', 'Town? [Ulm]', 'Sure? [y/N] ', 'Really? [y/N] ']);
    assert.equal(stdout, 'Ada Ulm true false\n');
  });

  test('with input(), also a password', async () => {
    const { asked, stdout } = await talk("console.log(await input('who? '), await input('key ', { password: true }))", [
      'me',
      'x',
    ]);
    assert.deepEqual([asked, stdout], [['who? ', 'key (secret)'], 'me x\n']);
  });

  test('with readline’s question, by callback and by promise', async () => {
    const callback = await talk(
      `const rl = createInterface({ input: process.stdin, output: process.stdout });
       await new Promise<void>((done) => rl.question('One? ', (text) => { console.log('got', text); rl.close(); done(); }))`,
      ['1'],
    );
    assert.deepEqual([callback.asked, callback.stdout], [['One? '], 'got 1\n']);
    const promised = await talk(
      `const reader = later.createInterface({ input: process.stdin, output: process.stdout });
       console.log(await reader.question('Two? '));
       await new Promise((done) => setTimeout(done, 50));
       console.log(await reader.question('Three? '));
       reader.close();`,
      ['2', '3'],
    );
    assert.deepEqual([promised.asked, promised.stdout], [['Two? ', 'Three? '], '2\n3\n']);
  });

  test('line by line', async () => {
    const { asked, stdout } = await talk(
      `const lines = createInterface({ input: process.stdin });
       for await (const line of lines) { console.log('>', line); if (line === 'end') break; }`,
      ['a', 'end'],
    );
    assert.deepEqual(asked.slice(0, 2), ['', '']);
    assert.match(stdout, /^> a\n> end\n/);
  });

  test('from process.stdin', async () => {
    const code = `
      process.stdin.setEncoding('utf8');
      console.log(await new Promise((done) => process.stdin.once('data', (text) => { process.stdin.pause(); done(String(text).trim()); })))`;
    const { stdout } = await talk(code, ['typed']);
    assert.equal(stdout, 'typed\n');
  });

  test('where nobody can answer fails and says so', async () => {
    for (const code of ["prompt('?')", "await input('?')"]) {
      const { reply } = await kernel.run(code);
      assert.equal((reply as unknown as Record<string, unknown>).ename, 'StdinNotImplementedError');
    }
    const late = await kernel.run("setTimeout(() => { try { prompt('late') } catch {} }, 20)", {
      onInput: () => 'x',
    });
    assert.equal(late.reply.status, 'ok');
    await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal((await kernel.run('1')).reply.status, 'ok');
  });
});

describe('an interrupt', () => {
  for (const [how, code] of Object.entries({
    'prompt()': "tried = true; try { prompt('?') } finally { tried = 'finally' }",
    'input()': "tried = 'finally'; await input('?')",
    readline: "tried = 'finally'; await later.createInterface({ input: process.stdin }).question('?')",
    'process.stdin': "tried = 'finally'; for await (const _ of process.stdin);",
  })) {
    test(`ends ${how} and keeps the variables`, async () => {
      await kernel.run('let tried: unknown = false');
      let ask: () => void = () => {};
      const asked = new Promise<void>((resolve) => {
        ask = resolve;
      });
      const onInput = () => {
        ask();
        return new Promise<string>(() => {});
      };
      const running = kernel.run(code, { onInput });
      await asked;
      await kernel.interrupt();
      const { reply } = await running;
      assert.equal((reply as unknown as Record<string, unknown>).ename, 'KeyboardInterrupt');
      assert.equal((await kernel.run('console.log(tried)')).stdout, 'finally\n');
    });
  }
});

describe('what comes with the reply', () => {
  test('setNextInput, of which the last counts, and page', async () => {
    const { reply } = await kernel.run(`
      import { page, setNextInput } from 'typelab/kernel';
      setNextInput('1 + 1'); setNextInput('2 + 2', { replace: true }); await page('long text', { start: 3 });`);
    assert.deepEqual((reply as unknown as { payload: unknown }).payload, [
      { source: 'set_next_input', text: '2 + 2', replace: true },
      { source: 'page', data: { 'text/plain': 'long text' }, start: 3 },
    ]);
  });
});
