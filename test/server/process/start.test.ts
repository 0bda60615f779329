import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { root } from '../../helpers/root.ts';
import { baseFolder } from '../fake-core.ts';
import { freePort, runServer, startServer } from './server.ts';

const FAILED = 'Failed to start server. Error: INVALID_ARGUMENT: ';

describe('starting the program', () => {
  test('--version prints both versions and ends with 0', async () => {
    const { code, out } = await runServer('--version');
    assert.equal(code, 0);
    assert.match(out, /^TensorFlow ModelServer: \S+\nTensorFlow Library: .+\n$/);
  });

  test('--help prints each flag with its default and ends with 255', async () => {
    const { code, out } = await runServer('--help');
    assert.equal(code, 255);
    assert.ok(
      out.startsWith('usage: tensorflow_model_server\nFlags:\n\t--port=8500                      \tint32\tTCP port'),
    );
    assert.match(out, /\t--model_name="default" +\tstring\t/);
    assert.match(out, /\t--per_process_gpu_memory_fraction=0.000000\tfloat\t/);
  });

  test('a value that does not parse prints the usage and ends with 255', async () => {
    const { code, out, log } = await runServer('--port=abc');
    assert.equal(code, 255);
    assert.ok(out.startsWith('usage: '));
    assert.match(log, /E \S+ Couldn't interpret value =abc for flag port\.\n/);
  });

  test('an unknown flag is reported and ignored', async () => {
    const { code, out } = await runServer('--nonsense=1', '--port=0');
    assert.ok(out.startsWith('unknown argument: --nonsense=1\nusage: '));
    assert.ok(
      out.endsWith(
        `${FAILED}At least one of server_options.grpc_port or server_options.grpc_socket_path must be set.\n`,
      ),
    );
    assert.equal(code, 255);
  });

  test('refuses what TF Serving refuses, in its words', async () => {
    const refused = async (flags: string[], text: string) => {
      const { code, out } = await runServer(...flags);
      assert.deepEqual({ code, out }, { code: 255, out: `${FAILED}${text}\n` });
    };
    await refused([], 'Both server_options.model_base_path and server_options.model_config_file are empty!');
    await refused(
      ['--model_base_path=models/x', '--model_name=x'],
      'Expected model x to have an absolute path or URI; got base_path()=models/x',
    );
    await refused(
      ['--model_base_path=/x', '--batching_parameters_file=/b'],
      'server_options.batching_parameters_file is set without setting server_options.enable_batching to true.',
    );
    await refused(
      ['--model_base_path=/x', '--use_alts_credentials', '--ssl_config_file=/s'],
      'Either use_alts_credentials must be false or ssl_config_file must be empty.',
    );
  });

  test('a base path that is missing is waited for, and named in the log', async () => {
    const port = await freePort();
    const missing = join(baseFolder(), 'later');
    const server = await startServer(
      [`--port=${await freePort()}`, `--rest_api_port=${port}`, `--model_base_path=${missing}`],
      {
        until: 'filesystem access error',
      },
    );
    assert.ok(server.log().includes(`Could not find base path ${missing} for servable default with error NOT_FOUND: `));
    await assert.rejects(fetch(`http://127.0.0.1:${port}/v1/models/default`));
    assert.equal(await server.stop(), 0);
  });

  const old = ['/usr/bin/node', '/bin/node'].find((path) => existsSync(path));
  test('an old Node says which one is needed', { skip: old ? false : 'no system Node here' }, async (t) => {
    const run = promisify(execFile);
    const { stdout } = await run(old as string, ['--version']);
    if (Number(stdout.slice(1).split('.')[0]) >= 24) return t.skip('the system’s Node is new enough');
    const result = await run(old as string, [join(root, 'server', 'main.ts')]).catch((error) => error);
    assert.equal(result.code, 1);
    assert.equal(
      result.stderr,
      `tensorflow_model_server needs Node 24.15 or newer (or 26); this is Node ${stdout.trim().slice(1)}. In a clone: npm run tensorflow_model_server -- …\n`,
    );
  });
});

test('a UNIX socket that a killed server left, or another has, is taken over as gRPC’s own servers do', async () => {
  const { savedModel } = await import('./saved-model.ts');
  const model = savedModel(1);
  const socket = join(model, 'grpc.sock');
  const start = (): ReturnType<typeof startServer> =>
    startServer(['--port=0', `--grpc_socket_path=${socket}`, `--model_base_path=${model}`], {
      until: 'Running gRPC ModelServer at UNIX socket',
    });
  const killed = await start();
  killed.process.kill('SIGKILL');
  await killed.exit;
  assert.ok(existsSync(socket));
  const second = await start();
  const third = await start();
  assert.match(second.log(), /Running gRPC ModelServer at UNIX socket/);
  assert.match(third.log(), /Running gRPC ModelServer at UNIX socket/);
  await Promise.all([second.stop(), third.stop()]);
});

test('a REST port in use is an error that names the port and the way out', async () => {
  const { savedModel } = await import('./saved-model.ts');
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, '0.0.0.0', resolve));
  const { port } = blocker.address() as { port: number };
  const { code, out } = await runServer(
    `--port=${await freePort()}`,
    `--rest_api_port=${port}`,
    `--model_base_path=${savedModel(1)}`,
  );
  blocker.close();
  assert.equal(code, 255);
  assert.ok(out.startsWith(`Failed to start server. Error: UNAVAILABLE: REST port ${port} is already in use.`), out);
  assert.ok(out.includes('--rest_api_port=N'));
});
