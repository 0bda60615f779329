import assert from 'node:assert/strict';
import { createHmac, randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { Dealer } from 'zeromq';
import { address } from '../../kernel/wire/connection.ts';
import { createHeader } from '../../kernel/wire/message.ts';
import { testKernel } from '../helpers/kernel.ts';
import { record, times } from '../helpers/long.ts';
import { seededRandom } from '../helpers/random.ts';

const COUNT = times(2_000, 100_000);
/** So many go out before the kernel is asked whether it lives. */
const BATCH = 500;

test(`${COUNT} random, truncated, forged and oversized inputs leave the kernel alive and answering`, async () => {
  await using kernel = await testKernel();
  await kernel.run('const kept = 42');
  const { connection } = kernel;
  const random = generator(1);
  const sockets = (['shell', 'control', 'stdin'] as const).map((channel) => {
    const socket = new Dealer({ linger: 0, sendHighWaterMark: 0, receiveHighWaterMark: 0 });
    socket.connect(address(connection, channel));
    void drain(socket);
    return socket;
  });
  const started = performance.now();
  const kinds: Record<string, number> = {};
  try {
    for (let sent = 0; sent < COUNT; ) {
      for (let n = 0; n < BATCH && sent < COUNT; n++, sent++) {
        const [kind, frames] = input(random, connection.key);
        kinds[kind] = (kinds[kind] ?? 0) + 1;
        await sockets[random(sockets.length)]!.send(frames);
      }
      const { content } = await kernel.client.request('kernel_info_request', {}, { timeout: 120_000 });
      assert.equal(content.status, 'ok');
      const { stdout } = await kernel.run('console.log(kept)', { timeout: 120_000, stop_on_error: false });
      assert.equal(stdout, '42\n');
      assert.equal(await kernel.client.ping(30_000), true);
    }
    assert.equal(kernel.process.exitCode, null);
  } finally {
    for (const socket of sockets) socket.close();
  }
  const seconds = (performance.now() - started) / 1000;
  const counts = Object.entries(kinds).map(([kind, count]) => `${count} ${kind}`);
  console.log(`${COUNT} inputs in ${seconds.toFixed(0)} s: ${counts.join(', ')}`);
  record(
    `${COUNT.toLocaleString('en')} inputs on the kernel's sockets`,
    `${counts.join(', ')}; alive and answering after each 500`,
  );
});

type Random = (below: number) => number;

function generator(seed: number): Random {
  const random = seededRandom(seed);
  return (below) => Math.floor(random() * below);
}

const TYPES = [
  ...['execute', 'complete', 'inspect', 'is_complete', 'history', 'comm_info', 'kernel_info', 'connect', 'debug'].map(
    (name) => `${name}_request`,
  ),
  ...['comm_open', 'comm_msg', 'comm_close', 'input_reply', 'execute_reply', 'status', '__proto__', 'constructor', ''],
];

/** One input, and what is wrong with it. */
function input(random: Random, key: string): [string, Buffer[]] {
  const good = () => message(random, key);
  switch (random(8)) {
    case 0:
      return ['random frames', Array.from({ length: 1 + random(8) }, () => bytes(random, random(200)))];
    case 1:
      return ['frames left out', good().slice(random(3), 2 + random(4))];
    case 2: {
      const frames = good();
      const at = random(frames.length);
      frames[at] = frames[at]!.subarray(0, random(frames[at]!.length + 1));
      return ['a frame cut short', frames];
    }
    case 3:
      return ['another key', message(random, randomUUID())];
    case 4: {
      const frames = good();
      const at = random(frames.length);
      if (frames[at]!.length) frames[at]![random(frames[at]!.length)]! ^= 1 << random(8);
      return ['a bit turned', frames];
    }
    case 5: {
      const size = random(400) === 0 ? 8 << 20 : 20_000;
      return ['oversized', [...good(), ...Array.from({ length: random(4) }, () => Buffer.alloc(size, random(256)))]];
    }
    case 6: {
      const parts = Array.from({ length: 4 }, () => Buffer.from(JUNK[random(JUNK.length)]!));
      return ['signed, but no message', [DELIMITER, sign(key, parts), ...parts]];
    }
    default:
      return ['signed, with wrong content', good()];
  }
}

const DELIMITER = Buffer.from('<IDS|MSG>');
const JUNK = [
  '',
  'null',
  '[]',
  '5',
  '"text"',
  '{',
  '{}',
  '\xff\xfe',
  '{"msg_id":5}',
  '{"msg_id":"a","msg_type":{}}',
  `${'['.repeat(20_000)}`,
];

function message(random: Random, key: string): Buffer[] {
  const type = TYPES[random(TYPES.length)]!;
  const header: Record<string, unknown> = { ...createHeader(type, 'fuzz') };
  if (random(4) === 0) header[Object.keys(header)[random(6)]!] = value(random, 1);
  const content: Record<string, unknown> = {};
  const fields = ['code', 'cursor_pos', 'detail_level', 'hist_access_type', 'n', 'session', 'pattern', 'comm_id'];
  fields.push('target_name', 'data', 'user_expressions', 'silent', 'value', 'command', 'start', 'stop', '__proto__');
  for (let n = random(5); n > 0; n--) content[fields[random(fields.length)]!] = value(random, 3);
  const parts = [header, random(3) ? {} : value(random, 2), {}, content].map((part) =>
    Buffer.from(JSON.stringify(part) ?? 'null'),
  );
  return [DELIMITER, sign(key, parts), ...parts];
}

function value(random: Random, depth: number): unknown {
  const simple = [
    null,
    true,
    0,
    -1,
    1e308,
    5.5,
    '',
    '1',
    '}{',
    '💥',
    '\u0000',
    'tail',
    'search',
    '*[',
    'x'.repeat(5000),
  ];
  if (depth === 0 || random(3) > 0) return simple[random(simple.length)];
  if (random(2)) return Array.from({ length: random(4) }, () => value(random, depth - 1));
  return Object.fromEntries(Array.from({ length: random(4) }, (_, n) => [`k${n}`, value(random, depth - 1)]));
}

function bytes(random: Random, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => random(256)));
}

function sign(key: string, parts: Buffer[]): Buffer {
  const hmac = createHmac('sha256', key);
  for (const part of parts) hmac.update(part);
  return Buffer.from(hmac.digest('hex'));
}

async function drain(socket: Dealer): Promise<void> {
  while (!socket.closed) await socket.receive().catch(() => {});
}
