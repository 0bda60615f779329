import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { createCodec, createHeader, ReadyJson, WireError } from '../../../kernel/wire/message.ts';
import type { Message } from '../../../kernel/wire/protocol.ts';

const KEY = 'a0436f6c-1916-498b-8eb9-e81ab9368e84';

function message(content: Record<string, unknown> = { code: 'π = 😀' }): Message {
  return {
    identities: [Buffer.from([0, 1, 255])],
    header: createHeader('execute_request', 'session'),
    parent: {},
    metadata: { tags: [] },
    content,
    buffers: [Buffer.from('one'), Buffer.alloc(0)],
  };
}

const codec = () => createCodec('hmac-sha256', KEY);

describe('a message', () => {
  test('comes out of its frames as it went in', () => {
    const sent = message();
    assert.deepEqual(codec().decode(codec().encode(sent)), sent);
  });

  test('may have parts that are JSON already', () => {
    const texts = ['a "quoted"\n\ud83d\ude00 \ud800', 'plain'];
    const ready = texts.map((text) => new ReadyJson(Buffer.from(JSON.stringify(text))));
    const content = (parts: unknown[]) => ({
      data: { 'text/html': parts[0], 'image/png': parts[1], 'text/plain': 'x' },
    });
    const sent = codec().encode(message(content(ready)));
    assert.deepEqual(codec().decode(sent).content, content(texts));
  });

  test('has the frames that the protocol names, in its order', () => {
    const frames = codec().encode(message());
    assert.deepEqual(frames.slice(0, 2).map(String), [Buffer.from([0, 1, 255]).toString(), '<IDS|MSG>']);
    assert.equal(frames.length, 9);
    // jupyter_client: the hex digest of header, parent header, metadata and content, in that order.
    const digest = createHmac('sha256', KEY)
      .update(Buffer.concat(frames.slice(3, 7)))
      .digest('hex');
    assert.equal(String(frames[2]), digest);
  });

  test('carries the date in ISO 8601 and the version of the protocol', () => {
    const { date, version } = createHeader('x', 's');
    assert.equal(new Date(date).toISOString(), date);
    assert.equal(version, '5.5');
  });

  test('is believed without a signature when the connection has no key', () => {
    const open = createCodec('hmac-sha256', '');
    const frames = open.encode(message());
    assert.equal(String(frames[2]), '');
    frames[2] = Buffer.from('whatever');
    assert.equal(open.decode(frames).content.code, 'π = 😀');
  });
});

describe('a message is dropped', () => {
  const cases: [string, (frames: Buffer[]) => Buffer[], RegExp][] = [
    ['with another key', () => createCodec('hmac-sha256', 'other').encode(message()), /signature does not match/],
    ['with a changed content', (frames) => frames.with(6, Buffer.from('{"code":"evil"}')), /signature does not match/],
    ['with an empty signature', (frames) => frames.with(2, Buffer.alloc(0)), /signature does not match/],
    ['with half a signature', (frames) => frames.with(2, frames[2]!.subarray(0, 32)), /signature does not match/],
    ['cut after the delimiter', (frames) => frames.slice(0, 2), /0 frames after the delimiter/],
    ['cut after the metadata', (frames) => frames.slice(0, 6), /4 frames after the delimiter/],
    ['without a delimiter', (frames) => frames.filter((_, n) => n !== 1), /no <IDS\|MSG>/],
    ['of no frames', () => [], /no <IDS\|MSG>/],
  ];
  for (const [name, change, expected] of cases) {
    test(name, () => {
      assert.throws(
        () => codec().decode(change(codec().encode(message()))),
        (error: Error) => {
          assert.ok(error instanceof WireError);
          assert.match(error.message, expected);
          return true;
        },
      );
    });
  }

  test('when it was received before', () => {
    const receiver = codec();
    const frames = codec().encode(message());
    receiver.decode(frames);
    assert.throws(() => receiver.decode(frames), /seen before/);
  });

  test('when what is signed is not JSON, not an object, or a header without msg_id', () => {
    const signed = (...parts: string[]) => {
      const digest = createHmac('sha256', KEY).update(parts.join('')).digest('hex');
      return ['<IDS|MSG>', digest, ...parts].map((part) => Buffer.from(part));
    };
    assert.throws(() => codec().decode(signed('{', '{}', '{}', '{}')), /not JSON/);
    assert.throws(() => codec().decode(signed('[]', '{}', '{}', '{}')), /not a JSON object/);
    assert.throws(() => codec().decode(signed('{}', '{}', 'null', '{}')), /not a JSON object/);
    assert.throws(() => codec().decode(signed('{"msg_type":"x"}', '{}', '{}', '{}')), /no msg_id/);
    assert.throws(() => codec().decode(signed('{"msg_id":1,"msg_type":"x"}', '{}', '{}', '{}')), /no msg_id/);
  });
});

test('an unknown signature scheme is refused with its name', () => {
  assert.throws(() => createCodec('rot13', KEY), /"rot13".*hmac-sha256/);
});
