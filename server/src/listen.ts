import cluster from 'node:cluster';
import { lstatSync, unlinkSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import type { FastifyInstance } from 'fastify';
import type { AppOptions } from './app.ts';
import { StatusError } from './codec/errors.ts';
import type { FlagValues } from './config/flags.ts';
import { readSslConfig } from './config/ssl-config.ts';
import { addReflection } from './grpc/reflection.ts';
import type { Log } from './log.ts';
import type { ServerCore } from './servable/server-core.ts';
import type { Member } from './workers/member.ts';

/** Closes a port: no new requests, and it resolves when the running ones have ended. */
export type Close = () => Promise<void>;

/** Opens the gRPC port and socket. The library is imported only here: a refused start stays quick. */
export async function listenGrpc(
  flags: FlagValues,
  core: ServerCore,
  monitoring: AppOptions['monitoring'],
  log: Log,
  member?: Member,
): Promise<Close[]> {
  const [{ addHealth, buildGrpc }, { bind, bindBeside, drainGrpc }] = await Promise.all([
    import('./grpc/serve.ts'),
    import('./grpc/port.ts'),
  ]);
  const server = buildGrpc({
    core,
    channelArguments: String(flags.grpc_channel_arguments),
    asContent: Boolean(flags.enable_serialization_as_tensor_content),
    metrics: monitoring?.metrics,
    log,
    hold: member?.hold,
    share: member?.share,
  });
  if (flags.enable_grpc_healthcheck_service) await addHealth(server);
  if (flags.enable_grpc_reflection) addReflection(server, Boolean(flags.enable_grpc_healthcheck_service));
  const port = Number(flags.port);
  const socket = String(flags.grpc_socket_path);
  const sslFile = String(flags.ssl_config_file);
  const ssl = sslFile === '' ? undefined : readSslConfig(sslFile, log);
  let stop: () => void = () => {};
  const openPort = async (): Promise<void> => {
    if (!hasOwnQueue(member)) return bind(server, `0.0.0.0:${port}`, ssl);
    if ((await member.hello).first) await probe(port, '0.0.0.0');
    stop = await bindBeside(server, port, ssl);
  };
  const open = async (opening: () => Promise<void>, what: string, flag: string): Promise<void> => {
    if (ssl) log('I', 'ssl credentials', 'Using SSL credentials');
    else log('I', 'insecure credentials', 'Using InsecureServerCredentials');
    await opening().catch((error: Error) => {
      server.forceShutdown();
      throw error instanceof StatusError
        ? error
        : cannotOpen(what, flag, /EADDRINUSE/.test(error.message), error.message);
    });
  };
  if (port !== 0) await open(openPort, `gRPC port ${port}`, 'port');
  if (socket !== '') await makeRoom(socket);
  if (socket !== '') await open(() => bind(server, `unix:${socket}`, ssl), `gRPC socket ${socket}`, 'grpc_socket_path');
  if (port !== 0) log('I', 'grpc at', `Running gRPC ModelServer at 0.0.0.0:${port} ...`);
  if (socket !== '') log('I', 'grpc socket', `Running gRPC ModelServer at UNIX socket ${socket} ...`);
  return [
    () => {
      stop();
      return drainGrpc(server, Number(flags.rest_api_timeout_in_ms));
    },
  ];
}

/**
 * Removes a socket that is there already, as gRPC's own servers do: one that was killed leaves its file behind, and
 * would never start again. What the other workers of --num_workers have open is shared instead.
 */
async function makeRoom(socket: string): Promise<void> {
  if (!lstatSync(socket, { throwIfNoEntry: false })?.isSocket()) return;
  if (cluster.isWorker && (await answers(socket))) return;
  unlinkSync(socket);
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(socket);
    probe.once('connect', () => {
      probe.destroy();
      resolve(true);
    });
    probe.once('error', () => resolve(false));
  });
}

/** Opens the REST port when there is one. */
export async function listenRest(
  flags: FlagValues,
  core: ServerCore,
  monitoring: AppOptions['monitoring'],
  log: Log,
  member?: Member,
): Promise<Close[]> {
  const port = Number(flags.rest_api_port);
  if (port === 0) return [];
  if (port === flags.port) {
    log(
      'E',
      'same port',
      'server_options.http_port cannot be same as grpc_port. Please use a different port for HTTP/REST API. Skipped exporting HTTP/REST API.',
    );
    return [];
  }
  const { build } = await import('./app.ts');
  const app = build({
    core,
    cors: Boolean(flags.rest_api_enable_cors_support),
    monitoring,
    hold: member?.hold,
    timeout: Number(flags.rest_api_timeout_in_ms),
  });
  await listen(app, port, member).catch((error: NodeJS.ErrnoException) => {
    log('E', 'rest failed', `Failed to start HTTP Server at localhost:${port}`);
    throw cannotOpen(`REST port ${port}`, 'rest_api_port', error.code === 'EADDRINUSE', error.message);
  });
  log('I', 'rest at', `Exporting HTTP/REST API at:localhost:${port} ...`);
  process.stderr.write('[evhttp_server.cc : 261] NET_LOG: Entering the event loop ...\n');
  return [() => drainRest(app, Number(flags.rest_api_timeout_in_ms))];
}

/** Both families where the machine has both: `localhost` is ::1 for some clients. */
async function listen(app: FastifyInstance, port: number, member: Member | undefined): Promise<void> {
  const reusePort = hasOwnQueue(member);
  const open = async (host: string): Promise<void> => {
    // Such ports may be opened again and again, also by another server: the first worker finds out whether it is free.
    if (reusePort && (await member.hello).first) await probe(port, host);
    // fastify passes on what node:net knows; its types do not know this one.
    await app.listen({ port, host, reusePort } as { port: number; host: string });
  };
  await open('::').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EAFNOSUPPORT' && error.code !== 'EADDRNOTAVAIL') throw error;
    return open('0.0.0.0');
  });
}

/** Each worker has a queue of connections of its own, which the system fills evenly: out of a common one an idle worker takes nearly all. */
function hasOwnQueue(member: Member | undefined): member is Member {
  return member !== undefined && process.platform === 'linux';
}

/** Rejects when the port is taken. */
function probe(port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer().once('error', reject);
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve()));
  });
}

/** No new connections; each open one ends with its running request, at the latest when a request would time out. */
async function drainRest(app: FastifyInstance, timeout: number): Promise<void> {
  const idle = setInterval(() => app.server.closeIdleConnections(), 20);
  const limit = setTimeout(() => app.server.closeAllConnections(), timeout);
  await app.close();
  clearInterval(idle);
  clearTimeout(limit);
}

function cannotOpen(what: string, flag: string, inUse: boolean, message: string): StatusError {
  const port = /\d+$/.exec(what);
  const text = inUse
    ? `${what} is already in use. Stop the program that has it${port ? ` (lsof -i :${port})` : ''}, or choose another with --${flag}=${port ? 'N' : 'PATH'}.`
    : `${what} cannot be opened: ${message}`;
  return new StatusError('UNAVAILABLE', text);
}
