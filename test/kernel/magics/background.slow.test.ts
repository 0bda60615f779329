import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { after, describe, test } from 'node:test';
import { Notebook, until } from '../runtime/notebook.ts';

const notebooks: Notebook[] = [];
after(() => Promise.all(notebooks.map((notebook) => notebook.close())));

function open(): Notebook {
  const notebook = new Notebook();
  notebooks.push(notebook);
  return notebook;
}

const bash = (notebook: Notebook, line: string, body: string, names: string[] = []) =>
  notebook.run(`await $.cellMagic('bash', [${JSON.stringify(line)}], ${JSON.stringify(body)})`, { names });

/** Processes whose arguments hold the text and which are not dead: `sleep 1000.123` with digits that are ours alone. */
function living(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const state = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '')[0];
        return state !== 'Z' && readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(text);
      } catch {
        return false;
      }
    });
}

const ours = (n: number): string => `1000.${process.pid}${n}`;
const linux = process.platform === 'linux' ? {} : { skip: 'reads /proc' };

describe('%%bash --bg', linux, () => {
  test('goes on after its cell, and writes to it', async () => {
    const notebook = open();
    const start = performance.now();
    const { id, outcome } = await bash(notebook, '--bg --proc p', `sleep 0.3; echo done; sleep ${ours(1)}`, ['p']);
    assert.equal(outcome.status, 'ok');
    assert.equal(notebook.text(id, 'stdout'), '');
    assert.ok(performance.now() - start < 5000);
    await until(() => notebook.text(id, 'stdout') === 'done\n');
    const data = await notebook.value(
      'return { value: [$.scope.p.value.name, $.scope.p.value.exitCode, $.scope.p.value.running, $.scope.p.value.log] }',
    );
    assert.equal(data['text/plain'], `[ 'p', null, true, 'done\\n' ]`);
    assert.match((await notebook.run(`await $.magic('%jobs', [''])`)).stdout, /^p {2}pid \d+ {2}running {2}sleep 0.3/);
    assert.equal((await notebook.run(`await $.magic('%tail', ['p'])`)).stdout, 'done\n');
    await notebook.run(`await $.magic('%kill', ['p'])`);
    assert.deepEqual(living(ours(1)), []);
    assert.match((await notebook.run(`await $.magic('%jobs', [''])`)).stdout, /ended with exit code/);
  });

  test('%wait waits for the end, a text or a port, and says why it cannot come', async () => {
    const notebook = open();
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await bash(notebook, '--bg --proc w', `sleep 0.2; echo ready to serve; sleep 0.3; exit 6`);
    assert.equal(
      (await notebook.run(`await $.magic('%wait', ['w --log "ready to" --timeout 20'])`)).outcome.status,
      'ok',
    );
    assert.equal((await notebook.run(`await $.magic('%wait', ['w --port ${port}'])`)).outcome.status, 'ok');
    const { outcome } = await notebook.run(`await $.magic('%wait', ['w --log never'])`);
    assert.match(
      outcome.status === 'error' ? outcome.evalue : '',
      /job w ended with exit code 6 before it did write never\nready to serve/,
    );
    assert.equal((await notebook.run(`await $.magic('%wait', ['w'])`)).outcome.status, 'ok');
    server.close();
  });

  test('a job that dies at once has its exit code and its words', async () => {
    const notebook = open();
    await bash(notebook, '--bg --proc d', 'echo oops >&2; exit 9', ['d']);
    const data = await notebook.value(
      'return { value: [await $.scope.d.value.wait(), $.scope.d.value.exitCode, $.scope.d.value.log] }',
    );
    assert.equal(data['text/plain'], "[ 9, 9, 'oops\\n' ]");
  });

  test('ends with the session, nohup or not; --keep lives on', async () => {
    const notebook = open();
    await bash(notebook, '--bg', `nohup sleep ${ours(2)} >/dev/null 2>&1 & sleep ${ours(3)}`);
    await bash(notebook, '--bg', `setsid sleep ${ours(4)} >/dev/null 2>&1 & wait`);
    await bash(notebook, '--bg --keep', `sleep ${ours(5)} >/dev/null 2>&1`);
    await until(() => [2, 3, 4, 5].every((n) => living(ours(n)).length === 1));
    await notebook.close();
    await until(() => [2, 3, 4].every((n) => living(ours(n)).length === 0));
    const kept = living(ours(5));
    assert.equal(kept.length, 1);
    process.kill(kept[0]!, 'SIGKILL');
  });

  test('ends when the kernel is killed with kill -9, also after nohup, setsid and a double fork', async () => {
    const notebook = open();
    await bash(notebook, '--bg', `nohup sleep ${ours(6)} >/dev/null 2>&1 & sleep ${ours(7)}`);
    await bash(notebook, '--bg', `(setsid nohup sleep ${ours(8)} >/dev/null 2>&1 &) ; exit 0`);
    await bash(notebook, '--bg --keep', `sleep ${ours(9)} >/dev/null 2>&1`);
    await until(() => [6, 7, 8, 9].every((n) => living(ours(n)).length === 1));
    process.kill(notebook.child.pid!, 'SIGKILL');
    await until(() => [6, 7, 8].every((n) => living(ours(n)).length === 0));
    const kept = living(ours(9));
    assert.equal(kept.length, 1);
    process.kill(kept[0]!, 'SIGKILL');
  });

  test('a command that ignores SIGTERM ends too', async () => {
    const notebook = open();
    await bash(notebook, '--bg --proc t', `trap '' TERM; sleep ${ours(10)}; sleep ${ours(11)}`);
    await until(() => living(ours(10)).length === 1);
    await notebook.run(`await $.magic('%kill', ['t'])`);
    await until(() => living(ours(10)).length + living(ours(11)).length === 0);
  });
});
