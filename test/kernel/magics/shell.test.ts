import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { root } from '../../helpers/root.ts';
import { Notebook } from '../runtime/notebook.ts';

const notebook = new Notebook();
after(() => notebook.close());

const magic = (name: string, ...parts: unknown[]) =>
  notebook.run(`await $.magic(${JSON.stringify(name)}, ${JSON.stringify(parts)})`);
const cell = (name: string, line: string, body: string, names: string[] = []) =>
  notebook.run(`await $.cellMagic(${JSON.stringify(name)}, [${JSON.stringify(line)}], ${JSON.stringify(body)})`, {
    names,
  });

describe('!', () => {
  test('shows both outputs, live, in order', async () => {
    const { stdout, stderr, outcome } = await magic('!', 'echo out; echo err >&2; printf "tëxt"');
    assert.deepEqual([stdout, stderr, outcome.status], ['out\ntëxt', 'err\n', 'ok']);
  });

  test('fills in values; a list joins with spaces', async () => {
    assert.equal((await magic('!', 'echo ', ['a', 'b'], ' ', 3, '')).stdout, 'a b 3\n');
  });

  test('runs in bash, pipes and all', async () => {
    assert.equal((await magic('!', '[[ abc == a* ]] && echo {1..3} | tr " " -')).stdout, '1-2-3\n');
  });

  test('a failing command fails the cell with its name and code', async () => {
    const { outcome } = await magic('!', 'exit 3');
    assert.ok(outcome.status === 'error');
    assert.deepEqual(
      [outcome.ename, outcome.evalue],
      ['CommandError', '`!exit 3` ended with exit code 3 (add `|| true` or run %shell errors off to go on after it)'],
    );
    assert.deepEqual(await notebook.value('return { value: $.scope._exit_code.value }'), { 'text/plain': '3' });
  });

  test('a command that is not found says so', async () => {
    const { outcome, stderr } = await magic('!', 'no_such_program_here');
    assert.match(stderr, /not found/);
    assert.match(outcome.status === 'error' ? outcome.evalue : '', /exit code 127 \(command not found\)/);
  });

  test('%shell errors off goes on after it', async () => {
    await magic('%shell', 'errors off');
    assert.equal((await magic('!', 'exit 4')).outcome.status, 'ok');
    await magic('%shell', 'errors on');
    assert.equal((await magic('!', 'exit 4')).outcome.status, 'error');
  });

  test('a command left in the background does not hold the cell, and its output still comes', async () => {
    const start = performance.now();
    const { outcome } = await magic('!', 'sleep 30 & echo started');
    assert.equal(outcome.status, 'ok');
    assert.ok(performance.now() - start < 5000);
  });

  test('unbalanced quotes are bash’s error', async () => {
    const { outcome, stderr } = await magic('!', 'echo "');
    assert.equal(outcome.status, 'error');
    assert.match(stderr, /unexpected EOF/);
  });

  test('works in a function that cannot wait', async () => {
    const { stdout } = await notebook.run(`
      const f = () => $.magicSync('!', ['echo now']);
      f(); console.log('then', $.captureSync('!', ['echo kept']).s)`);
    assert.equal(stdout, 'now\nthen kept\n');
  });
});

describe('capture', () => {
  test('gives the lines with .s .n .p .grep() .fields()', async () => {
    const data = await notebook.value(`
      const out = await $.capture('!', ['printf "b 2\\nab 3\\nc 4\\n"']);
      return { value: JSON.stringify([out.length, out.s, out.n, out.grep('B').s, out.grep(/b/, { prune: true }).s,
        out.grep('3', { field: 1 }).s, out.fields(1).s, out.fields(-1, 0)[0], Array.isArray(out), out.map((line) => line.length)]) }`);
    const text = String(data['text/plain']).slice(1, -1).replaceAll('\\\\', '\\');
    assert.deepEqual(JSON.parse(text), [
      3,
      'b 2 ab 3 c 4',
      'b 2\nab 3\nc 4',
      'b 2 ab 3',
      'c 4',
      'ab 3',
      '2 3 4',
      '2 b',
      true,
      [3, 4, 3],
    ]);
  });

  test('a failing command shows its last words', async () => {
    const { outcome, stderr } = await notebook.run(`await $.capture('!', ['echo why; exit 2'])`);
    assert.equal(outcome.status, 'error');
    assert.equal(stderr, 'why\n');
  });
});

describe('%%bash and %%script', () => {
  test('runs the body as it is', async () => {
    assert.equal(
      (await cell('%%bash', '', 'X="a  b"\nfor i in 1 2; do echo "$X $i"; done')).stdout,
      'a  b 1\na  b 2\n',
    );
  });

  test('fails the cell unless told otherwise', async () => {
    const { outcome } = await cell('%%bash', '', 'echo before\nfalse');
    assert.match(outcome.status === 'error' ? outcome.evalue : '', /`%%bash` ended with exit code 1/);
    assert.equal((await cell('%%bash', '--no-raise-error', 'false')).outcome.status, 'ok');
  });

  test('--out and --err name variables', async () => {
    const { stdout, stderr } = await cell('%%bash', '--out o --err e', 'echo 1; echo 2 >&2', ['o', 'e']);
    assert.deepEqual([stdout, stderr], ['', '']);
    assert.deepEqual(await notebook.value('return { value: [$.scope.o.value, $.scope.e.value] }'), {
      'text/plain': "[ '1\\n', '2\\n' ]",
    });
  });

  test('any program, with arguments', async () => {
    assert.equal((await cell('%%script', `${process.execPath} -p --no-warnings`, '6 * 7')).stdout, '42\n');
    assert.equal((await cell('%%node', '', 'console.log(import.meta.url.length > 0)')).stdout, 'true\n');
    const { outcome } = await cell('%%script', 'no_such_program', '');
    assert.equal(outcome.status === 'error' && outcome.evalue, 'command not found: no_such_program');
  });

  test('--timeout ends it', async () => {
    const { outcome } = await cell('%%bash', '--timeout 0.3', 'sleep 50');
    assert.match(outcome.status === 'error' ? outcome.evalue : '', /longer than --timeout 0.3/);
  });

  test('an unknown option names the known ones', async () => {
    const { outcome } = await cell('%%bash', '--background', 'true');
    assert.match(
      outcome.status === 'error' ? outcome.evalue : '',
      /unknown option --background; known: --bg --keep --proc/,
    );
  });
});

describe('the environment and files', () => {
  test('%env lists, gets and sets; children see it', async () => {
    assert.equal((await magic('%env', 'TYPELAB_TEST=one two')).stdout, 'env: TYPELAB_TEST=one two\n');
    assert.deepEqual(await notebook.value(`return { value: await $.magic('%env', ['TYPELAB_TEST']) }`), {
      'text/plain': "'one two'",
    });
    assert.equal((await magic('!', 'echo "$TYPELAB_TEST"')).stdout, 'one two\n');
    await magic('%set_env', 'TYPELAB_TEST three');
    assert.deepEqual(await notebook.value(`return { value: (await $.magic('%env', [''])).TYPELAB_TEST }`), {
      'text/plain': "'three'",
    });
    assert.equal((await magic('%env', 'var A=B')).outcome.status, 'error');
    await magic('%env', 'TYPELAB_API_KEY=abc');
    assert.deepEqual(await notebook.value(`return { value: (await $.magic('%env', [''])).TYPELAB_API_KEY }`), {
      'text/plain': "'<hidden>'",
    });
    assert.match(String((await magic('%env', 'NO_SUCH_NAME')).outcome.status), /error/);
  });

  test('%cd moves the process, its commands and back', async () => {
    await notebook.run(`(await $.import('node:fs')).mkdirSync('a b')`);
    assert.equal((await magic('%cd', '"a b"')).stdout, `${join(notebook.folder, 'a b')}\n`);
    assert.equal((await magic('!', 'pwd')).stdout, `${join(notebook.folder, 'a b')}\n`);
    assert.equal((await magic('%cd', '-')).stdout, `${notebook.folder}\n`);
    assert.match(
      String(((await magic('%cd', 'nowhere')).outcome as { evalue: string }).evalue),
      /no such folder: .*nowhere/,
    );
    assert.deepEqual(await notebook.value(`return { value: await $.magic('%pwd', ['']) }`), {
      'text/plain': `'${notebook.folder}'`,
    });
  });

  test('%%writefile writes, overwrites and appends', async () => {
    assert.equal((await cell('%%writefile', 'x.ts', 'export const x = 1')).stdout, 'Writing x.ts\n');
    assert.equal((await cell('%%writefile', 'x.ts', 'export const x = 2\n')).stdout, 'Overwriting x.ts\n');
    assert.equal((await cell('%%writefile', '-a x.ts', 'export const y = 3')).stdout, 'Appending to x.ts\n');
    assert.equal(readFileSync(join(notebook.folder, 'x.ts'), 'utf8'), 'export const x = 2\nexport const y = 3\n');
    assert.ok(!existsSync(join(root, 'x.ts')));
  });

  test('commands see this repository’s launchers and Node', async () => {
    const { stdout } = await magic('!', 'command -v tensorflow_model_server; command -v typelab; echo $TYPELAB_NODE');
    const bin = join(root, 'lab/bin');
    assert.equal(stdout, `${join(bin, 'tensorflow_model_server')}\n${join(bin, 'typelab')}\n${process.execPath}\n`);
  });
});

describe('the registry', () => {
  test('an unknown magic suggests the nearest', async () => {
    const { outcome } = await magic('%evn', '');
    assert.deepEqual(outcome.status === 'error' && [outcome.ename, outcome.evalue], [
      'UsageError',
      'unknown magic %evn; did you mean %env? %lsmagic lists all',
    ]);
    assert.match(((await magic('%bash', '')).outcome as { evalue: string }).evalue, /there is no %bash, but %%bash/);
  });

  test('%lsmagic and %help print it', async () => {
    assert.match((await magic('%lsmagic', '')).stdout, /^Line magics:\n.*%cd.*\n\nCell magics:\n.*%%bash/);
    assert.match((await magic('%help', 'cd')).stdout, /^%cd \[-q\] \[FOLDER \| - \| -N\]\n {4}Goes to a folder/);
  });

  test('registerMagic adds one', async () => {
    await notebook.run(
      `(await $.import('typelab/kernel')).registerMagic('shout', (line, body = '') => (line + body).toUpperCase())`,
    );
    assert.deepEqual(await notebook.value(`return { value: await $.magic('%shout', ['hey']) }`), {
      'text/plain': "'HEY'",
    });
    assert.deepEqual(await notebook.value(`return { value: await $.cellMagic('shout', ['a'], 'b') }`), {
      'text/plain': "'AB'",
    });
  });

  test('%%html and its like are shown', async () => {
    const { events } = await cell('%%html', '', '<b>x</b>');
    assert.deepEqual(events, [
      { kind: 'display', data: { 'text/html': '<b>x</b>', 'text/plain': '<b>x</b>' }, metadata: {} },
    ]);
  });

  test('%%capture keeps output, %%time tells, %who lists', async () => {
    const captured = await notebook.run(
      `await $.cellMagic('capture', ['kept'], '', async () => { console.log('in'); await $.magic('!', ['echo sub']) })`,
      { names: ['kept'] },
    );
    assert.deepEqual(captured.events, []);
    assert.deepEqual(await notebook.value('return { value: $.scope.kept.value.stdout }'), {
      'text/plain': "'in\\nsub\\n'",
    });
    assert.match(
      (await notebook.run(`await $.cellMagic('time', [''], '', async () => 1)`)).stdout,
      /^CPU times: .*\nWall time: [\d.]+ \S+\n$/,
    );
    assert.match(
      (await notebook.run(`await $.magic('%timeit', ['-n 10 -r 2 1'], () => 1)`)).stdout,
      /per loop .*2 runs, 10 loops each/,
    );
    assert.match((await magic('%who', '')).stdout, /\bkept\b/);
  });
});
