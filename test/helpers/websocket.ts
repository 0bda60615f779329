import type { Page } from 'playwright-core';
import type { Message } from '../../kernel/wire/protocol.ts';
import { schemaError } from './schema.ts';

/** What is wrong with the kernel's messages that reach the page; `count` says how many there were. */
export function checkMessages(page: Page): { count: number; wrong: Set<string> } {
  const found = { count: 0, wrong: new Set<string>() };
  page.on('websocket', (socket) => {
    if (!socket.url().includes('/channels')) return;
    socket.on('framereceived', ({ payload }) => {
      if (typeof payload === 'string') return;
      found.count += 1;
      const message = decode(payload);
      // Jupyter Server tells of restarts and of dead kernels in a status of its own.
      if (['restarting', 'dead', 'autorestarting'].includes(String(message.content.execution_state))) return;
      const error = schemaError(message);
      if (error) found.wrong.add(error);
    });
  });
  return found;
}

/** The subprotocol v1.kernel.websocket.jupyter.org: offsets, then the channel and the frames of the message. */
function decode(bytes: Buffer): Message {
  const offsets = Array.from({ length: Number(bytes.readBigUInt64LE(0)) }, (_, n) =>
    Number(bytes.readBigUInt64LE(8 * (n + 1))),
  );
  const [, header, parent, metadata, content, ...buffers] = offsets
    .slice(0, -1)
    .map((start, n) => bytes.subarray(start, offsets[n + 1]));
  const json = (part?: Buffer) => JSON.parse(String(part));
  return {
    identities: [],
    header: json(header),
    parent: json(parent),
    metadata: json(metadata),
    content: json(content),
    buffers,
  };
}
