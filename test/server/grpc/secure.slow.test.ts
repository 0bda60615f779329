import assert from 'node:assert/strict';
import { execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { python } from '../../helpers/python.ts';
import { savedModel } from '../process/saved-model.ts';
import { freePort, runServer, startServer } from '../process/server.ts';
import { withoutServingApi } from './serving-api.ts';

const withoutOpenssl =
  spawnSync('openssl', ['version']).status === 0 ? false : 'needs openssl (Debian: apt-get install openssl)';

for (const [processes, more] of Object.entries({ 'one process': [], 'two workers': ['--num_workers=2'] })) {
  test(`the Python client reaches ${processes} over TLS, with certificates of its own, by a UNIX socket, and asks for health`, {
    skip: withoutServingApi || withoutOpenssl,
  }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'typelab-tls-'));
    makeKeys(folder);
    const [tls, mutual, plain] = [await freePort(), await freePort(), await freePort()];
    const socket = join(folder, 'grpc.sock');
    const base = savedModel(1);
    const start = (port: number, ...flags: string[]) =>
      startServer([`--port=${port}`, '--model_name=plus', `--model_base_path=${base}`, ...more, ...flags], {
        until: `Running gRPC ModelServer at 0.0.0.0:${port} ...`,
      });
    const servers = await Promise.all([
      start(tls, `--ssl_config_file=${sslConfig(folder, false)}`),
      start(mutual, `--ssl_config_file=${sslConfig(folder, true)}`),
      start(plain, `--grpc_socket_path=${socket}`, '--enable_grpc_healthcheck_service'),
    ]);
    const places = { tls: `127.0.0.1:${tls}`, mutual: `127.0.0.1:${mutual}`, plain: `127.0.0.1:${plain}`, socket };
    const script = join(import.meta.dirname, 'secure_client.py');
    const { stdout } = await promisify(execFile)(python as string, [script, folder, JSON.stringify(places)], {
      timeout: 120_000,
    });
    for (const server of servers) assert.equal(await server.stop(), 0);
    t.assert.fileSnapshot(stdout, join(import.meta.dirname, 'golden', 'secure.txt'), { serializers: [String] });
  });
}

test('keys that are none are refused at the start', async () => {
  const file = join(mkdtempSync(join(tmpdir(), 'typelab-tls-')), 'ssl.config');
  writeFileSync(file, 'server_key: "none" server_cert: "none"');
  const port = await freePort();
  const { code, out } = await runServer(
    `--port=${port}`,
    `--ssl_config_file=${file}`,
    '--model_name=plus',
    `--model_base_path=${savedModel(1)}`,
  );
  assert.equal(code, 255);
  assert.match(out, /^Failed to start server\. Error: INVALID_ARGUMENT: --ssl_config_file: /);
});

/** An authority, and a server and a client that it vouches for. */
function makeKeys(folder: string): void {
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
  const fresh = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
  openssl('req', '-x509', ...fresh, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=ca');
  for (const name of ['server', 'client']) {
    const subject = name === 'server' ? 'localhost' : name;
    openssl('req', ...fresh.slice(0, 5), '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${subject}`);
    writeFileSync(join(folder, `${name}.ext`), `subjectAltName=DNS:${subject}`);
    const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', `${name}.ext`];
    openssl('x509', '-req', '-in', `${name}.csr`, ...by, '-out', `${name}.pem`);
  }
}

function sslConfig(folder: string, clientVerify: boolean): string {
  const text = (name: string) => JSON.stringify(readFileSync(join(folder, name), 'utf8'));
  const file = join(folder, `ssl-${clientVerify}.config`);
  writeFileSync(
    file,
    `server_key: ${text('server.key')}
     server_cert: ${text('server.pem')}
     custom_ca: ${text('ca.pem')}
     client_verify: ${clientVerify}`,
  );
  return file;
}
