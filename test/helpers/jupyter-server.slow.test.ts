import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { execa } from 'execa';
import { jupyterHome } from './jupyter.ts';
import { startJupyterServer } from './jupyter-server.ts';
import { withoutPython } from './python.ts';
import { root } from './root.ts';

const options = { skip: withoutPython, timeout: 240_000 };

test('a killed test takes its Jupyter server and the kernels along', options, async (t) => {
  const home = await jupyterHome();
  t.after(home.remove);
  const program = `
    import { startJupyterServer } from ${JSON.stringify(join(root, 'test/helpers/jupyter-server.ts'))};
    const home = JSON.parse(process.argv[1]);
    const { url, token } = await startJupyterServer({ after() {} }, home, 'lab');
    const made = await fetch(url + '/api/kernels?token=' + token, { method: 'POST', body: '{"name": "typelab"}' });
    console.log(made.status);`;
  const owner = execa(process.execPath, ['--input-type=module-typescript', '-e', program, JSON.stringify(home)], {
    reject: false,
  });
  const status = await new Promise((resolve) => {
    owner.stdout.once('data', resolve);
    owner.then(({ stderr }) => resolve(stderr));
  });
  assert.equal(String(status).trim(), '201');
  // Jupyter answers as soon as the start script runs, which then becomes the kernel.
  let started = await below(owner.pid!);
  while (!started.some(({ command }) => command.includes('launch.cjs'))) {
    await delay(50);
    started = await below(owner.pid!);
  }
  owner.kill('SIGKILL');
  await gone(started.map(({ pid }) => pid));
});

test('a test that ends before its Jupyter server is ready ends it too', options, async (t) => {
  const home = await jupyterHome();
  t.after(home.remove);
  const hooks: (() => Promise<void>)[] = [];
  const starting = startJupyterServer({ after: (hook) => hooks.push(hook) }, home, 'lab');
  starting.catch(() => {});
  const started = await below(process.pid);
  assert.ok(started.some(({ command }) => command.includes('supervise.py')));
  for (const hook of hooks) await hook();
  await assert.rejects(starting, /Jupyter lab ended/);
  await gone(started.map(({ pid }) => pid));
});

type Running = { pid: number; command: string };

/** The processes that one has started, and theirs. */
async function below(pid: number): Promise<Running[]> {
  const all = (await processes()).filter(({ command }) => !command.startsWith('ps '));
  const of = (parent: number): (Running & { parent: number })[] =>
    all.filter((one) => one.parent === parent).flatMap((one) => [one, ...of(one.pid)]);
  return of(pid);
}

async function gone(pids: number[]): Promise<void> {
  assert.ok(pids.length > 0);
  for (;;) {
    const left = (await processes()).filter(({ pid, state }) => pids.includes(pid) && !state.startsWith('Z'));
    if (left.length === 0) return;
    await delay(200);
  }
}

async function processes(): Promise<(Running & { parent: number; state: string })[]> {
  const { stdout } = await execa('ps', ['-eo', 'pid=,ppid=,stat=,args=']);
  return stdout.split('\n').map((line) => {
    const [, pid, parent, state, command] = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(.*)$/.exec(line)!;
    return { pid: Number(pid), parent: Number(parent), state: state!, command: command! };
  });
}
