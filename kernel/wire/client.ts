/** The client's side of a kernel: requests, what they bring on iopub, prompts and the heartbeat. */
import { randomUUID } from 'node:crypto';
import { Dealer, Request, Subscriber } from 'zeromq';
import { address } from './connection.ts';
import { createCodec, createHeader } from './message.ts';
import { createStream } from './message-stream.ts';
import { createOutbox } from './outbox.ts';
import type {
  Connection,
  Content,
  ExecuteReply,
  ExecuteRequest,
  KernelInfoReply,
  Message,
  RequestChannel,
} from './protocol.ts';

/** A request on its way. */
export type Exchange<C = Content> = {
  id: string;
  /** Rejects when the kernel dies, the time is over or the client is closed. */
  reply: Promise<Message<C>>;
  /** Everything on iopub that has the request as its parent, from busy to idle; kept until read. Reads once. */
  iopub: AsyncIterable<Message>;
};

export type ExchangeOptions = {
  channel?: RequestChannel;
  /** Milliseconds until reply and iopub give up; for ever unless told. */
  timeout?: number;
  metadata?: Content;
  buffers?: Buffer[];
  /** What the user answers to `input()`; needs `allow_stdin`. */
  onInput?: (prompt: string, password: boolean) => string | Promise<string>;
};

export type KernelClient = {
  session: string;
  /** Sends a request and lets the caller read the reply and iopub as they come. */
  start<C = Content>(type: string, content: Content, options?: ExchangeOptions): Exchange<C>;
  /** The reply alone. */
  request<C = Content>(type: string, content?: Content, options?: ExchangeOptions): Promise<Message<C>>;
  execute(code: string, options?: Partial<Omit<ExecuteRequest, 'code'>> & ExchangeOptions): Exchange<ExecuteReply>;
  /** Sends what no reply is expected to, e.g. `comm_msg`. */
  send(type: string, content: Content, options?: ExchangeOptions): string;
  /** Calls `listener` with every message on iopub; returns how to stop. */
  onIopub(listener: (message: Message) => void): () => void;
  /** Waits until the kernel answers and its iopub arrives here. @throws when `timeout` milliseconds are over. */
  ready(timeout?: number): Promise<KernelInfoReply>;
  /** Whether the heartbeat came back within `timeout` milliseconds. */
  ping(timeout?: number): Promise<boolean>;
  /** Ends whatever waits, with `reason`. */
  close(reason?: Error): void;
};

type Waiting = {
  reply: (message: Message) => void;
  iopub: (message: Message) => void;
  fail: (reason: Error) => void;
  onInput?: ExchangeOptions['onInput'];
};

const OPTIONS = { linger: 0, receiveHighWaterMark: 0, reconnectInterval: 5, reconnectMaxInterval: 100 };

export function connectKernel(connection: Connection, log: (line: string) => void = console.error): KernelClient {
  const session = randomUUID();
  const codec = createCodec(connection.signature_scheme, connection.key);
  // One identity on all three: the kernel finds the prompt's way back by the identity of the execute_request.
  const dealer = () => new Dealer({ ...OPTIONS, sendHighWaterMark: 0, routingId: session });
  const dealers = { shell: dealer(), control: dealer(), stdin: dealer() };
  const subscriber = new Subscriber(OPTIONS);
  const channels = ['shell', 'control', 'stdin'] as const;
  for (const channel of channels) dealers[channel].connect(address(connection, channel));
  subscriber.connect(address(connection, 'iopub'));
  subscriber.subscribe();
  const outboxes = {
    shell: createOutbox(dealers.shell, log),
    control: createOutbox(dealers.control, log),
    stdin: createOutbox(dealers.stdin, log),
  };
  const waiting = new Map<string, Waiting>();
  const listeners = new Set<(message: Message) => void>();
  let closed: Error | undefined;

  const read = async (socket: Dealer | Subscriber, handle: (message: Message) => void) => {
    while (!closed) {
      try {
        const frames = (await socket.receive()) as Buffer[];
        handle(codec.decode(frames));
      } catch (error) {
        if (!closed) log(`dropped a message of the kernel: ${(error as Error).message}`);
      }
    }
  };
  const parentOf = (message: Message) => waiting.get(message.parent.msg_id ?? '');
  const answer = async (request: Message) => {
    const { prompt, password } = request.content as { prompt: string; password: boolean };
    const value = await parentOf(request)?.onInput?.(prompt, password);
    if (value !== undefined) post('stdin', 'input_reply', { value, status: 'ok' }, { parent: request });
  };
  for (const channel of ['shell', 'control'] as const) {
    void read(dealers[channel], (message) => parentOf(message)?.reply(message));
  }
  void read(dealers.stdin, (message) => void answer(message).catch((error) => log(String(error))));
  void read(subscriber, (message) => {
    for (const listener of listeners) listener(message);
    parentOf(message)?.iopub(message);
  });

  function post(
    channel: RequestChannel,
    type: string,
    content: Content,
    { metadata = {}, buffers = [], parent }: ExchangeOptions & { parent?: Message } = {},
  ): string {
    if (closed) throw closed;
    const header = createHeader(type, session);
    outboxes[channel].send(
      codec.encode({ identities: [], header, parent: parent?.header ?? {}, metadata, content, buffers }),
    );
    return header.msg_id;
  }

  const start: KernelClient['start'] = <C>(type: string, content: Content, options: ExchangeOptions = {}) => {
    const id = post(options.channel ?? 'shell', type, content, options);
    const { promise, resolve, reject } = Promise.withResolvers<Message<C>>();
    promise.catch(() => {}); // Who reads iopub alone is told there.
    const stream = createStream();
    let open = 2;
    let timer: NodeJS.Timeout | undefined;
    const part = () => {
      if (--open > 0) return;
      clearTimeout(timer);
      waiting.delete(id);
    };
    const entry: Waiting = {
      onInput: options.onInput,
      reply(message) {
        resolve(message as Message<C>);
        part();
      },
      iopub(message) {
        stream.push(message);
        if (message.header.msg_type !== 'status' || message.content.execution_state !== 'idle') return;
        stream.end();
        part();
      },
      fail(reason) {
        clearTimeout(timer);
        waiting.delete(id);
        reject(reason);
        stream.end(reason);
      },
    };
    if (options.timeout) {
      const late = () => entry.fail(new Error(`the kernel did not finish ${type} within ${options.timeout} ms`));
      timer = setTimeout(late, options.timeout);
    }
    waiting.set(id, entry);
    return { id, reply: promise, iopub: stream };
  };

  return {
    session,
    start,
    request: <C = Content>(type: string, content: Content = {}, options: ExchangeOptions = {}) =>
      start<C>(type, content, options).reply,
    execute(code, { channel, timeout, metadata, buffers, onInput, ...given } = {}) {
      const content = {
        code,
        silent: false,
        store_history: true,
        user_expressions: {},
        allow_stdin: onInput !== undefined,
        stop_on_error: true,
        ...given,
      };
      return start<ExecuteReply>('execute_request', content, { channel, timeout, metadata, buffers, onInput });
    },
    send: (type, content, options) => post(options?.channel ?? 'shell', type, content, options),
    onIopub(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async ready(timeout = 60_000) {
      const end = Date.now() + timeout;
      for (;;) {
        // A subscription takes effect some time after the connection: ask until an answer's idle arrives here too.
        const exchange = start<KernelInfoReply>('kernel_info_request', {}, { timeout: Math.max(1, end - Date.now()) });
        const { content } = await exchange.reply;
        const heard = (async () => {
          for await (const _ of exchange.iopub);
          return true;
        })();
        heard.catch(() => {});
        if (await Promise.race([heard, delay(25, false)])) return content;
      }
    },
    async ping(timeout = 1000) {
      const heartbeat = new Request({ linger: 0, receiveTimeout: timeout, sendTimeout: timeout });
      try {
        heartbeat.connect(address(connection, 'hb'));
        await heartbeat.send('ping');
        return String(await heartbeat.receive()) === 'ping';
      } catch {
        return false;
      } finally {
        heartbeat.close();
      }
    },
    close(reason = new Error('the connection to the kernel is closed')) {
      if (closed) return;
      closed = reason;
      for (const entry of [...waiting.values()]) entry.fail(reason);
      for (const socket of [...Object.values(dealers), subscriber]) socket.close();
    },
  };
}

function delay<T>(milliseconds: number, value: T): Promise<T> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds, value));
}
