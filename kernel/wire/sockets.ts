/** The kernel's five sockets. The only file of the kernel that opens a port. */
import { Reply, Router, XPublisher } from 'zeromq';
import { address, type Channel } from './connection.ts';
import { createCodec, createHeader, WireError } from './message.ts';
import { createOutbox } from './outbox.ts';
import type { Connection, Content, Header, Message, RequestChannel } from './protocol.ts';

export type Sockets = {
  /** The kernel's own session, in the header of everything it sends. */
  session: string;
  /** Answers `request` on the channel that it came by. @returns the answer's msg_id */
  reply(channel: RequestChannel, request: Message, type: string, content: Content): string;
  /** @param parent the header of the request that caused it */
  publish(
    type: string,
    parent: Header | undefined,
    content: Content,
    extra?: { metadata?: Content; buffers?: Buffer[] },
  ): void;
  /** Delivers what was sent, at most for a second, and closes. */
  close(): Promise<void>;
};

export type SocketsOptions = {
  session: string;
  receive(channel: RequestChannel, message: Message): void;
  log(line: string): void;
};

// Linger: the shutdown_reply must still get out. High-water mark 0: zeromq would drop what overflows, the idle status with it.
const OPTIONS = { linger: 1000, sendHighWaterMark: 0, receiveHighWaterMark: 0 };

export async function openSockets(connection: Connection, { session, receive, log }: SocketsOptions): Promise<Sockets> {
  const codec = createCodec(connection.signature_scheme, connection.key);
  // Handover: a front end that comes back with its old identity must not be refused.
  const routers = {
    shell: new Router({ ...OPTIONS, handover: true }),
    control: new Router({ ...OPTIONS, handover: true }),
    stdin: new Router({ ...OPTIONS, handover: true }),
  };
  const iopub = new XPublisher({ ...OPTIONS, verbosity: 'allSubs' });
  const heartbeat = new Reply({ linger: 0 });
  const all: [Channel, Router | XPublisher | Reply][] = [
    ['hb', heartbeat],
    ['iopub', iopub],
    ['control', routers.control],
    ['stdin', routers.stdin],
    ['shell', routers.shell],
  ];
  for (const [channel, socket] of all) {
    try {
      await socket.bind(address(connection, channel));
    } catch (error) {
      for (const [, opened] of all) opened.close();
      throw new Error(`cannot listen for ${channel} on ${address(connection, channel)}: ${(error as Error).message}`);
    }
  }
  const outboxes = {
    shell: createOutbox(routers.shell, log),
    control: createOutbox(routers.control, log),
    stdin: createOutbox(routers.stdin, log),
    iopub: createOutbox(iopub, log),
  };

  const publish: Sockets['publish'] = (type, parent, content, { metadata = {}, buffers = [] } = {}) => {
    const identities = [Buffer.from(`kernel.${session}.${type}`)];
    const header = createHeader(type, session);
    outboxes.iopub.send(codec.encode({ identities, header, parent: parent ?? {}, metadata, content, buffers }));
  };

  const listener = firstListener();
  for (const channel of ['shell', 'control', 'stdin'] as const) {
    void eachMessage(routers[channel], log, async (frames) => {
      if (channel === 'shell') await listener.waited();
      try {
        receive(channel, codec.decode(frames));
      } catch (error) {
        if (!(error instanceof WireError)) throw error;
        log(`dropped a message on ${channel}: ${error.message}`);
      }
    });
  }
  void eachMessage(heartbeat, log, (frames) => heartbeat.send(frames));
  void eachMessage(iopub, log, ([subscription]) => {
    if (subscription?.[0] !== 1) return;
    listener.came();
    const topic = subscription.subarray(1);
    const header = createHeader('iopub_welcome', session);
    const content = { subscription: topic.toString() };
    outboxes.iopub.send(codec.encode({ identities: [topic], header, parent: {}, metadata: {}, content, buffers: [] }));
  });

  return {
    session,
    reply(channel, request, type, content) {
      const header = createHeader(type, session);
      const { identities, header: parent } = request;
      outboxes[channel].send(codec.encode({ identities, header, parent, metadata: {}, content, buffers: [] }));
      return header.msg_id;
    },
    publish,
    async close() {
      await Promise.race([
        Promise.all(Object.values(outboxes).map((outbox) => outbox.flushed())),
        new Promise((resolve) => setTimeout(resolve, 1000).unref()),
      ]);
      for (const [, socket] of all) socket.close();
    },
  };
}

/** Milliseconds for which the first request waits for somebody who listens. */
const PATIENCE = 1000;

/**
 * A front end connects its sockets at once, but they are ready one after the other: until its iopub is, whatever a request prints
 * is lost, and the idle status too, for which jupyter console then waits for ever.
 */
function firstListener(): { came(): void; waited(): Promise<void> | undefined } {
  let came: () => void = () => {};
  let waiting: Promise<void> | undefined;
  let over = false;
  const listener = new Promise<void>((resolve) => {
    came = () => {
      over = true;
      resolve();
    };
  });
  return {
    came,
    waited() {
      if (over) return undefined;
      waiting ??= Promise.race([listener, new Promise<void>((resolve) => setTimeout(resolve, PATIENCE).unref())]).then(
        came,
      );
      return waiting;
    },
  };
}

/** One message after the other until the socket is closed; whatever a handler throws is logged, never fatal. */
async function eachMessage(
  socket: Router | XPublisher | Reply,
  log: (line: string) => void,
  handle: (frames: Buffer[]) => unknown,
): Promise<void> {
  while (!socket.closed) {
    try {
      const frames = await socket.receive();
      await handle(frames as Buffer[]);
    } catch (error) {
      if (!socket.closed) log(`a message could not be handled: ${(error as Error).stack}`);
    }
  }
}
