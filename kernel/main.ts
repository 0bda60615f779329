/** The kernel's first thread: user code runs here. The protocol lives in the worker, which goes on answering while a cell computes. */
import { once } from 'node:events';
import { type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import type { FromRuntime, ToRuntime } from './border.ts';
import { withoutLongTexts } from './runtime/long-texts.ts';
import { createRuntime } from './runtime/run.ts';

/** @param port to the worker */
export function runKernel(port: MessagePort, worker: Worker): void {
  const post = (message: FromRuntime) => {
    if (message.kind !== 'event') port.postMessage(message);
    else {
      const { event, long } = withoutLongTexts(message.event);
      const buffers = long && Object.values(long).map(({ buffer }) => buffer);
      port.postMessage(long ? { ...message, event, long } : message, buffers);
    }
  };
  process.on('SIGTERM', () => post({ kind: 'terminate' }));

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
}
