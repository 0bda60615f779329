import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { execa } from 'execa';
import { jupyterHome } from '../helpers/jupyter.ts';
import { withoutPython } from '../helpers/python.ts';
import { root } from '../helpers/root.ts';

test('typelab lab starts JupyterLab without a complaint, and ends it', {
  skip: withoutPython,
  timeout: 300_000,
}, async (t) => {
  const home = await jupyterHome();
  t.after(home.remove);
  const lab = execa(process.execPath, ['lab/main.ts', 'lab', '--no-browser', '--port=0', '--ip=127.0.0.1'], {
    cwd: root,
    env: home.env,
    all: true,
    reject: false,
  });
  let log = '';
  let asked = false;
  lab.all.setEncoding('utf8').on('data', (text: string) => {
    log += text;
    // Its last words about the start. It only obeys a signal for sure when it serves.
    const [, server, token] = /(http:\/\/127\.0\.0\.1:\d+)\/lab\S*\?token=(\w+)/.exec(log) ?? [];
    if (server && !asked) {
      asked = true;
      void serves(`${server}/api/status?token=${token}`).then(() => lab.kill('SIGTERM'));
    }
  });
  // JupyterLab writes to the same pipe: this comes when both have ended.
  await lab;
  assert.match(log, /Jupyter Server [\d.]+ is running at/);
  assert.doesNotMatch(log, /Fail to|Traceback/);
});

async function serves(url: string): Promise<void> {
  const answers = () =>
    fetch(url).then(
      ({ ok }) => ok,
      () => false,
    );
  while (!(await answers())) await setTimeout(200);
}
