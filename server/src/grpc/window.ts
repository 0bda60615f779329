import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Http2Session } from 'node:http2';

/** Bytes of one message, and of all on a connection, that a client may send before it is told to go on. */
const STREAM = 1024 * 1024;
const CONNECTION = 4 * STREAM;

const STREAMS = 'http2.server.stream.created';
const widened = new WeakSet<Http2Session>();

/**
 * HTTP/2's own 64 KiB stop a batch of images half-way, which costs such a message half its time; gRPC's C++ servers, which TF Serving
 * is one of, widen them too. grpc-js can do so for its clients only, so its sessions are met on Node's own channel.
 */
export function widenWindows(): void {
  // Once, however many servers there are.
  unsubscribe(STREAMS, widen);
  subscribe(STREAMS, widen);
}

function widen(message: unknown): void {
  const { session } = (
    message as { stream: { session: (Http2Session & { setLocalWindowSize(bytes: number): void }) | undefined } }
  ).stream;
  if (!session || session.destroyed || widened.has(session)) return;
  widened.add(session);
  session.settings({ initialWindowSize: STREAM });
  session.setLocalWindowSize(CONNECTION);
}
