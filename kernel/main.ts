/** The kernel's first thread: user code runs here. The protocol lives in the worker, which goes on answering while a cell computes. */
import { once } from 'node:events';
import fs from 'node:fs';
import { type MessagePort, receiveMessageOnPort, type Worker } from 'node:worker_threads';
import type { FromRuntime, ToRuntime } from './border.ts';
import { withoutLongTexts } from './runtime/long-texts.ts';
import { createPace } from './runtime/pace.ts';
import { createRuntime } from './runtime/run.ts';

// Cells get others; see descriptors.ts.
const { writeSync } = fs;

/**
 * @param port to the worker
 * @param sign what begins the kernel's own marks in descriptors 1 and 2, where the worker reads them
 */
export function runKernel(port: MessagePort, worker: Worker, inJavaScript: boolean, sign?: string): void {
  let mark = 0;
  const handled = new Int32Array(new SharedArrayBuffer(4));
  const pace = createPace(handled);
  const post = (message: FromRuntime) => {
    if (sign) leaveMark(sign, ++mark);
    send({ ...message, mark });
  };
  const send = (message: FromRuntime & { mark: number }) => {
    if (message.kind !== 'event') port.postMessage(message);
    else {
      const { event, long } = withoutLongTexts(message.event);
      const buffers = long && Object.values(long).map(({ buffer }) => buffer);
      const size =
        event.kind === 'stream' ? event.text.length : (buffers ?? []).reduce((sum, one) => sum + one.byteLength, 1000);
      port.postMessage({ ...message, event, long, size }, buffers);
      pace(size);
    }
  };
  const terminate = () => post({ kind: 'terminate' });
  process.on('SIGTERM', terminate);

  const runtime = createRuntime({ folder: process.cwd(), emit: post, pump, inJavaScript });
  let running: string | undefined;

  port.on('message', handle);
  post({ kind: 'ready', held: runtime.held, handled, gate: runtime.gate });

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
    // A listener runs when this thread is free: of a cell in a loop, or in prompt(), the signal has to end the process itself.
    process.off('SIGTERM', terminate);
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
      if (running === undefined && !process.listeners('SIGTERM').includes(terminate)) process.on('SIGTERM', terminate);
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

/** So that the worker, which reads the two and this thread's messages, puts both in the order in which they were written. */
function leaveMark(sign: string, mark: number): void {
  for (const descriptor of [1, 2]) {
    try {
      writeSync(descriptor, `\0${sign}:${mark}\n`);
    } catch {
      // A native module has closed it.
    }
  }
}
