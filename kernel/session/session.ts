/** Message → handler → messages, with busy and idle around every request, even one that fails. */
import type { Answer, FromRuntime, Question, ToRuntime } from '../border.ts';
import type { Connection, Content, KernelInfoReply, Message, RequestChannel } from '../wire/protocol.ts';
import type { Sockets } from '../wire/sockets.ts';
import { createComms } from './comms.ts';
import { createExecutor, errorContent } from './execute.ts';
import { createHandlers } from './handlers.ts';
import type { History } from './history.ts';
import type { Interrupter } from './interrupt.ts';
import type { Language } from './language.ts';
import { createOutput } from './output.ts';
import { createPrompts } from './stdin.ts';

export type Session = {
  receive(channel: RequestChannel, message: Message): void;
  fromRuntime(message: FromRuntime): void;
  /** What was written to descriptor 1 or 2 past Node. @returns false where there is no cell to show it in */
  native(name: 'stdout' | 'stderr', text: string): boolean;
  /** What an interrupt_request does. Resolves when the main thread has read it. */
  interrupt(): Promise<void>;
};

export type SessionOptions = {
  sockets: Sockets;
  connection: Connection;
  info: KernelInfoReply;
  language: Promise<Language>;
  history: History;
  interrupter: Interrupter;
  post(message: ToRuntime): void;
  /** Called once, when the reply to a shutdown_request is on its way, or SIGTERM came. */
  shutdown(): void;
  log(line: string): void;
};

/** Milliseconds until the session itself ends a run that was interrupted. */
const ABANDON = 1000;

export function createSession(options: SessionOptions): Session {
  const { sockets, interrupter, post, shutdown, log } = options;
  const { publish } = sockets;
  const output = createOutput(publish);
  const executor = createExecutor({ ...options, publish, output, ready: interrupter.settled });
  const prompts = createPrompts(sockets);
  const comms = createComms({ post, publish, log });
  const handlers = createHandlers({ ...options, comms, interrupt: () => void interrupt() });
  let used = false;

  async function interrupt(): Promise<void> {
    const running = executor.current()?.header.msg_id ?? '';
    prompts.drop();
    executor.interrupt();
    // Before the first cell there is no user code, and what loads must not be cut off.
    if (!used) return;
    await interrupter.interrupt(running);
    comms.release();
    // The runtime settles an interrupted run at once; its outcome is lost when the termination met just that code.
    setTimeout(() => executor.abandon(running), ABANDON);
  }

  /** One request: busy, what `body` does, its reply, idle. */
  async function during(
    channel: RequestChannel,
    request: Message,
    body: () => Promise<Content | undefined> | Content | undefined,
  ) {
    const { header } = request;
    publish('status', header, { execution_state: 'busy' });
    const type = header.msg_type.replace(/_request$/, '_reply');
    try {
      const content = await body();
      if (content) sockets.reply(channel, request, type, content);
    } catch (error) {
      log(`${header.msg_type} failed: ${(error as Error).stack}`);
      if (type !== header.msg_type)
        sockets.reply(channel, request, type, { status: 'error', ...errorContent(error as Error) });
    }
    publish('status', header, { execution_state: 'idle' });
    // JupyterLab shows the last status it saw; a completion in the middle of a cell must not end on idle.
    const running = executor.current();
    if (running && running !== request) publish('status', running.header, { execution_state: 'busy' });
  }

  return {
    interrupt,
    receive(channel, message) {
      const type = message.header.msg_type;
      comms.know(message.header);
      if (channel === 'stdin') {
        if (type === 'input_reply') prompts.answer(message, (id, value) => post({ kind: 'input', id, value }));
        else log(`ignored ${JSON.stringify(type.slice(0, 100))} on stdin`);
      } else if (type === 'execute_request') {
        used = true;
        executor.enqueue(message, (body) => during(channel, message, body));
      } else if (type === 'shutdown_request') {
        const content = { status: 'ok', restart: message.content.restart === true };
        void during(channel, message, () => content).then(() => {
          publish('shutdown_reply', message.header, content);
          shutdown();
        });
      } else {
        const handler = Object.hasOwn(handlers, type) ? handlers[type] : undefined;
        if (!handler) log(`unknown message type ${JSON.stringify(type.slice(0, 100))} on ${channel}`);
        void during(channel, message, () => handler?.(message) ?? undefined);
      }
    },
    native: output.native,
    fromRuntime(message) {
      switch (message.kind) {
        case 'event':
          if (message.event.kind === 'result') executor.result(message.id, message.event.data);
          output.emit(message.id, message.event, message.long);
          break;
        case 'input': {
          const running = executor.current();
          if (running?.header.msg_id === message.id) {
            output.flush();
            prompts.ask(running, message.prompt, message.password);
          }
          break;
        }
        case 'comm':
          output.flush();
          comms.fromRuntime(message);
          break;
        case 'comm-handled':
          comms.handled(message.request);
          break;
        case 'question':
          void answer(options.language, message.ask).then((answer) =>
            post({ kind: 'answer', question: message.question, answer }),
          );
          break;
        case 'language':
          void options.language.then((language) => language.change(message.change));
          break;
        case 'done':
          executor.done(message.id, message.outcome);
          break;
        case 'interrupted':
          interrupter.heard(message.attempt);
          break;
        case 'terminate':
          shutdown();
          break;
        case 'ready':
        case 'closed':
          break;
        default:
          message satisfies never;
      }
    },
  };
}

/** What a magic asks of the compiler. */
async function answer(language: Promise<Language>, ask: Question): Promise<Answer> {
  try {
    const compiler = await language;
    if (ask.kind === 'inspect') {
      const data = await compiler.inspect(ask.source, ask.source.length, 0);
      return { kind: 'inspected', text: data && String(data['text/plain']) };
    }
    if (ask.kind === 'source') return { kind: 'inspected', text: compiler.sourceOf(ask.name) };
    const cell = await compiler.compile(ask.source, ask.number);
    return 'code' in cell ? { kind: 'compiled', cell } : { kind: 'failed', ...cell };
  } catch (error) {
    return { kind: 'failed', ...errorContent(error as Error) };
  }
}
