import type { FastifyInstance } from 'fastify';
import type { AppOptions } from './app.ts';
import { StatusError } from './codec/errors.ts';
import type { FlagValues } from './config/flags.ts';
import { readSslConfig } from './config/ssl-config.ts';
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
  const { addHealth, bind, buildGrpc, drainGrpc } = await import('./grpc/serve.ts');
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
  if (flags.enable_grpc_reflection) (await import('./grpc/reflection.ts')).addReflection(server);
  const port = Number(flags.port);
  const socket = String(flags.grpc_socket_path);
  const sslFile = String(flags.ssl_config_file);
  const ssl = sslFile === '' ? undefined : readSslConfig(sslFile, log);
  const open = async (address: string, what: string, flag: string): Promise<void> => {
    if (ssl) log('I', 'ssl credentials', 'Using SSL credentials');
    else log('I', 'insecure credentials', 'Using InsecureServerCredentials');
    await bind(server, address, ssl).catch((error: Error) => {
      server.forceShutdown();
      throw cannotOpen(what, flag, /EADDRINUSE/.test(error.message), error.message);
    });
  };
  if (port !== 0) await open(`0.0.0.0:${port}`, `gRPC port ${port}`, 'port');
  if (socket !== '') await open(`unix:${socket}`, `gRPC socket ${socket}`, 'grpc_socket_path');
  if (port !== 0) log('I', 'grpc at', `Running gRPC ModelServer at 0.0.0.0:${port} ...`);
  if (socket !== '') log('I', 'grpc socket', `Running gRPC ModelServer at UNIX socket ${socket} ...`);
  return [() => drainGrpc(server, Number(flags.rest_api_timeout_in_ms))];
}

/** Opens the REST port when there is one. */
export async function listenRest(
  flags: FlagValues,
  core: ServerCore,
  monitoring: AppOptions['monitoring'],
  log: Log,
  hold?: AppOptions['hold'],
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
    hold,
    timeout: Number(flags.rest_api_timeout_in_ms),
  });
  await listen(app, port).catch((error: NodeJS.ErrnoException) => {
    log('E', 'rest failed', `Failed to start HTTP Server at localhost:${port}`);
    throw cannotOpen(`REST port ${port}`, 'rest_api_port', error.code === 'EADDRINUSE', error.message);
  });
  log('I', 'rest at', `Exporting HTTP/REST API at:localhost:${port} ...`);
  process.stderr.write('[evhttp_server.cc : 261] NET_LOG: Entering the event loop ...\n');
  return [() => drainRest(app, Number(flags.rest_api_timeout_in_ms))];
}

/** Both families where the machine has both: `localhost` is ::1 for some clients. */
async function listen(app: FastifyInstance, port: number): Promise<void> {
  await app.listen({ port, host: '::' }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EAFNOSUPPORT' && error.code !== 'EADDRNOTAVAIL') throw error;
    return app.listen({ port, host: '0.0.0.0' });
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
