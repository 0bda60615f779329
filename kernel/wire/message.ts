/** ZeroMQ frames ↔ Message, signed and verified as the Jupyter protocol prescribes. */
import { createHmac, randomUUID, timingSafeEqual } from 'node:crypto';
import { type Content, type Header, type Message, PROTOCOL_VERSION } from './protocol.ts';

export type Codec = {
  /** The frames of a message, signed; they go out in one write. */
  encode(message: Message): Buffer[];
  /** @throws {WireError} for what is cut short, forged, replayed or not JSON. */
  decode(frames: Buffer[]): Message;
};

/** Why a received message was dropped. Nothing answers it: who cannot sign gets no sign of life. */
export class WireError extends Error {}

const DELIMITER = Buffer.from('<IDS|MSG>');
/** As many as jupyter_client remembers. */
const REMEMBERED_SIGNATURES = 65_536;

/** @param scheme e.g. `hmac-sha256` @param key empty: nothing is signed and everything is believed */
export function createCodec(scheme: string, key: string): Codec {
  const sign = signer(scheme, key);
  const replayed = replayGuard();
  return {
    encode({ identities, header, parent, metadata, content, buffers }) {
      const parts = [header, parent, metadata, content].map(toJson);
      return [...identities, DELIMITER, Buffer.from(sign(parts)), ...parts, ...buffers];
    },
    decode(frames) {
      const at = frames.findIndex((frame) => frame.equals(DELIMITER));
      if (at < 0) throw new WireError('no <IDS|MSG> delimiter');
      const [signature, ...rest] = frames.slice(at + 1);
      const parts = rest.slice(0, 4);
      if (!signature || parts.length < 4)
        throw new WireError(`${frames.length - at - 1} frames after the delimiter, 5 needed`);
      if (key) {
        if (!sameBytes(Buffer.from(sign(parts)), signature)) throw new WireError('the signature does not match');
        if (replayed(signature.toString('latin1'))) throw new WireError('the signature was seen before');
      }
      const [header, parent, metadata, content] = parts.map(parseRecord);
      return {
        identities: frames.slice(0, at),
        header: requireHeader(header!),
        parent: parent as Header,
        metadata: metadata!,
        content: content!,
        buffers: rest.slice(4),
      };
    },
  };
}

/** A part of a message whose JSON is there already: ten megabytes of HTML are escaped once, where they were made. */
export class ReadyJson {
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  toJSON(): string {
    return mark + (met.push(this) - 1);
  }
}

const mark = randomUUID();
/** Those that JSON.stringify has met. */
let met: ReadyJson[] = [];

function toJson(part: unknown): Buffer {
  met = [];
  const text = JSON.stringify(part);
  if (met.length === 0) return Buffer.from(text);
  const pieces = text.split(new RegExp(`"${mark}(\\d+)"`));
  return Buffer.concat(pieces.map((piece, i) => (i % 2 === 0 ? Buffer.from(piece) : met[Number(piece)]!.bytes)));
}

export function createHeader(type: string, session: string, username = 'typelab'): Header {
  return {
    msg_id: randomUUID(),
    session,
    username,
    date: new Date().toISOString(),
    msg_type: type,
    version: PROTOCOL_VERSION,
  };
}

function signer(scheme: string, key: string): (parts: Buffer[]) => string {
  if (!key) return () => '';
  const hash = /^hmac-(\w+)$/.exec(scheme)?.[1];
  if (!hash) throw new Error(`unknown signature_scheme ${JSON.stringify(scheme)}; use "hmac-sha256"`);
  return (parts) => {
    const hmac = createHmac(hash, key);
    for (const part of parts) hmac.update(part);
    return hmac.digest('hex');
  };
}

/** A Set keeps the order of insertion, so the oldest signature is forgotten first. */
function replayGuard(): (signature: string) => boolean {
  const seen = new Set<string>();
  return (signature) => {
    if (seen.has(signature)) return true;
    seen.add(signature);
    if (seen.size > REMEMBERED_SIGNATURES) seen.delete(seen.values().next().value!);
    return false;
  };
}

function sameBytes(expected: Buffer, given: Buffer): boolean {
  return expected.length === given.length && timingSafeEqual(expected, given);
}

function parseRecord(frame: Buffer): Content {
  let value: unknown;
  try {
    value = JSON.parse(frame.toString());
  } catch (error) {
    throw new WireError(`not JSON: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new WireError('not a JSON object');
  return value as Content;
}

function requireHeader(header: Content): Header {
  for (const field of ['msg_id', 'msg_type']) {
    if (typeof header[field] !== 'string') throw new WireError(`the header has no ${field}`);
  }
  return header as Header;
}
