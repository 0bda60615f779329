import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { keysOf, Notebook, until } from './notebook.ts';

const notebook = new Notebook();
after(() => notebook.close());

/** The error a cell ended with, and whether it was told exactly once. */
async function failure(code: string) {
  const { outcome, events } = await notebook.run(code);
  assert.equal(outcome.status, 'error');
  const errors = events.filter((event) => event.kind === 'error');
  assert.equal(errors.length, 1);
  const { kind: _, ...fields } = errors[0]!;
  assert.deepEqual(outcome, { status: 'error', ...fields });
  return { ...fields, text: fields.traceback.join('\n').replace(/\x1b\[[\d;]*m/g, '') };
}

describe('values', () => {
  test('the last value is the result, awaited', async () => {
    assert.deepEqual(await notebook.value('return { value: Promise.resolve(6 * 7) }'), { 'text/plain': '42' });
  });

  test('undefined and cells without a value have none', async () => {
    for (const code of ['return { value: undefined }', 'const x = 1'])
      assert.deepEqual((await notebook.run(code)).events, [], code);
  });

  test('a silent cell runs without a result', async () => {
    const { outcome, events } = await notebook.run('$.scope.silently.value = 1; return { value: 5 }', { silent: true });
    assert.deepEqual([outcome, events], [{ status: 'ok', userExpressions: {}, payload: [] }, []]);
    assert.deepEqual(await notebook.value('return { value: $.scope.silently.value }'), { 'text/plain': '1' });
  });

  test('_, Out and In remember as in IPython', async () => {
    const { id } = await notebook.run('return { value: "first" }', { source: '"first"' });
    const number = id.slice(1);
    const data = await notebook.value(
      `return { value: [$.scope._.value, $.scope._${number}.value, $.scope.Out.value[${number}], $.scope.In.value[${number}]].join() }`,
    );
    assert.equal(data['text/plain'], `'first,first,first,"first"'`);
  });

  test('user expressions are evaluated after the cell, each for itself', async () => {
    const expression = (code: string) => ({
      number: 0,
      file: 'typelab:In[0]',
      source: code,
      code: `async ($) => ({ value: ${code} })`,
      mappings: '',
      names: [],
      slots: {},
      keys: keysOf(code),
      starts: [],
    });
    const cell = {
      ...expression('1'),
      number: 90,
      file: 'typelab:In[90]',
      code: 'async ($) => { $.scope.a.value = 3 }',
      keys: ['a'],
    };
    const outcome = await notebook.execute({
      kind: 'run',
      id: 'expressions',
      cell,
      silent: false,
      allowStdin: false,
      userExpressions: { good: expression('$.scope.a.value + 1'), bad: expression('nothing') },
    });
    assert.equal(outcome.status, 'ok');
    const { good, bad } = (outcome as { userExpressions: Record<string, Record<string, unknown>> }).userExpressions;
    assert.deepEqual(good, { status: 'ok', data: { 'text/plain': '4' }, metadata: {} });
    assert.deepEqual([bad!.status, bad!.ename], ['error', 'ReferenceError']);
  });
});

describe('output', () => {
  test('stdout, stderr and displays keep their order', async () => {
    const { events } = await notebook.run(`
      const { display } = await $.import('typelab/kernel');
      console.log('a %d', 1, { b: 2 }); process.stdout.write('c'); console.error('d'); display(1); console.log('e');`);
    // How many messages a text takes depends on the machine's pace.
    const merged: typeof events = [];
    for (const event of events) {
      const last = merged.at(-1);
      if (event.kind === 'stream' && last?.kind === 'stream' && last.name === event.name) last.text += event.text;
      else merged.push(event);
    }
    assert.deepEqual(merged, [
      { kind: 'stream', name: 'stdout', text: 'a 1 { b: 2 }\nc' },
      { kind: 'stream', name: 'stderr', text: 'd\n' },
      { kind: 'display', data: { 'text/plain': '1' }, metadata: {} },
      { kind: 'stream', name: 'stdout', text: 'e\n' },
    ]);
  });

  test('100,000 lines arrive whole, in order, in few messages', async () => {
    const { stdout, events } = await notebook.run('for (let i = 0; i < 100_000; i += 1) console.log(i)');
    assert.equal(stdout, `${Array.from({ length: 100_000 }, (_, i) => i).join('\n')}\n`);
    assert.ok(events.length < 1000, `${events.length} messages`);
  });

  test('a loop that never yields shows its output while it runs', async () => {
    const first = new Promise<number>((resolve) => notebook.child.once('message', () => resolve(performance.now())));
    await notebook.run(
      `console.log('now'); const end = performance.now() + 300; while (performance.now() < end) console.log('.'.repeat(100))`,
    );
    const ended = performance.now();
    assert.ok(ended - (await first) > 150, 'the first message came only at the end');
  });

  test('late output belongs to the cell that started it', async () => {
    const { id } = await notebook.run(`setTimeout(() => console.log('late'), 60)`);
    const next = await notebook.run(`console.log('next')`);
    await until(() => notebook.text(id, 'stdout') === 'late\n');
    assert.equal(notebook.text(next.id, 'stdout'), 'next\n');
  });

  test('children that inherit the descriptors write to the cell', async () => {
    const { stdout, stderr } = await notebook.run(`
      const { spawn, execSync, spawnSync } = await $.import('node:child_process');
      await new Promise((resolve) => spawn('sh', ['-c', 'echo one; echo two >&2'], { stdio: 'inherit' }).on('close', resolve));
      execSync('echo three', { stdio: 'inherit' });
      spawnSync('sh', ['-c', 'echo four >&2'], { stdio: ['ignore', 'pipe', 'inherit'] });`);
    assert.deepEqual([stdout, stderr], ['one\nthree\n', 'two\nfour\n']);
  });

  test('warnings about experiments stay out of the notebook, the user’s own do not', async () => {
    const { stderr } = await notebook.run(`
      process.emitWarning('noise', 'ExperimentalWarning'); process.emitWarning('mind the step'); await new Promise(setImmediate)`);
    assert.equal(stderr, 'Warning: mind the step\n');
  });

  test('tfjs’s advertisement costs no marks', async () => {
    const { stderr } = await notebook.run(`const tf = await $.import('@tensorflow/tfjs'); tf.tensor([1]).dataSync()`);
    assert.equal(stderr, '');
  });

  test('the library’s hook shows and updates', async () => {
    const { events } = await notebook.run(`
      const show = globalThis[Symbol.for('typelab.output')];
      show({ 'text/plain': '0 %' }, { id: 'p' }); show({ 'text/plain': '9 %' }, { id: 'p', update: true });`);
    assert.deepEqual(events, [
      { kind: 'display', data: { 'text/plain': '0 %' }, metadata: {}, displayId: 'p' },
      { kind: 'update', displayId: 'p', data: { 'text/plain': '9 %' }, metadata: {} },
    ]);
  });
});

describe('errors', () => {
  test('a traceback shows the cell’s lines with an arrow', async () => {
    const { ename, evalue, text } = await failure(
      `const ready = 1;\nfunction deep() {\n  throw new RangeError('too far');\n}\ndeep();`,
    );
    assert.deepEqual([ename, evalue], ['RangeError', 'too far']);
    const place = `Cell In[${notebook.count}]`;
    assert.ok(text.includes(`${place}, line 5:1\n      3   throw`), text);
    assert.ok(text.includes(`${place}, line 3:1, in deep()`), text);
    assert.ok(text.includes(`----> 3   throw new RangeError('too far');`), text);
    assert.ok(text.endsWith('RangeError: too far'), text);
    assert.doesNotMatch(text, /node:|kernel\/runtime/);
  });

  test('colours are in the traceback only', async () => {
    const { evalue, traceback } = await failure(`throw new Error('plain')`);
    assert.equal(evalue, 'plain');
    assert.match(traceback.join(''), /\x1b\[/);
  });

  test('a printed error has the cell’s lines and no frames of the kernel', async () => {
    const code = `function deep() {\n  return new Error('logged');\n}\nconsole.log(deep()); console.log(deep().stack); return { value: deep() }`;
    const { stdout, events } = await notebook.run(code);
    const n = notebook.count;
    const logged = `Error: logged\n    at deep (Cell In[${n}]:2:1)\n    at Cell In[${n}]:4:1`;
    assert.equal(stdout, `${logged}\n${logged}\n`);
    const result = events.find((event) => event.kind === 'result');
    assert.equal(result?.data['text/plain'], logged);
  });

  test('a shown error’s own properties stay between their braces', async () => {
    const { events } = await notebook.run(
      `return { value: Object.assign(new Error('shown', { cause: 'why' }), { code: 3 }) }`,
    );
    const result = events.find((event) => event.kind === 'result');
    assert.equal(
      result?.data['text/plain'],
      `Error: shown\n    at Cell In[${notebook.count}]:1:1 {\n  code: 3,\n  [cause]: 'why'\n}`,
    );
  });

  test('causes and AggregateErrors are told', async () => {
    const { text } = await failure(
      `throw new Error('outer', { cause: new AggregateError([new TypeError('one'), 'two'], 'both') })`,
    );
    assert.match(
      text,
      /Error: outer\n\nCaused by:\n[\s\S]*AggregateError: both\n\nError 1 of 2:\n[\s\S]*TypeError: one\n\nError 2 of 2:\n'two'/,
    );
  });

  test('what is not an Error is told too', async () => {
    assert.deepEqual((await failure('throw "text"')).evalue, "'text'");
    assert.deepEqual((await failure('throw { code: 5 }')).evalue, '{ code: 5 }');
    assert.deepEqual((await failure('throw null')).ename, 'Uncaught');
  });

  test('an error class of the user’s is named after its class', async () => {
    assert.equal((await failure('class ShapeError extends Error {}; throw new ShapeError("x")')).ename, 'ShapeError');
  });

  test('process.exit is an error, not the end', async () => {
    const { evalue } = await failure('process.exit(3)');
    assert.match(evalue, /process\.exit\(3\) would end the session/);
  });

  test('rejections and timer errors are told in the cell that started them', async () => {
    const { id, outcome } = await notebook.run(
      `Promise.reject(new Error('nobody listens')); setTimeout(() => { throw new Error('in a timer') }, 30); setTimeout(() => Promise.reject(5), 40)`,
    );
    assert.equal(outcome.status, 'ok');
    await notebook.run('1');
    await until(() => /Unhandled rejection in Cell In\[\d+\]: 5\n/.test(notebook.text(id, 'stderr')));
    assert.match(notebook.text(id, 'stderr'), /Unhandled rejection in Cell In\[\d+\]: Error: nobody listens/);
    assert.match(notebook.text(id, 'stderr'), /Uncaught in Cell In\[\d+\]: Error: in a timer/);
    assert.doesNotMatch(notebook.text(id, 'stderr'), /\x1b/);
  });
});

describe('interrupt', () => {
  /** `ready`: what the cell prints when it is where it shall be interrupted. */
  async function interrupted(code: string, ready?: RegExp) {
    const running = notebook.run(code);
    const id = `m${notebook.count}`;
    if (ready) await until(() => ready.test(notebook.text(id, 'stdout')));
    else await sleep(100);
    const start = performance.now();
    notebook.interrupt();
    const ran = await running;
    assert.equal(ran.outcome.status === 'error' && ran.outcome.ename, 'KeyboardInterrupt');
    assert.ok(performance.now() - start < 500);
    assert.equal(ran.events.filter((event) => event.kind === 'error').length, 1);
    return ran;
  }

  test('ends an await that never settles and keeps the variables', async () => {
    await interrupted('$.scope.kept.value = 7; await new Promise(() => {})');
    assert.deepEqual(await notebook.value('return { value: $.scope.kept.value }'), { 'text/plain': '7' });
  });

  test('ends a loop over timers, so that it does not go on behind the next cell', async () => {
    await interrupted(
      '$.scope.n.value = 0; for (;;) { await new Promise((next) => setTimeout(next, 5)); $.scope.n.value += 1 }',
    );
    const first = await notebook.value('return { value: $.scope.n.value }');
    await sleep(60);
    assert.deepEqual(await notebook.value('return { value: $.scope.n.value }'), first);
  });

  test('ends a loop over promised timers through its finally', async () => {
    const { id } = await interrupted(`
      const { setTimeout: sleep } = await $.import('node:timers/promises');
      try { for (;;) await sleep(5) } finally { console.log('cleaned up') }`);
    await until(() => notebook.text(id, 'stdout') === 'cleaned up\n');
    assert.equal(notebook.text(id, 'stderr'), '');
  });

  test('ends a command and all it started', async () => {
    const { id } = await interrupted(
      `await $.magic('!', ['sh -c "sleep 100" & echo $!; wait; echo not reached'])`,
      /\d+\n/,
    );
    const pid = Number(notebook.text(id, 'stdout').trim());
    assert.ok(pid > 0);
    await until(() => !alive(pid));
    assert.doesNotMatch(notebook.text(id, 'stdout'), /not reached/);
  });

  test('ends a question to the user', async () => {
    const { id } = await interrupted(`const { input } = await $.import('typelab/kernel'); await input('name? ')`);
    assert.ok(notebook.messages.some((message) => message.kind === 'input' && message.id === id));
    notebook.send({ kind: 'input', id, value: 'too late' });
  });

  test('leaves an idle runtime alone', async () => {
    notebook.interrupt();
    assert.equal((await notebook.run('1')).outcome.status, 'ok');
  });
});

describe('input', () => {
  test('asks after what was printed and gets the answer', async () => {
    const answering = (message: { kind: string; id?: string }) => {
      if (message.kind === 'input') notebook.send({ kind: 'input', id: message.id!, value: 'Ada' });
    };
    notebook.listeners.unshift(answering);
    const { id, stdout } = await notebook.run(`
      const { input } = await $.import('typelab/kernel');
      console.log('hello'); console.log(await input('name? ', { password: true }))`);
    notebook.listeners.shift();
    assert.equal(stdout, 'hello\nAda\n');
    const mine = notebook.messages.filter((message) => message.kind !== 'done' && 'id' in message && message.id === id);
    assert.deepEqual(mine[1], { kind: 'input', id, prompt: 'name? ', password: true });
  });

  test('says so where nobody can answer', async () => {
    const { outcome } = await notebook.run(`const { input } = await $.import('typelab/kernel'); await input()`, {
      allowStdin: false,
    });
    assert.equal(outcome.status === 'error' && outcome.ename, 'StdinNotImplementedError');
  });
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
