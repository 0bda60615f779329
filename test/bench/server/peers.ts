/** The servers that are compared, each as a program on core 0. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, globSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../../../lib/free-port.ts';
import { root } from '../../helpers/root.ts';
import { pinned } from './pinned.ts';

export type Peer = {
  name: 'typelab' | 'fastify' | 'FastAPI' | 'LitServe';
  /** Its answer must be a prediction; the yardstick's is a constant. */
  start(model: string, answer: string): Promise<Running>;
};
export type Running = { url: string; milliseconds: number; pid: number; stop(): Promise<void> };

const here = import.meta.dirname;

/** @returns those that are here; what is missing is told with the way to get it */
export function peers(say: (line: string) => void): Peer[] {
  const found: Peer[] = [
    {
      name: 'typelab',
      start: async (model) => {
        const [rest, grpc] = [await freePort(), await freePort()];
        const flags = [
          `--rest_api_port=${rest}`,
          `--port=${grpc}`,
          '--model_name=digits',
          `--model_base_path=${model}`,
        ];
        const command = [process.execPath, join(root, 'server/main.ts'), ...flags];
        return start(command, `http://127.0.0.1:${rest}/v1/models/digits:predict`);
      },
    },
    {
      name: 'fastify',
      start: async (_model, answer) => {
        const port = await freePort();
        const command = [process.execPath, join(here, 'yardstick.mjs'), String(port), answer];
        return start(command, `http://127.0.0.1:${port}/predict`);
      },
    },
  ];
  const python = pythonWith(['fastapi', 'uvicorn', 'litserve'], say);
  if (!python) return found;
  for (const [name, file] of [
    ['FastAPI', 'fastapi_app.py'],
    ['LitServe', 'litserve_app.py'],
  ] as const) {
    found.push({
      name,
      start: async (model) => {
        const port = await freePort();
        return start([python, join(here, file), String(port), join(model, '1')], `http://127.0.0.1:${port}/predict`);
      },
    });
  }
  return found;
}

/** `milliseconds` is from the start of the program to its first good answer. */
async function start(command: string[], url: string): Promise<Running> {
  const [program, ...args] = pinned(0, command);
  const began = performance.now();
  // In a group of its own: LitServe has workers.
  const child = spawn(program as string, args, { detached: true, stdio: 'ignore' });
  const stop = (): Promise<void> => end(child);
  for (const deadline = Date.now() + 120_000; Date.now() < deadline; await new Promise((done) => setTimeout(done, 2))) {
    if (child.exitCode !== null) throw new Error(`${command.join(' ')} ended with ${child.exitCode}`);
    const image = Array.from({ length: 28 }, () => Array.from({ length: 28 }, () => [0]));
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ instances: [image] }),
    }).catch(() => undefined);
    const text = await answer?.text();
    if (answer?.ok && text) return { url, milliseconds: performance.now() - began, pid: child.pid as number, stop };
  }
  await stop();
  throw new Error(`${command.join(' ')} does not answer`);
}

async function end(child: ChildProcess): Promise<void> {
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  if (child.exitCode !== null) return;
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    try {
      process.kill(-(child.pid as number), signal);
    } catch {
      return;
    }
    await Promise.race([gone, new Promise((done) => setTimeout(done, 5000))]);
  }
}

/** A Python of the benchmark's own, beside what is installed; TensorFlow comes from the tests' one. */
function pythonWith(packages: string[], say: (line: string) => void): string | undefined {
  const tests = join(root, '.venv/bin/python');
  if (!existsSync(tests)) {
    say('FastAPI and LitServe are left out: npm test makes .venv, which has TensorFlow');
    return undefined;
  }
  const folder = join(root, 'node_modules/.cache/typelab-bench/python');
  const python = join(folder, 'bin/python');
  try {
    if (!existsSync(python)) {
      say(`installing ${packages.join(', ')} …`);
      mkdirSync(folder, { recursive: true });
      execFileSync(tests, ['-m', 'venv', folder]);
    }
    const ready = join(folder, `${packages.join('-')}.txt`);
    if (!existsSync(ready)) {
      execFileSync(python, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...packages]);
      writeFileSync(ready, '');
    }
    const [site] = globSync('lib/python*/site-packages', { cwd: folder });
    const [theirs] = globSync(join(root, '.venv/lib/python*/site-packages'));
    writeFileSync(join(folder, site as string, 'tensorflow.pth'), `${theirs}\n`);
    return python;
  } catch (error) {
    say(`FastAPI and LitServe are left out: ${(error as Error).message}`);
    return undefined;
  }
}
