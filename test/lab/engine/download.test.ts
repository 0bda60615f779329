import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { download } from '../../../lab/src/engine/download.ts';

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => i % 251));
const sha256 = createHash('sha256').update(content).digest('hex');

test('a download that broke off goes on from where it was', async (t) => {
  const { wheel, file, asked, breakOff } = await index(t, { breakAt: 100_000 });
  let saved = 0;
  await assert.rejects(
    download(wheel, file, (bytes) => {
      saved = bytes;
      breakOff();
    }),
    (error: Error) =>
      error.message.includes(`broke off after ${saved} bytes`) && /the same command goes on/.test(error.message),
  );
  assert.equal(existsSync(file), false, 'half a file has not the name of a whole one');
  let shown = 0;
  await download(wheel, file, (bytes) => {
    shown = bytes;
  });
  assert.deepEqual(readFileSync(file), content);
  assert.equal(shown, content.length);
  assert.deepEqual(asked, [undefined, `bytes=${saved}-`]);
});

test('a server without ranges sends all of it again', async (t) => {
  const { wheel, file } = await index(t, { ranges: false });
  writeFileSync(`${file}.part`, 'half');
  await download(wheel, file, () => undefined);
  assert.deepEqual(readFileSync(file), content);
});

test('a damaged file is refused and thrown away', async (t) => {
  const { wheel, file } = await index(t, {});
  const wrong = { ...wheel, sha256: '0'.repeat(64) };
  await assert.rejects(
    download(wrong, file, () => undefined),
    /tensorflow\.whl is damaged: its SHA-256 is .*Try again/,
  );
  assert.equal(existsSync(file) || existsSync(`${file}.part`), false);
});

test('what is there and whole is not brought again', async (t) => {
  const { wheel, file, asked } = await index(t, {});
  writeFileSync(file, content);
  await download(wheel, file, () => undefined);
  assert.deepEqual(asked, []);
});

/** An index's file server, which may know no ranges, or send only so much the first time, until it is told to break off. */
async function index(t: TestContext, { ranges = true, breakAt = 0 }) {
  const asked: (string | undefined)[] = [];
  let breakOff = () => {};
  const server = createServer((request, response) => {
    const { range } = request.headers;
    asked.push(range);
    const from = ranges && range ? Number(/\d+/.exec(range)![0]) : 0;
    const rest = content.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, { 'content-length': rest.length });
    if (breakAt === 0 || asked.length > 1) return void response.end(rest);
    breakOff = () => response.destroy();
    response.write(rest.subarray(0, breakAt));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const folder = mkdtempSync(join(tmpdir(), 'typelab-download-'));
  t.after(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true });
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/tensorflow.whl`;
  const wheel = { file: 'tensorflow.whl', url, sha256, bytes: content.length, version: '2.21.0' };
  return { wheel, file: join(folder, wheel.file), asked, breakOff: () => breakOff() };
}
