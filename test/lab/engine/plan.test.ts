import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { type TestContext, test } from 'node:test';
import { plan } from '../../../lab/src/engine/plan.ts';

// The builds are for Linux; elsewhere the first sentence of the plan says so.
const skip = process.platform === 'linux' ? false : 'TensorFlow’s wheels have a library to build against on Linux only';

test('too little room on the disk is said before anything is brought', { skip }, async (t) => {
  const env = await index(t, { size: 1e15, platform: 'manylinux_2_17' });
  await assert.rejects(
    plan('tfjs-node', tmpdir(), env),
    /needs 4200000\.\d GB on the disk of .* are free\. Make room, or/,
  );
});

test('a glibc that is too old is said before anything is brought', { skip }, async (t) => {
  const env = await index(t, { size: 1, platform: 'manylinux_2_999' });
  await assert.rejects(plan('tfjs-node', tmpdir(), env), /its wheels need glibc 2\.999, this machine has 2\.\d+/);
});

test('a plan says versions, the file and what the disk must hold', { skip }, async (t) => {
  const env = await index(t, { size: 1000, platform: 'manylinux_2_17' });
  const whole = await plan('tfjs-node', tmpdir(), env);
  assert.deepEqual(whole.packages, ['@tensorflow/tfjs-node@4.22.0', 'node-api-headers@1.9.0']);
  assert.ok(whole.library?.kind === 'index' && whole.library.wheel.bytes === 1000);
  assert.ok(whole.diskBytes > 300e6);
});

test('webgpu without a Vulkan driver is planned, with a warning', { skip }, async () => {
  const listed = await plan('webgpu', tmpdir(), { VK_ICD_FILENAMES: '/some/driver.json' });
  assert.deepEqual(listed.notes, []);
  assert.deepEqual(listed.packages, ['@tensorflow/tfjs-backend-webgpu@4.22.0', 'webgpu@0.6.2']);
});

/** An environment whose package index has one wheel; the compiler is a program that every machine with the tests has. */
async function index(t: TestContext, { size, platform }: { size: number; platform: string }) {
  const files = ['x86_64', 'aarch64'].map((arch) => ({
    filename: `tensorflow-2.21.0-cp313-cp313-${platform}_${arch}.whl`,
    url: 'a.whl',
    hashes: { sha256: 'abc' },
    size,
  }));
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/vnd.pypi.simple.v1+json');
    response.end(JSON.stringify({ files }));
  }).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { PIP_INDEX_URL: url, CXX: process.execPath };
}
