/** Comms between front ends and the user's code: who has one open, and what goes through it both ways. */
import type { CommMessage, FromRuntime, ToRuntime } from '../border.ts';
import type { Content, Header, Message } from '../wire/protocol.ts';
import type { Sockets } from '../wire/sockets.ts';

export type Comms = {
  /** What comm_info_reply tells. @param target only those of this one */
  info(target?: unknown): Record<string, { target_name: string }>;
  /** Hands a front end's message on. Resolves when the user's code has dealt with it. */
  receive(request: Message): Promise<undefined>;
  /** From now on the user's code may answer in the name of that request. */
  know(header: Header): void;
  fromRuntime(message: Extract<FromRuntime, { kind: 'comm' }>): void;
  handled(request: string): void;
  /** After an interrupt nobody waits for code that was cut off. */
  release(): void;
};

/** Widgets of old cells still send; of this many requests the header is remembered. */
const REMEMBERED = 5000;

export function createComms({
  post,
  publish,
  log,
}: {
  post(message: ToRuntime): void;
  publish: Sockets['publish'];
  log(line: string): void;
}): Comms {
  const targets = new Map<string, string>();
  const waiting = new Map<string, () => void>();
  const parents = new Map<string, Header>();

  function remember(message: CommMessage): void {
    if (message.type === 'open') targets.set(message.comm, message.target);
    if (message.type === 'close') targets.delete(message.comm);
  }

  return {
    info: (target) =>
      Object.fromEntries(
        [...targets].flatMap(([comm, target_name]) =>
          typeof target !== 'string' || target === target_name ? [[comm, { target_name }]] : [],
        ),
      ),
    async receive(request) {
      const message = parse(request);
      if (message.type !== 'open' && !targets.has(message.comm)) {
        log(`ignored ${request.header.msg_type}: no comm ${JSON.stringify(message.comm)} is open`);
        return undefined;
      }
      remember(message);
      const { promise, resolve } = Promise.withResolvers<void>();
      const { msg_id } = request.header;
      waiting.set(msg_id, resolve);
      post({ kind: 'comm', request: msg_id, message });
      await promise;
      waiting.delete(msg_id);
      return undefined;
    },
    know(header) {
      parents.set(header.msg_id, header);
      if (parents.size > REMEMBERED) parents.delete(parents.keys().next().value!);
    },
    fromRuntime({ parent, message }) {
      remember(message);
      const { type, comm, data, metadata, buffers } = message;
      const content = { comm_id: comm, ...(type === 'open' ? { target_name: message.target } : {}), data };
      publish(`comm_${type}`, parents.get(parent), content, { metadata, buffers: buffers.map(toBuffer) });
    },
    handled: (request) => waiting.get(request)?.(),
    release() {
      for (const resolve of waiting.values()) resolve();
    },
  };
}

/** @throws when it names no comm, or opens one without a target */
function parse({ header, content, metadata, buffers }: Message): CommMessage {
  const type = header.msg_type.slice('comm_'.length) as CommMessage['type'];
  const common = { comm: name(content, 'comm_id'), data: (content.data ?? {}) as Content, metadata, buffers };
  return type === 'open' ? { type, target: name(content, 'target_name'), ...common } : { type, ...common };
}

function name(content: Content, field: string): string {
  if (typeof content[field] !== 'string') throw new TypeError(`a comm's message needs a string as ${field}`);
  return content[field];
}

function toBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
