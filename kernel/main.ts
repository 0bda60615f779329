/**
 * The kernel program: `node --no-force-async-hooks-checks kernel/launch.mjs CONNECTION_FILE [javascript]`.
 * User code runs on this thread. The protocol lives in a worker, which goes on answering while a cell computes.
 */
import { once } from 'node:events';
import { getCompileCacheDir } from 'node:module';
import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads';
import type { FromRuntime, ToRuntime } from './border.ts';

const [connectionFile, language = 'typescript'] = process.argv.slice(2);
if (!connectionFile) {
  console.error(
    'usage: launch.mjs CONNECTION_FILE [javascript]\nJupyter starts kernels itself; to make this one known to it: typelab install',
  );
  process.exit(2);
}

const { port1: port, port2: workerPort } = new MessageChannel();
// A worker has a compile cache of its own, which is to be on before its first TypeScript file.
const start = `
  require('node:module').enableCompileCache(${JSON.stringify(getCompileCacheDir())});
  import(${JSON.stringify(new URL('./session/worker.ts', import.meta.url))});
`;
const worker = new Worker(start, {
  eval: true,
  workerData: { connectionFile, language, folder: process.cwd(), port: workerPort },
  transferList: [workerPort],
});
worker.once('error', (error) => {
  console.error(error);
  process.exit(1);
});
worker.once('exit', (code) => process.exit(code));

const post = (message: FromRuntime) => port.postMessage(message);
// Jupyter's front ends interrupt by message, but a ^C reaches every process of a terminal; the worker's watcher acts on it.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => post({ kind: 'terminate' }));

const { createRuntime } = await import('./runtime/run.ts');
const runtime = createRuntime({ folder: process.cwd(), emit: post, pump });
let running: string | undefined;

port.on('message', handle);
post({ kind: 'ready' });

function handle(message: ToRuntime): void {
  switch (message.kind) {
    case 'run':
      void run(message);
      break;
    case 'interrupt':
      post({ kind: 'interrupted', attempt: message.attempt });
      if (running === message.id) runtime.interrupt();
      break;
    case 'input':
      runtime.input(message.id, message.value);
      break;
    case 'answer':
      runtime.answer(message.question, message.answer);
      break;
    case 'comm':
      void runtime.comm(message);
      break;
    case 'shutdown':
      void close();
      break;
    default:
      message satisfies never;
  }
}

function pump(): boolean {
  const waiting = receiveMessageOnPort(port);
  if (waiting) handle(waiting.message);
  return waiting !== undefined;
}

async function run(message: ToRuntime & { kind: 'run' }): Promise<void> {
  running = message.id;
  try {
    post({ kind: 'done', id: message.id, outcome: await runtime.run(message) });
  } catch (error) {
    const { name, message: evalue, stack = '' } = error as Error;
    post({
      kind: 'done',
      id: message.id,
      outcome: { status: 'error', ename: name, evalue, traceback: stack.split('\n') },
    });
  } finally {
    if (running === message.id) running = undefined;
  }
}

async function close(): Promise<void> {
  try {
    await runtime.close();
  } finally {
    post({ kind: 'closed' });
    await once(worker, 'exit');
  }
}
