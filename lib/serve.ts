import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, isFree } from './free-port.ts';
import { modelState } from './wait-for-model.ts';

export type ServerOptions = {
  modelName: string;
  /** The folder with the versions (`…/digits` with `…/digits/1` in it). */
  modelBasePath: string;
  /** REST; a free one when absent (8501 if possible). */
  restApiPort?: number;
  /** gRPC; a free one when absent (8500 if possible). */
  port?: number;
  /** File that takes the server's log; a temporary one when absent. */
  log?: string;
  /** Seconds until the model must be available; 60 when absent. */
  timeout?: number;
};

export type ModelServer = {
  /** e.g. `http://localhost:8501/v1/models/digits_model` */
  url: string;
  /** For gRPC clients, e.g. `localhost:8500`. */
  target: string;
  pid: number;
  /** What the server has logged so far. */
  log(): string;
  /** Ends the server; waits until it is gone. */
  close(): Promise<void>;
};

/**
 * Starts a model server as a program of its own and waits until the model is available. It ends with `close()`, or
 * with this program, however that ends.
 *
 * @throws with the log's tail when the server ends or the model does not become available
 * @example
 * const server = await launchServer({ modelName: 'digits_model', modelBasePath: 'models/digits' });
 * const { predictions } = await predict(server.url, { instances: test.images.slice([0], [3]) });
 * await server.close();
 */
export async function launchServer(options: ServerOptions): Promise<ModelServer> {
  const base = checkBase(options.modelBasePath);
  checkName(options.modelName);
  const restApiPort = await choosePort('restApiPort', options.restApiPort, 8501);
  const port = await choosePort('port', options.port, 8500, restApiPort);
  const log = options.log ?? join(tmpdir(), `typelab-server-${process.pid}-${Date.now()}-${restApiPort}.log`);
  const child = start(
    [
      `--rest_api_port=${restApiPort}`,
      `--port=${port}`,
      `--model_name=${options.modelName}`,
      `--model_base_path=${base}`,
      // Versions appear complete, so a model that does not load now will not load in a minute either.
      '--max_num_load_retries=0',
    ],
    log,
  );
  const server: ModelServer = {
    url: `http://localhost:${restApiPort}/v1/models/${encodeURIComponent(options.modelName)}`,
    target: `localhost:${port}`,
    pid: child.pid ?? 0,
    log: () => (existsSync(log) ? readFileSync(log, 'utf8') : ''),
    async close() {
      await end(child);
      if (!options.log) rmSync(log, { force: true });
    },
  };
  try {
    await available(child, server, options.timeout ?? 60);
  } catch (error) {
    const tail = server.log().split('\n').slice(-TAIL).join('\n').trim();
    await server.close();
    throw new Error(
      `launchServer: ${(error as Error).message}\n${tail ? `The server's log ends with:\n${tail}` : 'The server logged nothing.'}`,
    );
  }
  return server;
}

const TAIL = 20;
const MAIN = fileURLToPath(new URL('../server/main.ts', import.meta.url));
const LEASH = new URL('./leash.ts', import.meta.url).href;

/** A server waits for ever for a model that is not there; here that is most likely a mistake. */
function checkBase(path: string): string {
  if (typeof path !== 'string' || path.trim() === '')
    throw new Error(`launchServer: modelBasePath is ${JSON.stringify(path)}; give the model's folder.`);
  const base = resolve(path);
  const versions = existsSync(base) ? readdirSync(base).filter((name) => /^\d+$/.test(name)) : [];
  if (versions.length > 0) return base;
  const why = existsSync(base) ? 'has no version (a folder with a number as its name)' : 'does not exist';
  throw new Error(
    `launchServer: ${base} ${why}. Save a model there first: await saveModel(model, ${JSON.stringify(path)}).`,
  );
}

function checkName(name: string): void {
  if (typeof name !== 'string' || !/^[^/:]+$/.test(name))
    throw new Error(`launchServer: modelName is ${JSON.stringify(name)}; expected a name without "/" and ":".`);
}

async function choosePort(option: string, wanted: number | undefined, usual: number, taken?: number): Promise<number> {
  if (wanted === undefined) {
    for (let port = await freePort(usual); ; port = await freePort()) if (port !== taken) return port;
  }
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > 65535)
    throw new Error(`launchServer: ${option} is ${wanted}; expected 1…65535.`);
  if (wanted === taken) throw new Error(`launchServer: restApiPort and port are both ${wanted}.`);
  if (!(await isFree(wanted)))
    throw new Error(
      `launchServer: ${option} ${wanted} is in use by another program. Choose another, or none for a free one.`,
    );
  return wanted;
}

/** In a group of its own, so that an interrupt of this program does not hit it; the pipe to its stdin is its leash. */
function start(flags: string[], log: string): ChildProcess {
  const file = openSync(log, 'w');
  try {
    const child = spawn(process.execPath, ['--import', LEASH, MAIN, ...flags], {
      detached: true,
      stdio: ['pipe', file, file],
    });
    // Neither the process nor its pipe keeps a script alive that has nothing else to do.
    child.unref();
    (child.stdin as unknown as { unref(): void }).unref();
    child.stdin?.on('error', () => {});
    return child;
  } finally {
    closeSync(file);
  }
}

async function available(child: ChildProcess, server: ModelServer, timeout: number): Promise<void> {
  let ended: string | undefined;
  child.once('error', (error) => {
    ended = `the server could not be started: ${error.message}`;
  });
  child.once('exit', (code, signal) => {
    ended = `the server ended with ${signal ?? `exit code ${code}`}`;
  });
  for (const deadline = Date.now() + timeout * 1000; Date.now() < deadline; await pause(50)) {
    if (ended) throw new Error(ended);
    const state = await modelState(server.url);
    if (state.available) return;
    if (state.failed) throw new Error(`the model cannot be loaded: ${state.failed}`);
  }
  throw new Error(`the model was not available after ${timeout} s`);
}

/** Asked politely first, so that running requests are answered. */
async function end(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise<void>((done) => child.once('exit', () => done()));
  signal(child.pid, 'SIGTERM');
  const force = setTimeout(() => signal(child.pid as number, 'SIGKILL'), 5000);
  await gone;
  clearTimeout(force);
}

/** To the whole group: a server may have workers. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(process.platform === 'win32' ? pid : -pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((done) => setTimeout(done, ms));
}
